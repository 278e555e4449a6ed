import { BugError, UserError } from '../../src/base/errors.ts';
import type {
  AssistantMessageRecord,
  MessageRecord,
  ThreadListRow,
  ThreadPage,
  ThreadRecord,
  ThreadStore,
  ToolResultRecord,
} from '../../src/core/store/records.ts';
import { resultPreviewCharacters } from '../../src/core/store/records.ts';
import type { Draft } from '../../src/shared/views.ts';

interface KeptThread {
  record: ThreadRecord;
  isDeleted: boolean;
}

interface KeptMessage {
  record: MessageRecord;
  isSetAside: boolean;
  deltas: readonly Parameters<ThreadStore['appendDelta']>[0][];
}

/**
 * The store's contract in plain memory: what the real one is compared with, and a fast stand-in
 * where a test is about something else.
 */
export class MemoryThreadStore implements ThreadStore {
  private readonly threads = new Map<string, KeptThread>();
  private readonly messages = new Map<string, KeptMessage>();
  private readonly drafts = new Map<string, Draft>();
  private readonly currentThreads = new Map<string, string>();
  private readonly conflicted = new Set<string>();
  private isDisposed = false;

  async createThread(thread: ThreadRecord): Promise<void> {
    this.checkOpen();
    if (this.threads.has(thread.id)) {
      throw new BugError(`There is a thread ${thread.id} already.`);
    }
    this.threads.set(thread.id, { record: structuredClone(thread), isDeleted: false });
  }

  async updateThread(
    id: string,
    changes: Parameters<ThreadStore['updateThread']>[1],
  ): Promise<void> {
    const thread = this.thread(id);
    const updatedAt = Math.max(thread.record.updatedAt, changes.updatedAt ?? 0);
    const given = Object.entries(structuredClone(changes)).filter(
      ([name, value]) => value !== undefined || name === 'costUsd',
    );
    thread.record = { ...thread.record, ...Object.fromEntries(given), updatedAt };
  }

  async readThread(id: string): Promise<ThreadRecord | undefined> {
    this.checkOpen();
    const thread = this.threads.get(id);
    return thread && !thread.isDeleted ? structuredClone(thread.record) : undefined;
  }

  async listThreads(
    query: Parameters<ThreadStore['listThreads']>[0],
  ): ReturnType<ThreadStore['listThreads']> {
    this.checkOpen();
    const words = wordsOf(query.text);
    const rows = [...this.threads.values()]
      .filter((thread) => !thread.isDeleted && thread.record.workspace === query.workspace)
      .map((thread) => this.row(thread.record, words))
      .filter((row) => row !== undefined)
      .sort(newestFirst)
      .filter((row) => !query.before || newestFirst(query.before, row) < 0);
    return { threads: rows.slice(0, query.limit), hasMore: rows.length > query.limit };
  }

  async deleteThread(id: string): Promise<void> {
    this.thread(id).isDeleted = true;
  }

  async restoreThread(id: string): Promise<void> {
    this.thread(id).isDeleted = false;
  }

  async putMessage(message: MessageRecord): Promise<void> {
    const thread = this.thread(message.threadId);
    const kept = this.messages.get(message.id);
    if (!kept) {
      this.refuseConflict(message.threadId);
    }
    if (kept?.isSetAside !== true && this.isOrdinalTaken(message)) {
      this.conflicted.add(message.threadId);
      this.refuseConflict(message.threadId);
    }
    const isRunning = message.role === 'assistant' && message.state === 'running';
    this.messages.set(message.id, {
      record: structuredClone(message),
      isSetAside: kept?.isSetAside ?? false,
      deltas: isRunning ? (kept?.deltas ?? []) : [],
    });
    if (!kept) {
      const updatedAt = Math.max(thread.record.updatedAt, message.createdAt);
      thread.record = { ...thread.record, updatedAt };
    }
  }

