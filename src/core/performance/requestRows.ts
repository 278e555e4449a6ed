import type { RequestRow } from '../../shared/perf.ts';
import type { Usage } from '../model/message.ts';
import type { RequestRecord } from '../model/requestLog.ts';
import { surfaceLabel } from '../report/operationLabels.ts';

/** What turns ids and usage into what the user reads. */
export interface RequestNames {
  readonly nameOf: (model: string) => string;
  /** US dollars; undefined where no price is known. */
  readonly costOf: (usage: Usage, model: string) => number | undefined;
}

/** As many as the panel keeps. */
const keptRows = 10_000;

/** The rows of the list of requests, each with the number at which it came. */
export class RequestRows {
  private readonly names: RequestNames;
  private rows: { readonly at: number; readonly row: RequestRow }[] = [];
  private count = 1;

  constructor(records: readonly RequestRecord[], names: RequestNames) {
    this.names = names;
    for (const record of records) {
      this.add(record);
    }
  }

  /** The number of the newest row. Never 0, which stands for nothing seen yet. */
  get sequence(): number {
    return this.count;
  }

  add(record: RequestRecord): void {
    this.count += 1;
    this.rows.push({ at: this.count, row: this.rowOf(record) });
    if (this.rows.length > keptRows * 1.1) {
      this.rows = this.rows.slice(-keptRows);
    }
  }

  /** Those that came after a number, the oldest first. */
  since(sequence: number): readonly RequestRow[] {
    const first = this.rows.findIndex(({ at }) => at > sequence);
    return first < 0 ? [] : this.rows.slice(first).map(({ row }) => row);
  }

  clear(): void {
    this.count += 1;
    this.rows = [];
  }

  private rowOf(record: RequestRecord): RequestRow {
    const { id, startedAt, durationMs, outcome, usage, model, surface } = record;
    const { traceId, threadId, firstTokenMs, failure, answeredFrom } = record;
    const costUsd = usage && this.costOf(record);
    return {
      id,
      startedAt,
      durationMs,
      outcome,
      surface: surfaceLabel(surface),
      model: this.names.nameOf(model),
      inputTokens: usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : 0,
      cacheReadTokens: usage?.cacheReadTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      source: answeredFrom ?? 'model',
      ...(traceId === undefined ? {} : { traceId }),
      ...(threadId === undefined ? {} : { threadId }),
      ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
      ...(failure === undefined ? {} : { failure }),
      ...(costUsd === undefined ? {} : { costUsd }),
    };
  }

  /** An answer that was given again cost nothing. */
  private costOf({ answeredFrom, usage, model }: RequestRecord): number | undefined {
    if (answeredFrom !== undefined) {
      return 0;
    }
    return usage && this.names.costOf(usage, model);
  }
}
