const minuteSeconds = 60;
const daySeconds = 86_400;

/** The day where ticks are a day or more apart, else the time of day; both in seconds. */
export function tickText(time: number, apart: number): string {
  const date = new Date(time * 1000);
  // A day with a change of the clock has an hour less.
  if (apart > daySeconds / 2) {
    return date.toLocaleDateString([], { month: 'short', day: 'numeric' });
  }
  return date.toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    ...(apart > 0 && apart < minuteSeconds ? { second: '2-digit' } : {}),
  });
}
