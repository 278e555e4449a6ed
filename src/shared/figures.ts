/** Figures in words, the same wherever the user reads them. */

const secondMs = 1_000;

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
