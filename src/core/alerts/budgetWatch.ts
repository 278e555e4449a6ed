import { formatCost } from '../../shared/figures.ts';
import type { LimitState } from '../model/budget/limits.ts';
import { nameOfLimit, upperFirst } from '../model/budget/wording.ts';
import type { Finding } from './alert.ts';

/** Limits on spending of which a given share is used. The budget itself warns and stops. */
export function budgetFindings(
  states: readonly LimitState[],
  thresholdPercent: number,
): readonly Finding[] {
  return states.flatMap((state) => {
    const percent = (state.spentUsd / state.limit.usd) * 100;
    if (percent < thresholdPercent) {
      return [];
    }
    const name = upperFirst(nameOfLimit(state));
    return {
      rule: 'budget' as const,
      subject: `${state.limit.period} ${state.limit.surface ?? ''}`,
      severity: 'info' as const,
      title: `${Math.round(percent)} % of a limit is spent`,
      detail: `${name}: ${formatCost(state.spentUsd)} of ${formatCost(state.limit.usd)}. Slipstream takes cheaper models where it may choose; “Slipstream: Show spending” tells where it went.`,
    };
  });
}
