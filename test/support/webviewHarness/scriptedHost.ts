import { systemClock } from '../../../src/base/clock.ts';
import { UserError } from '../../../src/base/errors.ts';
import { Outbox } from '../../../src/shared/outbox.ts';
import type {
  HostEvent,
  HostRequestHandlers,
  HostRequestName,
  HostRequests,
} from '../../../src/shared/protocol.ts';
import { RpcServer } from '../../../src/shared/rpc.ts';
import type {
  Draft,
  MentionItem,
  MessageView,
  Snapshot,
  ThreadSummary,
} from '../../../src/shared/views.ts';
import { richAnswer } from './sampleText.ts';
import {
  assistantMessage,
  emptyThread,
  restorePlan,
  userMessage,
  windowUsage,
} from './scenarios.ts';

interface SeenRequest {
  readonly name: string;
  readonly params: unknown;
}

const mentions: readonly MentionItem[] = [
  {
    chip: { kind: 'file', label: 'cart.ts', path: '/home/ada/shop/src/cart.ts' },
    detail: 'src',
    icon: 'file',
  },
  {
    chip: { kind: 'file', label: 'coupon.ts', path: '/home/ada/shop/src/coupon.ts' },
    detail: 'src',
    icon: 'file',
  },
  {
    chip: {
      kind: 'symbol',
      label: 'total',
      path: '/home/ada/shop/src/cart.ts',
      startLine: 40,
      endLine: 44,
    },
    detail: 'function in src/cart.ts',
    icon: 'symbol-method',
  },
  {
    chip: { kind: 'folder', label: 'src', path: '/home/ada/shop/src' },
    detail: 'folder',
    icon: 'folder',
  },
  { chip: { kind: 'problems', label: 'Problems' }, detail: '3 in the workspace', icon: 'warning' },
];

/** Plays the extension host in the page: answers requests, streams answers, and lets tests look in. */
export class ScriptedHost {
  /** What the panel asked, oldest first. */
  readonly requests: SeenRequest[] = [];
  /** Requests that fail with a message, by name. */
  readonly failures: Partial<Record<HostRequestName, string>> = {};
  threads: ThreadSummary[] = Array.from({ length: 120 }, (_, index) => ({
    id: `thread-${index + 1}`,
    title: index === 0 ? 'Total is off by a cent' : `Thread about topic ${index + 1}`,
    updatedAt: Date.now() - index * 5_400_000,
    messageCount: (index % 7) + 1,
    ...(index % 5 === 2 ? { team: { owner: 'ben', isShared: true } } : {}),
    ...(index % 5 === 1 ? { team: { isShared: true } } : {}),
  }));
  private readonly deleted: ThreadSummary[] = [];
  private readonly snapshot: Snapshot;
  private readonly server: RpcServer<HostRequests, HostEvent>;
  private readonly outbox: Outbox;
  private turns = 100;

  constructor(snapshot: Snapshot, post: (message: unknown) => void) {
    this.snapshot = snapshot;
    const answer = this.handlers();
    const handlers = Object.fromEntries(
      Object.entries(answer).map(([name, handler]) => [
        name,
        (params: unknown, signal: AbortSignal) => {
          this.requests.push({ name, params });
          const failure = this.failures[name as HostRequestName];
          if (failure !== undefined) {
            return Promise.reject(new UserError(failure));
          }
          return (handler as (params: unknown, signal: AbortSignal) => Promise<unknown>)(
            params,
            signal,
          );
        },
      ]),
    ) as Record<string, unknown>;
    this.server = new RpcServer<HostRequests, HostEvent>({
      handlers: () => Promise.resolve(handlers as HostRequestHandlers),
      post,
      onHandlerError: (error, name) => console.error(name, error),
      onMalformed: (message) => console.error('Malformed', message),
    });
    this.outbox = new Outbox(systemClock, (events) => this.server.postEvents(events));
  }

  receive(message: unknown): void {
    this.server.receive(message);
  }

