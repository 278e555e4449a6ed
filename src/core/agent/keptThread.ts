import { addUsage, type Usage } from '../model/message.ts';
import type { ThreadRecord } from '../store/records.ts';
import type { ThreadParts } from './threadParts.ts';
import { currentPrompt, newThreadRecord } from './threadRecord.ts';
import { addCost } from './views.ts';

/** What is kept of a thread beside its messages: from its first message on, until it is deleted. */
export class KeptThread {
  private readonly id: string;
  private readonly parts: ThreadParts<unknown>;
  private current: ThreadRecord | undefined;
  /** What the user named the thread before it was kept. */
  private titleByUser: string | undefined;

  /** `record` is undefined for a thread without a message. */
  constructor(id: string, parts: ThreadParts<unknown>, record: ThreadRecord | undefined) {
    this.id = id;
    this.parts = parts;
    this.current = record;
  }

  get record(): ThreadRecord | undefined {
    return this.current;
  }

  get title(): string {
    return this.current?.title ?? this.titleByUser ?? 'New thread';
  }

  rename(title: string): void {
    if (this.current) {
      this.change({ title, isTitleByUser: true });
    } else {
      this.titleByUser = title;
    }
    this.parts.emit({ type: 'thread/renamed', threadId: this.id, title });
  }

  /** Names the thread unless the user has. */
  suggestTitle(title: string): void {
    if (this.current && !this.current.isTitleByUser) {
      this.change({ title });
      this.parts.emit({ type: 'thread/renamed', threadId: this.id, title });
    }
  }

  /** The record, made with the first message. Its system prompt is the one that holds now. */
  async ensure(text: string): Promise<ThreadRecord> {
    if (this.current) {
      const systemPrompt = await currentPrompt(this.current, this.parts);
      const isSame = systemPrompt === this.current.systemPrompt;
      const updatedAt = this.parts.clock.wallTime();
      return this.change({ updatedAt, ...(isSame ? {} : { systemPrompt }) }) ?? this.create(text);
    }
    return this.create(text);
  }

  addSpent(usage: Usage, costUsd: number | undefined): void {
    if (this.current) {
      this.change({
        usage: addUsage(this.current.usage, usage),
        costUsd: addCost(this.current.costUsd, costUsd),
        updatedAt: this.parts.clock.wallTime(),
      });
    }
  }

  /** Something else of the thread has changed: other windows that hold it read it again. */
  touch(): void {
    this.change({ updatedAt: this.parts.clock.wallTime() });
  }

  private async create(text: string): Promise<ThreadRecord> {
    const record = await newThreadRecord(this.id, text, this.titleByUser, this.parts);
    this.current = record;
    this.keep(this.parts.store.createThread(record));
    this.parts.emit({ type: 'thread/renamed', threadId: this.id, title: record.title });
    return record;
  }

  private change(changes: Partial<ThreadRecord>): ThreadRecord | undefined {
    this.current = this.current && { ...this.current, ...changes };
    this.keep(this.parts.store.updateThread(this.id, changes));
    return this.current;
  }

  private keep(write: Promise<void>): void {
    write.catch((error: unknown) => this.parts.saveFailed(error));
  }
}
