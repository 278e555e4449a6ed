import { formatDuration } from '../../../shared/figures.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { leastCases, percent, type Recommendation, type Rule } from '../recommendation.ts';
import type { ReportData } from '../reportData.ts';

/** What concerns typing and the answers that are kept. */
export const editorRules: readonly Rule[] = [
  { id: 'editor.rarelyAccepted', check: rarelyAccepted },
  { id: 'editor.debounce', check: debounceTooShort },
  { id: 'editor.cacheSmall', check: cacheTooSmall },
  { id: 'editor.prefetchOff', check: prefetchIsOff },
];

/** Peers see a quarter to a third accepted; one in twenty is more disturbance than help. */
const rarely = 0.05;
/** Ghost text comes by the hundred: fewer say little about a language. */
const leastOffers = 50;

function rarelyAccepted({ completions }: ReportData): Recommendation | undefined {
  const [worst] = completions
    .filter(({ offered, accepted }) => offered >= leastOffers && accepted / offered < rarely)
    .toSorted((left, right) => right.offered - left.offered);
  if (!worst) {
    return undefined;
  }
  const { languageId, offered, accepted } = worst;
  return {
    title: `Completions are rarely accepted in ${languageId}`,
    evidence: `${accepted} of ${offered} were taken (${percent(accepted / offered)}).`,
    gain: 'Turned off in this language they neither disturb nor cost; everywhere else they stay.',
    action: {
      kind: 'setting',
      key: 'completion.languages',
      label: 'Choose languages for completions',
    },
  };
}

const mostlyCancelled = 0.5;

function debounceTooShort({ figures, settings }: ReportData): Recommendation | undefined {
  const about = { surface: 'completion' } as const;
  const asked = figures.count({ ...about, name: 'attempts' });
  const cancelled = figures.sum({ ...about, name: 'cancelled' });
  const firstMs = figures.percentile({ ...about, name: 'timeToFirstToken' }, 50);
  const leastMs = settings.get('completion.debounceMinMs');
  const isShort = firstMs !== undefined && leastMs < firstMs;
  if (asked < leastCases || !isShort || cancelled / asked < mostlyCancelled) {
    return undefined;
  }
  return {
    title: 'Completions are asked for and thrown away',
    evidence: `${percent(cancelled / asked)} of ${asked} were cancelled by the next key; the first word takes ${formatDuration(firstMs)}, and the least pause before asking is ${formatDuration(leastMs)}.`,
    gain: 'A longer pause asks less often, for about the same number of completions shown.',
    action: {
      kind: 'setting',
      key: 'completion.debounceMinMs',
      label: 'Change the least pause before asking',
    },
  };
}

const notableShare = 0.2;

/** Misses in memory that disk answered: what had to leave memory was wanted again. */
function cacheTooSmall({ figures, settings }: ReportData): Recommendation | undefined {
  const lookup = { name: 'cacheHit', operation: operation.cacheLookup } as const;
  const memoryHits = figures.sum({ ...lookup, tier: 'memory' });
  const diskHits = figures.sum({ ...lookup, tier: 'disk' });
  const hits = memoryHits + diskHits;
  if (!settings.get('cache.enabled') || hits < leastCases || diskHits / hits < notableShare) {
    return undefined;
  }
  return {
    title: 'The answer cache in memory is small',
    evidence: `${percent(diskHits / hits)} of ${hits} kept answers had to be read from disk, with ${settings.get('cache.memoryMegabytes')} MB in memory.`,
    gain: 'Some milliseconds for each of them: what is typed through again appears at once.',
    action: {
      kind: 'setting',
      key: 'cache.memoryMegabytes',
      label: 'Give it more memory',
    },
  };
}

/** A first word that is waited for as long as this is worth preparing for. */
const longFirstWordMs = 1_500;

function prefetchIsOff({ figures, settings }: ReportData): Recommendation | undefined {
  const query = { name: 'timeToFirstToken', surface: 'chat' } as const;
  const firstMs = figures.percentile(query, 50) ?? 0;
  if (
    settings.get('prefetch.enabled') ||
    figures.count(query) < leastCases ||
    firstMs < longFirstWordMs
  ) {
    return undefined;
  }
  return {
    title: 'Nothing is prepared ahead',
    evidence: `The first word of an answer takes ${formatDuration(firstMs)} at the median, and preparing is turned off.`,
    gain: 'A connection and a prompt that are ready when you send save part of it; what does not pay switches itself off.',
    action: { kind: 'setting', key: 'prefetch.enabled', label: 'Prepare ahead' },
  };
}
