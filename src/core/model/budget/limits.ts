import type { Settings } from '../../settings.ts';
import type { UsagePeriod, UsageTotals } from '../../store/usageRecords.ts';
import type { Surface } from '../request.ts';

/** The most that may be spent in a session, day or month. */
export interface Limit {
  readonly period: UsagePeriod;
  /** Absent where it is for all surfaces together. */
  readonly surface?: string;
  /** US dollars, above 0. */
  readonly usd: number;
}

/** A limit, and what is spent of it. */
export interface LimitState {
  readonly limit: Limit;
  /** US dollars, with the estimates of calls that run. */
  readonly spentUsd: number;
}

/** What the limits say to one call. `warn` asks to save; `refuse` names the first limit it breaks. */
export type Verdict =
  | { readonly kind: 'ok'; readonly tightest?: LimitState }
  | { readonly kind: 'warn' | 'refuse'; readonly at: LimitState };

/** The limits that the user has set. */
export function limitsOf(settings: Settings): readonly Limit[] {
  const limits: Limit[] = [
    { period: 'session', usd: settings.get('budget.sessionUsd') },
    { period: 'day', usd: settings.get('budget.dayUsd') },
    { period: 'month', usd: settings.get('budget.monthUsd') },
  ];
  for (const [surface, caps] of Object.entries(settings.get('budget.surfaces'))) {
    limits.push(
      { period: 'session', surface, usd: caps.sessionUsd ?? 0 },
      { period: 'day', surface, usd: caps.dayUsd ?? 0 },
      { period: 'month', surface, usd: caps.monthUsd ?? 0 },
    );
  }
  return limits.filter((limit) => limit.usd > 0);
}

/**
 * Weighs a call of `estimateUsd` on a surface. A call that costs nothing, or whose price is not
 * known, breaks no limit in dollars.
 */
export function judge(
  states: readonly LimitState[],
  estimateUsd: number | undefined,
  warnAtPercent: number,
): Verdict {
  const callUsd = estimateUsd ?? 0;
  const broken = states.find(
    ({ limit, spentUsd }) => callUsd > 0 && spentUsd + callUsd > limit.usd,
  );
  if (broken) {
    return { kind: 'refuse', at: broken };
  }
  const share = ({ limit, spentUsd }: LimitState): number => (spentUsd + callUsd) / limit.usd;
  const [tightest] = [...states].sort((left, right) => share(right) - share(left));
  if (!tightest) {
    return { kind: 'ok' };
  }
  return share(tightest) * 100 >= warnAtPercent
    ? { kind: 'warn', at: tightest }
    : { kind: 'ok', tightest };
}

/** The limits that a call from `surface` comes under, and how they stand. */
export function statesOf(
  limits: readonly Limit[],
  totals: readonly UsageTotals[],
  surface: Surface,
): readonly LimitState[] {
  return limits
    .filter((limit) => limit.surface === undefined || limit.surface === surface)
    .map((limit) => stateOf(limit, totals));
}

export function stateOf(limit: Limit, totals: readonly UsageTotals[]): LimitState {
  const { period, surface } = limit;
  const spentUsd = totals
    .filter((row) => row.period === period && (surface === undefined || row.surface === surface))
    .reduce((sum, row) => sum + row.usd, 0);
  return { limit, spentUsd };
}
