import type { Clock } from '../../base/clock.ts';
import { addUsage, noUsage, type Usage } from '../model/message.ts';
import type { AssistantMessageRecord, ThreadStore, ToolResultRecord } from '../store/records.ts';
import type { Answer } from './answer.ts';
import { toolUses } from './history.ts';
import { nextOrdinal } from './messageOrder.ts';
import type { TurnEnding } from './notices.ts';
import type { ThreadHistory } from './threadHistory.ts';
import { addCost } from './views.ts';

export interface TurnRecordsParts {
  readonly threadId: string;
  readonly turnId: string;
  /** The thread's messages; the turn appends to them. */
  readonly history: ThreadHistory;
  readonly store: ThreadStore;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly costOf: (usage: Usage, model: string) => number | undefined;
  /** A write to the store failed: the user is told, the turn goes on. */
  readonly saveFailed: (error: unknown) => void;
}

/** An answer between its request and its end. */
export interface OpenAnswer {
  readonly id: string;
  readonly ordinal: number;
  readonly startedAt: number;
  readonly createdAt: number;
}

/** A turn's messages, in memory for the next request and in the store for good. */
export class TurnRecords {
  private readonly parts: TurnRecordsParts;
  private usage = noUsage;
  private costUsd: number | undefined = 0;
  private hasToldFailure = false;

  constructor(parts: TurnRecordsParts) {
    this.parts = parts;
  }

  /** What this turn used so far, and its price where it is known. */
  get spent(): { readonly usage: Usage; readonly costUsd: number | undefined } {
    return { usage: this.usage, costUsd: this.costUsd };
  }

  open(): OpenAnswer {
    return {
      id: this.parts.newId(),
      ordinal: nextOrdinal(this.parts.history.records),
      startedAt: this.parts.clock.now(),
      createdAt: this.parts.clock.wallTime(),
    };
  }

  /** The model began to answer: from here on a crash leaves an interrupted message behind. */
  started(open: OpenAnswer, model: string): void {
    this.keep(this.parts.store.putMessage(this.emptyRecord(open, model)));
  }

  appended(open: OpenAnswer, blockIndex: number, kind: 'text' | 'thinking', text: string): void {
    this.keep(this.parts.store.appendDelta({ messageId: open.id, blockIndex, kind, text }));
  }

  close(open: OpenAnswer, answer: Answer): void {
    const costUsd = this.parts.costOf(answer.usage, answer.model);
    const record: AssistantMessageRecord = {
      ...this.emptyRecord(open, answer.model),
      ...(answer.modelReason === undefined ? {} : { modelReason: answer.modelReason }),
      state: stateOf(answer),
      content: answer.content,
      usage: answer.usage,
      costUsd,
      ...(answer.outcome.kind === 'done' ? { stopReason: answer.outcome.stopReason } : {}),
      ...(answer.unfinishedThinking === undefined
        ? {}
        : { unfinishedThinking: answer.unfinishedThinking }),
    };
    this.usage = addUsage(this.usage, answer.usage);
    this.costUsd = addCost(this.costUsd, costUsd);
    this.parts.history.records.push(record);
    this.keep(this.parts.store.putMessage(record));
  }

  addResult(result: ToolResultRecord): void {
    const last = this.lastAnswer();
    if (last) {
      this.replaceLast({ ...last, toolResults: [...last.toolResults, result] });
      this.keep(this.parts.store.putToolResult(last.id, result));
    }
  }

  /** The calls of the last answer that have no result. */
  openCalls(): readonly { readonly id: string; readonly name: string }[] {
    const last = this.lastAnswer();
    const answered = new Set(last?.toolResults.map((result) => result.toolUseId));
    return toolUses(last?.content ?? []).filter((use) => !answered.has(use.id));
  }

  /** Keeps how the turn ended, where its last answer does not tell so by itself. */
  end(ending: TurnEnding): void {
    const last = this.lastAnswer();
    if (last && (last.state !== ending.state || ending.notice)) {
      const notice = ending.notice ? { notice: ending.notice } : {};
      const closed = { ...last, state: ending.state, ...notice };
      this.replaceLast(closed);
      this.keep(this.parts.store.putMessage(closed));
    }
  }

  private emptyRecord(open: OpenAnswer, model: string): AssistantMessageRecord {
    return {
      role: 'assistant',
      id: open.id,
      threadId: this.parts.threadId,
      turnId: this.parts.turnId,
      ordinal: open.ordinal,
      createdAt: open.createdAt,
      model,
      state: 'running',
      content: [],
      toolResults: [],
      usage: noUsage,
      costUsd: undefined,
      durationMs: Math.round(this.parts.clock.now() - open.startedAt),
    };
  }

  private lastAnswer(): AssistantMessageRecord | undefined {
    const last = this.parts.history.records.at(-1);
    return last?.role === 'assistant' && last.turnId === this.parts.turnId ? last : undefined;
  }

  private replaceLast(record: AssistantMessageRecord): void {
    this.parts.history.records[this.parts.history.records.length - 1] = record;
  }

  /** Told once per turn: where one write fails, those of each delta after it do as well. */
  private keep(write: Promise<void>): void {
    write.catch((error: unknown) => {
      if (!this.hasToldFailure) {
        this.hasToldFailure = true;
        this.parts.saveFailed(error);
      }
    });
  }
}

function stateOf(answer: Answer): AssistantMessageRecord['state'] {
  switch (answer.outcome.kind) {
    case 'done':
      return 'done';
    case 'cancelled':
      return 'stopped';
    default:
      return 'failed';
  }
}