  async putToolResult(messageId: string, result: ToolResultRecord): Promise<void> {
    const message = this.message(messageId);
    const record = message.record;
    if (record.role === 'user') {
      throw new BugError('A user message has no tool results.');
    }
    const results = new Map(record.toolResults.map((one) => [one.toolUseId, one]));
    results.set(result.toolUseId, structuredClone(result));
    message.record = { ...record, toolResults: [...results.values()] };
  }

  async appendDelta(delta: Parameters<ThreadStore['appendDelta']>[0]): Promise<void> {
    const message = this.message(delta.messageId);
    message.deltas = [...message.deltas, { ...delta }];
  }

  async setAsideFrom(threadId: string, ordinal: number): Promise<void> {
    this.checkOpen();
    this.refuseConflict(threadId);
    for (const message of this.messages.values()) {
      if (message.record.threadId === threadId && message.record.ordinal >= ordinal) {
        message.isSetAside = true;
      }
    }
  }

  async bringBack(threadId: string, messageIds: readonly string[]): Promise<void> {
    this.checkOpen();
    this.refuseConflict(threadId);
    const back = messageIds.flatMap((id) => this.messages.get(id) ?? []);
    const taken = new Set(this.conversation(threadId).map(({ record }) => record.ordinal));
    if (back.some(({ record }) => taken.has(record.ordinal))) {
      throw new UserError('The conversation has gone on since, so it can’t be brought back.');
    }
    for (const message of back) {
      message.isSetAside = false;
    }
  }

  async readPage(
    threadId: string,
    page: Parameters<ThreadStore['readPage']>[1],
  ): Promise<ThreadPage> {
    const before = page.beforeOrdinal ?? Number.POSITIVE_INFINITY;
    this.checkOpen();
    const history = this.conversation(threadId).map(asRead);
    const earlier = history.filter((message) => message.ordinal < before);
    let start = Math.max(0, earlier.length - page.limit);
    while (start > 0 && earlier[start - 1]?.turnId === earlier[start]?.turnId) {
      start -= 1;
    }
    return { messages: earlier.slice(start).map(withPreviews), hasEarlier: start > 0 };
  }

  async readHistory(threadId: string): Promise<readonly MessageRecord[]> {
    this.checkOpen();
    this.conflicted.delete(threadId);
    return this.conversation(threadId).map(asRead);
  }

  async readToolResult(threadId: string, toolUseId: string): Promise<ToolResultRecord | undefined> {
    this.checkOpen();
    return this.conversation(threadId)
      .map((message) => message.record)
      .flatMap((message) => (message.role === 'assistant' ? message.toolResults : []))
      .findLast((result) => result.toolUseId === toolUseId);
  }

  async saveDraft(threadId: string, _workspace: string, draft: Draft): Promise<void> {
    this.checkOpen();
    this.drafts.set(threadId, structuredClone(draft));
  }

  async readDraft(threadId: string): Promise<Draft | undefined> {
    this.checkOpen();
    return structuredClone(this.drafts.get(threadId));
  }

  async readCurrentThread(workspace: string): Promise<string | undefined> {
    this.checkOpen();
    const id = this.currentThreads.get(workspace);
    return id !== undefined && this.threads.get(id)?.isDeleted !== true ? id : undefined;
  }

  async saveCurrentThread(workspace: string, threadId: string): Promise<void> {
    this.checkOpen();
    this.currentThreads.set(workspace, threadId);
  }

