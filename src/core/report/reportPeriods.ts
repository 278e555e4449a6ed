import type { ReportPeriod, ReportPeriodName } from './reportData.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** A period up to now. A session is the time since this window was opened, by whole hours. */
export function periodUntil(
  name: Exclude<ReportPeriodName, 'date'>,
  now: number,
  openedAt: number,
): ReportPeriod {
  switch (name) {
    case 'session':
      return { name, fromMs: Math.floor(openedAt / hourMs) * hourMs, toMs: now };
    case 'day':
      return { name, fromMs: now - dayMs, toMs: now };
    case 'week':
      return { name, fromMs: now - 7 * dayMs, toMs: now };
  }
}

/** The user's own day that begins then. */
export function periodOfDay(startMs: number): ReportPeriod {
  const start = new Date(startMs);
  // A day that the clocks are changed on has 23 or 25 hours.
  return { name: 'date', fromMs: startMs, toMs: new Date(startMs).setDate(start.getDate() + 1) };
}

/** The stretch of the same length before; for one day the week before, as one day is like no other. */
export function periodBefore({ name, fromMs, toMs }: ReportPeriod): ReportPeriod {
  if (name === 'date') {
    return { name: 'week', fromMs: fromMs - 7 * dayMs, toMs: fromMs };
  }
  return { name, fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
}
