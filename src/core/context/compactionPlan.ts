import type { MessageRecord } from '../store/records.ts';

/** Less than this is not worth a summary, which is about as long itself, tokens. */
const leastTokens = 1_000;

/** What stays beside a summary: the last rounds of work, without filling the window again. */
const keptShare = 0.2;
const mostKeptTokens = 50_000;

/** How much stays as it is where so many tokens are what a prompt may be. */
export function keptTokens(room: number): number {
  return Math.min(mostKeptTokens, room * keptShare);
}

export interface CompactionPlan {
  /** What is to be summarized. */
  readonly older: readonly MessageRecord[];
  /** Ordinal of the first message that stays as it is. */
  readonly keptFrom: number;
}

export interface PlanOptions {
  /** From here on messages are in no summary yet. */
  readonly from: number;
  /** The most recent messages stay, up to so many tokens; the last one whatever its size. */
  readonly keepTokens: number;
  /** Tokens of one message. */
  readonly sizeOf: (record: MessageRecord) => number;
}

/** Decides what is summarized. Undefined where that would not gain anything. */
export function planCompaction(
  records: readonly MessageRecord[],
  { from, keepTokens, sizeOf }: PlanOptions,
): CompactionPlan | undefined {
  const open = records.filter((record) => record.ordinal >= from);
  let start = open.length - 1;
  let kept = sizeAt(open, start, sizeOf);
  while (start > 0 && kept + sizeAt(open, start - 1, sizeOf) <= keepTokens) {
    start -= 1;
    kept += sizeAt(open, start, sizeOf);
  }
  const older = open.slice(0, Math.max(0, start));
  const first = open[start];
  const tokens = older.reduce((sum, record) => sum + sizeOf(record), 0);
  return first && tokens >= leastTokens ? { older, keptFrom: first.ordinal } : undefined;
}

function sizeAt(
  records: readonly MessageRecord[],
  index: number,
  sizeOf: PlanOptions['sizeOf'],
): number {
  const record = records[index];
  return record ? sizeOf(record) : 0;
}
