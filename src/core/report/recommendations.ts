import type { Recommendation, Rule } from './recommendation.ts';
import type { ReportData } from './reportData.ts';
import { editorRules } from './rules/editorRules.ts';
import { promptCacheRules } from './rules/promptCacheRules.ts';
import { reliabilityRules } from './rules/reliabilityRules.ts';
import { spendingRules } from './rules/spendingRules.ts';
import { waitingRules } from './rules/waitingRules.ts';

/** In the order in which a report has them: what fails, what is waited for, what costs. */
export const rules: readonly Rule[] = [
  ...reliabilityRules,
  ...waitingRules,
  ...promptCacheRules,
  ...spendingRules,
  ...editorRules,
];

/** What could be better in this period. */
export function recommend(data: ReportData): readonly Recommendation[] {
  return rules.flatMap(({ check }) => check(data) ?? []);
}
