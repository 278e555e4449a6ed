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
  return { name: 'date', fromMs: startMs, toMs: dayFrom(startMs, 1) };
}

/** The stretch of the same length before; for one day the week before, as one day is like no other. */
export function periodBefore({ name, fromMs, toMs }: ReportPeriod): ReportPeriod {
  if (name === 'date') {
    return { name: 'week', fromMs: dayFrom(fromMs, -7), toMs: fromMs };
  }
  return { name, fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
}

/**
 * Where the day begins that is so many days later. A day that the clocks are changed on has 23 or 25
 * hours, and may begin at one o'clock.
 */
function dayFrom(startMs: number, days: number): number {
  const start = new Date(startMs);
  return new Date(start.getFullYear(), start.getMonth(), start.getDate() + days).getTime();
}
