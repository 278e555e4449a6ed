import { mergeHistograms } from './exponentialHistogram.ts';
import type { MetricTotal } from './metricKey.ts';

/** One for each key. */
export function joinedByKey(totals: readonly MetricTotal[]): readonly MetricTotal[] {
  const groups = new Map<string, MetricTotal[]>();
  for (const total of totals) {
    const { name, operation, surface, model, tier } = total.key;
    const id = `${name}\n${operation}\n${surface}\n${model}\n${tier}`;
    const group = groups.get(id);
    if (group) {
      group.push(total);
    } else {
      groups.set(id, [total]);
    }
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const histogram = mergeHistograms(group.map((total) => total.histogram));
    return first ? { key: first.key, histogram } : [];
  });
}
