import { operation } from '../telemetry/spanNames.ts';
import type { Figures } from './figures.ts';
import { labelOf } from './operationLabels.ts';

/** An operation that takes longer than it did. */
export interface SlowerLine {
  readonly label: string;
  readonly count: number;
  /** On average. */
  readonly nowMs: number;
  /** Undefined where it was not measured before. */
  readonly beforeMs: number | undefined;
  /** How much longer all of them together took. */
  readonly addedMs: number;
}

/** Fewer tell little of an average. */
const leastCount = 5;
/** Half as long again is more than what differs from day to day. */
const notableFactor = 1.5;
/** Less than this in all is felt by nobody. */
const leastAddedMs = 10_000;
const mostLines = 8;

/** These hold others, which say better where the time went; the last ones stand for a tool. */
const containers: ReadonlySet<string> = new Set([
  operation.turn,
  operation.panelTurn,
  operation.tools,
  operation.request,
  operation.completion,
  operation.completionWait,
  operation.completionAsk,
  operation.editInPlace,
  operation.fixProblem,
  operation.commitMessage,
  operation.suggestNames,
  operation.bulkJob,
  operation.bulkAsk,
  operation.cacheLookup,
  operation.toolRun,
  operation.toolPrepare,
]);

/** What takes longer than before, what that added most to first: where to look when it got slow. */
export function slowerThanBefore(figures: Figures, before: Figures): readonly SlowerLine[] {
  if (before.isEmpty) {
    return [];
  }
  return [...figures.by('operation', { name: 'duration' })]
    .filter(([name, { count }]) => count >= leastCount && !containers.has(name))
    .flatMap(([name, { count, sum }]) => {
      const earlier = before.histogram({ name: 'duration', operation: name });
      const beforeMs = earlier.count < leastCount ? undefined : earlier.sum / earlier.count;
      const nowMs = sum / count;
      const addedMs = (nowMs - (beforeMs ?? 0)) * count;
      const isSlower = addedMs >= leastAddedMs && nowMs >= (beforeMs ?? 0) * notableFactor;
      return isSlower ? { label: labelOf(name), count, nowMs, beforeMs, addedMs } : [];
    })
    .sort((left, right) => right.addedMs - left.addedMs)
    .slice(0, mostLines);
}
