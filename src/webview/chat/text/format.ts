import type { ThreadStatus } from '../../../shared/protocol.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A duration in ms, as short as it stays useful: "40 ms", "1.8 s", "12 s", "2 min 5 s". */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) {
    return `${Math.round(Math.max(0, durationMs))} ms`;
  }
  const seconds = durationMs / secondMs;
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  return formatSeconds(Math.round(seconds));
}

/** Whole seconds, for what counts up or down: "0 s", "2 min 5 s". */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const rest = seconds % 60;
  return rest === 0
    ? `${Math.floor(seconds / 60)} min`
    : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** A number of tokens: "950", "12.4k", "200k", "1.2M". */
export function formatTokens(tokens: number): string {
  if (tokens < 1_000) {
    return String(tokens);
  }
  if (tokens < 999_500) {
    return `${shorten(tokens / 1_000)}k`;
  }
  return `${shorten(tokens / 1_000_000)}M`;
}

function shorten(value: number): string {
  return value < 99.95 ? String(Number(value.toFixed(1))) : String(Math.round(value));
}

/** Dollars: whole cents, and more places for what is less than ten cents. */
export function formatCost(costUsd: number): string {
  if (costUsd === 0) {
    return '$0';
  }
  if (costUsd < 0.0001) {
    return '<$0.0001';
  }
  return `$${costUsd < 0.1 ? Number(costUsd.toPrecision(2)).toString() : costUsd.toFixed(2)}`;
}

/** How long ago a moment was. Both in ms since 1970. */
export function formatAge(then: number, now: number): string {
  const age = Math.max(0, now - then);
  if (age < minuteMs) {
    return 'just now';
  }
  if (age < hourMs) {
    return `${Math.floor(age / minuteMs)} min ago`;
  }
  if (age < dayMs) {
    return `${Math.floor(age / hourMs)} h ago`;
  }
  if (age < 7 * dayMs) {
    return `${Math.floor(age / dayMs)} d ago`;
  }
  const isSameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    ...(isSameYear ? {} : { year: 'numeric' }),
  }).format(then);
}

const phaseTexts: Record<ThreadStatus['phase'], string> = {
  idle: '',
  preparing: 'Preparing',
  waiting: 'Waiting for the model',
  thinking: 'Thinking',
  answering: 'Answering',
  tool: 'Running a tool',
  approval: 'Waiting for your approval',
  retrying: 'Retrying',
};

/** What is happening right now, in words. `now` in ms since 1970. */
export function describeStatus(status: ThreadStatus, now: number): string {
  const { phase, detail, retryAt } = status;
  if (phase === 'retrying' && retryAt !== undefined) {
    const seconds = Math.ceil((retryAt - now) / secondMs);
    const countdown = seconds > 0 ? `Retrying in ${formatSeconds(seconds)}` : 'Retrying now';
    return detail ? `${countdown}: ${detail}` : countdown;
  }
  return phase === 'tool' && detail ? detail : phaseTexts[phase];
}

/** The last part of a path, for either kind of slash. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
