import { formatCost, formatDuration } from '../../shared/figures.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { Figures } from './figures.ts';
import { leastCases, percent } from './recommendation.ts';

/** How a figure compares with the stretch of time before. */
export interface Trend {
  readonly name: string;
  readonly now: string;
  readonly before: string;
  /** (now − before) / before; undefined where there was nothing before. */
  readonly change: number | undefined;
}

interface Measure {
  readonly name: string;
  readonly format: (value: number) => string;
  /** Undefined where there are too few cases to say. */
  readonly of: (figures: Figures) => number | undefined;
  /** Whether it grows with the time that it is about. */
  readonly isSum?: true;
}

const measures: readonly Measure[] = [
  {
    name: 'First word in the chat, median',
    format: formatDuration,
    of: (figures) => enough(figures, { name: 'timeToFirstToken', surface: 'chat' }, 50),
  },
  {
    name: 'Request in the chat, 95 of 100 within',
    format: formatDuration,
    of: (figures) =>
      enough(figures, { name: 'duration', operation: operation.request, surface: 'chat' }, 95),
  },
  {
    name: 'First word of a completion, median',
    format: formatDuration,
    of: (figures) => enough(figures, { name: 'timeToFirstToken', surface: 'completion' }, 50),
  },
  {
    name: 'Tokens a second, median',
    format: (value) => value.toFixed(0),
    of: (figures) => enough(figures, { name: 'tokensPerSecond' }, 50),
  },
  {
    name: 'Spending',
    format: formatCost,
    of: (figures) => figures.sum({ name: 'cost' }),
    isSum: true,
  },
  {
    name: 'Requests that failed',
    format: percent,
    of: (figures) => share(figures.sum(requestErrors), figures.count({ name: 'attempts' })),
  },
  {
    name: 'Answers from the cache',
    format: percent,
    of: (figures) =>
      share(
        figures.sum({ name: 'cacheHit', operation: operation.cacheLookup }),
        figures.sum({ name: 'cacheHit', operation: operation.cacheLookup }) +
          figures.sum({ name: 'cacheMiss', operation: operation.cacheLookup }),
      ),
  },
  {
    name: 'Prompts read from the provider’s cache',
    format: percent,
    of: (figures) =>
      share(figures.sum({ name: 'cacheReadTokens' }), figures.sum({ name: 'inputTokens' })),
  },
];

const requestErrors = { name: 'error' } as const;

/**
 * Figures of which there is enough in this period.
 * @param lengthShare How long the period is, for each millisecond of the one before.
 */
export function trendsOf(figures: Figures, before: Figures, lengthShare: number): readonly Trend[] {
  return measures.flatMap(({ name, format, of, isSum }) => {
    const now = of(figures);
    if (now === undefined) {
      return [];
    }
    const known = of(before);
    const earlier = known === undefined || !isSum ? known : known * lengthShare;
    return {
      name,
      now: format(now),
      before: earlier === undefined ? '–' : format(earlier),
      change: earlier === undefined || earlier === 0 ? undefined : (now - earlier) / earlier,
    };
  });
}

/** "12 % more", "half as much" is not said: a number is clearer. */
export function changeText(change: number | undefined): string {
  if (change === undefined) {
    return '–';
  }
  if (Math.abs(change) < 0.05) {
    return 'about the same';
  }
  return `${percent(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`;
}

function enough(
  figures: Figures,
  query: Parameters<Figures['percentile']>[0],
  rank: number,
): number | undefined {
  return figures.count(query) < leastCases ? undefined : figures.percentile(query, rank);
}

function share(part: number, whole: number): number | undefined {
  return whole < leastCases ? undefined : part / whole;
}