  emit(event: HostEvent): void {
    this.outbox.push(event);
  }

  /** Parameters of the requests of one name. */
  asked(name: HostRequestName): unknown[] {
    return this.requests.filter((request) => request.name === name).map(({ params }) => params);
  }

  /** Begins a turn and answers the id of its message. */
  startTurn(text: string): string {
    const index = this.nextTurn();
    this.emit({
      type: 'turn/started',
      threadId: this.threadId,
      user: userMessage(index, text),
      assistant: assistantMessage(index, { state: 'running' }),
    });
    this.emit({
      type: 'thread/status',
      threadId: this.threadId,
      status: { phase: 'answering', turnStartedAt: Date.now() },
    });
    return `assistant-${index}`;
  }

  endTurn(messageId: string): void {
    const { threadId } = this;
    this.emit({ type: 'turn/ended', threadId, messageId, state: 'done', durationMs: 1_000 });
    this.emit({ type: 'thread/status', threadId, status: { phase: 'idle' } });
  }

  /** Streams a text as deltas spread evenly over a time; resolves when the last one is out. */
  async stream(messageId: string, text: string, deltas: number, durationMs: number): Promise<void> {
    const { threadId } = this;
    const block = { type: 'text', id: `${messageId}-text`, text: '' } as const;
    this.emit({ type: 'block/added', threadId, messageId, block });
    const startedAt = performance.now();
    const size = Math.ceil(text.length / deltas);
    let sent = 0;
    while (sent < deltas) {
      const due = Math.min(
        deltas,
        Math.ceil(((performance.now() - startedAt) / durationMs) * deltas),
      );
      for (; sent < due; sent += 1) {
        const piece = text.slice(sent * size, (sent + 1) * size);
        this.emit({ type: 'block/appended', threadId, messageId, blockId: block.id, text: piece });
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  private get threadId(): string {
    return this.snapshot.thread.id;
  }

  private nextTurn(): number {
    this.turns += 1;
    return this.turns;
  }

  private async answer(text: string): Promise<{ turnId: string }> {
    const messageId = this.startTurn(text);
    void this.stream(messageId, richAnswer, 200, 1_500).then(() => this.endTurn(messageId));
    return { turnId: messageId.replace('assistant', 'turn') };
  }

  /** Summarizes all but the last turn. */
  private async compact(): Promise<null> {
    const { threadId } = this;
    const status = { phase: 'compacting', turnStartedAt: Date.now() } as const;
    this.emit({ type: 'thread/status', threadId, status });
    const last = this.snapshot.thread.messages.findLast((message) => message.role === 'user');
    const compaction = { id: 'c1', beforeMessageId: last?.id ?? '' };
    this.emit({ type: 'thread/compacted', threadId, compaction });
    this.emit({ type: 'thread/status', threadId, status: { phase: 'idle' } });
    return null;
  }

  private restore(turnId: string, withThread: boolean): Promise<{ draft: Draft | null }> {
    const { threadId } = this;
    if (withThread) {
      this.emit({ type: 'turn/removed', threadId, fromTurnId: turnId });
    }
    this.emit({ type: 'thread/checkpoint', threadId, checkpoint: { restoreId: 'restore-1' } });
    const draft = { text: 'Change the greeting', chips: [], images: [] };
    return Promise.resolve({ draft: withThread ? draft : null });
  }

  private handlers(): HostRequestHandlers {
    const done = (): Promise<null> => Promise.resolve(null);
    return {
      connect: () => Promise.resolve(this.snapshot),
      'thread/new': () => Promise.resolve({ ...emptyThread, id: `thread-new-${this.nextTurn()}` }),
      'thread/open': ({ threadId }) =>
        Promise.resolve({ ...this.snapshot.thread, id: threadId, title: this.titleOf(threadId) }),
      'thread/earlier': ({ beforeMessageId }) => Promise.resolve(earlierPage(beforeMessageId)),
      'thread/list': ({ query, limit, before }) =>
        Promise.resolve(this.page(query, limit, before?.id)),
      'thread/rename': done,
      'thread/delete': ({ threadId }) => {
        this.deleted.push(...this.threads.filter((thread) => thread.id === threadId));
        this.threads = this.threads.filter((thread) => thread.id !== threadId);
        return done();
      },
      'thread/restore': ({ threadId }) => {
        this.threads.unshift(...this.deleted.filter((thread) => thread.id === threadId));
        return done();
      },
      'thread/export': done,
      'thread/compact': () => this.compact(),
      'thread/openSummary': done,
      'thread/usage': () => Promise.resolve(windowUsage),
      'thread/share': ({ threadId, isShared }) => {
        this.emit({ type: 'thread/team', threadId, team: { isShared } });
        return done();
      },
      'turn/send': ({ draft }) => this.answer(draft.text),
      'turn/stop': done,
      'turn/retry': ({ turnId }) => {
        this.emit({ type: 'turn/removed', threadId: this.threadId, fromTurnId: turnId });
        return this.answer('Asked again');
      },
      'turn/edit': ({ turnId, draft }) => {
        this.emit({ type: 'turn/removed', threadId: this.threadId, fromTurnId: turnId });
        return this.answer(draft.text);
      },
      'turn/continue': () => this.answer('Go on'),
      'checkpoint/plan': ({ checkpointId }) => Promise.resolve(restorePlan(checkpointId)),
      'checkpoint/showDiff': done,
      'checkpoint/restore': ({ withThread, checkpointId }) =>
        this.restore(checkpointId, withThread),
      'approval/decide': done,
      'approval/showDiff': done,
      'tool/output': () => Promise.resolve({ text: 'The whole output\n'.repeat(50) }),
      'draft/save': done,
      'mention/search': ({ query }) =>
        Promise.resolve({
          items: mentions.filter(({ chip }) =>
            chip.label.toLowerCase().includes(query.toLowerCase()),
          ),
        }),
      'command/list': () =>
        Promise.resolve({
          commands: [
            { name: 'explain', description: 'Explain the selection or file', kind: 'prompt' },
            { name: 'fix', description: 'Fix the problems in the file', kind: 'prompt' },
            { name: 'tests', description: 'Write tests', kind: 'prompt' },
          ],
        }),
      'clipboard/write': done,
      'code/insert': done,
      'code/apply': done,
      'bulk/act': done,
      'link/open': done,
      'review/act': done,
      'action/run': done,
      'trace/rendered': done,
      'input/focused': done,
    };
  }

  private titleOf(threadId: string): string {
    return this.threads.find((thread) => thread.id === threadId)?.title ?? 'Untitled';
  }

  private page(
    query: string,
    limit: number,
    before: string | undefined,
  ): { threads: ThreadSummary[]; hasMore: boolean } {
    const found = this.threads.filter(({ title }) =>
      title.toLowerCase().includes(query.toLowerCase()),
    );
    const start = before ? found.findIndex(({ id }) => id === before) + 1 : 0;
    const threads = found.slice(start, start + limit).map((thread) => ({
      ...thread,
      ...(query && { excerpt: `… where the ‹${query}› is explained in the second answer …` }),
    }));
    return { threads, hasMore: start + limit < found.length };
  }
}

/** Twenty messages before any other, three times; then there are no more. */
function earlierPage(beforeMessageId: string): { messages: MessageView[]; hasEarlier: boolean } {
  const page = Number(/^earlier-(\d+)-/.exec(beforeMessageId)?.[1] ?? 0) + 1;
  const messages = Array.from({ length: 20 }, (_, index): MessageView => {
    const message = userMessage(page * 100 + index, `Earlier message ${page}.${index}`);
    return { ...message, id: `earlier-${page}-${index}`, turnId: `earlier-turn-${page}-${index}` };
  });
  return { messages, hasEarlier: page < 3 };
}
