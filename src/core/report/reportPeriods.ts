import type { ReportPeriod, ReportPeriodName } from './reportData.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** A period up to now. A session is the time since this window was opened, by whole hours. */
export function periodUntil(name: ReportPeriodName, now: number, openedAt: number): ReportPeriod {
  switch (name) {
    case 'session':
      return { name, fromMs: Math.floor(openedAt / hourMs) * hourMs, toMs: now };
    case 'day':
      return { name, fromMs: now - dayMs, toMs: now };
    case 'week':
      return { name, fromMs: now - 7 * dayMs, toMs: now };
  }
}

/** The stretch of the same length before. */
export function periodBefore({ name, fromMs, toMs }: ReportPeriod): ReportPeriod {
  return { name, fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
}