  async flush(): Promise<void> {
    this.checkOpen();
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private refuseConflict(threadId: string): void {
    if (this.conflicted.has(threadId)) {
      throw new UserError('This thread is being continued in another window.');
    }
  }

  private checkOpen(): void {
    if (this.isDisposed) {
      throw new BugError('The thread store is closed.');
    }
  }

  private thread(id: string): KeptThread {
    this.checkOpen();
    const thread = this.threads.get(id);
    if (!thread) {
      throw new BugError(`There is no thread ${id}.`);
    }
    return thread;
  }

  private message(id: string): KeptMessage {
    this.checkOpen();
    const message = this.messages.get(id);
    if (!message) {
      throw new BugError(`There is no message ${id}.`);
    }
    return message;
  }

  private conversation(threadId: string): KeptMessage[] {
    return [...this.messages.values()]
      .filter((message) => !message.isSetAside && message.record.threadId === threadId)
      .sort((left, right) => left.record.ordinal - right.record.ordinal);
  }

  private isOrdinalTaken(message: MessageRecord): boolean {
    return this.conversation(message.threadId).some(
      ({ record }) => record.ordinal === message.ordinal && record.id !== message.id,
    );
  }

  private row(thread: ThreadRecord, words: readonly string[]): ThreadListRow | undefined {
    const messages = this.conversation(thread.id).map((message) => message.record);
    const row = {
      id: thread.id,
      title: thread.title,
      updatedAt: thread.updatedAt,
      messageCount: new Set(messages.map((message) => `${message.role} ${message.turnId}`)).size,
    };
    if (words.length === 0) {
      return row;
    }
    const match = messages.findLast((message) => hasWords(searchText(message), words));
    if (match) {
      return { ...row, excerpt: excerpt(searchText(match), words) };
    }
    return hasWords(thread.title, words) ? row : undefined;
  }
}

function newestFirst(
  left: { readonly updatedAt: number; readonly id: string },
  right: { readonly updatedAt: number; readonly id: string },
): number {
  if (left.updatedAt !== right.updatedAt) {
    return right.updatedAt - left.updatedAt;
  }
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}

/** A message left running as it comes back: interrupted, with the text that had arrived. */
function asRead(message: KeptMessage): MessageRecord {
  const record = structuredClone(message.record);
  if (record.role === 'user' || record.state !== 'running') {
    return record;
  }
  const texts = new Map<number, string>();
  let thinking = '';
  for (const delta of message.deltas) {
    if (delta.blockIndex < record.content.length) {
      continue;
    }
    if (delta.kind === 'thinking') {
      thinking += delta.text;
    } else {
      texts.set(delta.blockIndex, (texts.get(delta.blockIndex) ?? '') + delta.text);
    }
  }
  const ordered = [...texts].sort(([left], [right]) => left - right);
  return {
    ...record,
    state: 'interrupted',
    content: [...record.content, ...ordered.map(([, text]) => ({ type: 'text', text }) as const)],
    ...(thinking === '' ? {} : { unfinishedThinking: thinking }),
  };
}

function withPreviews(message: MessageRecord): MessageRecord {
  if (message.role === 'user') {
    return message;
  }
  const cut = (result: ToolResultRecord): ToolResultRecord => ({
    ...result,
    content: preview(result.content),
  });
  return { ...message, toolResults: message.toolResults.map(cut) };
}

function preview(content: ToolResultRecord['content']): ToolResultRecord['content'] {
  const hasImage = typeof content !== 'string' && content.some((block) => block.type === 'image');
  const text =
    typeof content === 'string'
      ? content
      : content.map((block) => (block.type === 'text' ? block.text : '[image]')).join('\n');
  if (!hasImage && text.length <= resultPreviewCharacters) {
    return content;
  }
  return text.slice(0, resultPreviewCharacters + 1);
}

function searchText(message: MessageRecord): string {
  return message.role === 'user' ? message.text : textOf(message);
}

function textOf(message: AssistantMessageRecord): string {
  return message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function hasWords(text: string, words: readonly string[]): boolean {
  const found = wordsOf(text);
  return words.every((word) => found.some((one) => one.startsWith(word)));
}

function excerpt(text: string, words: readonly string[]): string {
  return text.replace(/[\p{L}\p{N}]+/gu, (found) =>
    words.some((word) => found.toLowerCase().startsWith(word)) ? `‹${found}›` : found,
  );
}
