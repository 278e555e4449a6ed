import { Emitter } from '../../../src/base/emitter.ts';
import { BugError, UserError } from '../../../src/base/errors.ts';
import { noUsage } from '../../../src/core/model/message.ts';
import type { ThreadRecord } from '../../../src/core/store/records.ts';
import type { UsageCall } from '../../../src/core/store/usageRecords.ts';
import { ServerAwayError } from '../../../src/core/team/serverErrors.ts';
import type {
  Changes,
  PushOutcome,
  TeamMessage,
  TeamServer,
  TeamServerState,
  TeamThread,
} from '../../../src/core/team/teamServer.ts';
import type { TeamThreads } from '../../../src/core/team/threadSync.ts';

interface KeptThread {
  thread: ThreadRecord;
  readonly owner: string;
  sharedAt: number | undefined;
  isDeleted: boolean;
  /** Whether it was shared once, and is no longer. */
  isWithdrawn: boolean;
  change: number;
  readonly messages: Map<
    string,
    TeamMessage & { readonly change: number; readonly author: string }
  >;
}

/** What becomes of the next request: done, not done, or done without an answer. */
export type Weather = 'fair' | 'away' | 'answerLost';

/** Stands in for a team's database where what is tested is this side of it. Keeps what it is given. */
export class TeamDatabase {
  readonly calls = new Map<string, UsageCall>();
  private readonly threads = new Map<string, KeptThread>();
  private change = 0;

  /** The database as one member sees it. */
  member(name: string): MemberServer {
    return new MemberServer(this, name);
  }

  visible(member: string): readonly KeptThread[] {
    return [...this.threads.values()].filter(
      ({ owner, sharedAt }) => owner === member || sharedAt !== undefined,
    );
  }

  withdrawn(member: string): readonly KeptThread[] {
    return [...this.threads.values()].filter(
      ({ owner, isWithdrawn }) => owner !== member && isWithdrawn,
    );
  }

  find(id: string, member: string): KeptThread | undefined {
    return this.visible(member).find(({ thread }) => thread.id === id);
  }

  add(thread: ThreadRecord, owner: string): void {
    if (this.threads.has(thread.id)) {
      throw new BugError(`There is a thread ${thread.id} already.`);
    }
    const change = this.nextChange();
    const fresh = { isDeleted: false, isWithdrawn: false, messages: new Map(), change };
    this.threads.set(thread.id, { thread, owner, sharedAt: undefined, ...fresh });
  }

  nextChange(): number {
    this.change += 1;
    return this.change;
  }
}

export class MemberServer
  implements TeamThreads, Pick<TeamServer, 'state' | 'onDidChangeState' | 'putCalls'>
{
  /** What happens to each request. */
  weather: () => Weather = () => 'fair';
  /** How many requests there were. */
  requests = 0;
  private readonly database: TeamDatabase;
  private readonly name: string;
  private readonly states = new Emitter<TeamServerState>();
  private current: TeamServerState = { kind: 'connected', reason: '' };

  constructor(database: TeamDatabase, name: string) {
    this.database = database;
    this.name = name;
  }

  readonly onDidChangeState = this.states.event;

  get state(): TeamServerState {
    return this.current;
  }

  become(state: TeamServerState): void {
    this.current = state;
    this.states.fire(state);
  }

  readonly threads: TeamThreads['threads'] = {
    createThread: (thread) => this.ask(() => this.database.add(thread, this.name)),
    updateThread: (id, changes) =>
      this.change(id, (kept) => {
        const updatedAt = Math.max(kept.thread.updatedAt, changes.updatedAt ?? 0);
        kept.thread = { ...kept.thread, ...changes, updatedAt };
      }),
    readThread: (id) =>
      this.ask(() => {
        const kept = this.database.find(id, this.name);
        return kept?.isDeleted ? undefined : kept?.thread;
      }),
    listThreads: ({ workspace }) =>
      this.ask(() => ({
        threads: this.database
          .visible(this.name)
          .filter(({ thread, isDeleted }) => thread.workspace === workspace && !isDeleted)
          .map(({ thread, messages }) => ({ ...thread, messageCount: messages.size })),
        hasMore: false,
      })),
    deleteThread: (id) => this.changeOwn(id, (kept) => (kept.isDeleted = true)),
    restoreThread: (id) => this.changeOwn(id, (kept) => (kept.isDeleted = false)),
  };

  pushMessages(threadId: string, pushed: readonly TeamMessage[]): Promise<PushOutcome> {
    return this.ask(() => {
      const kept = this.database.find(threadId, this.name);
      if (!kept || (kept.isDeleted && kept.owner !== this.name)) {
        return 'gone';
      }
      const next = new Map(kept.messages);
      for (const one of pushed) {
        const author = kept.messages.get(one.message.id)?.author ?? this.name;
        const wasThere = kept.messages.get(one.message.id)?.isSetAside === false;
        if (one.isSetAside && wasThere && author !== this.name && kept.owner !== this.name) {
          return 'refused';
        }
        next.set(one.message.id, { ...one, author, change: this.database.nextChange() });
      }
      const places = [...next.values()].filter((one) => !one.isSetAside);
      if (new Set(places.map(({ message }) => message.ordinal)).size < places.length) {
        return 'refused';
      }
      for (const [id, one] of next) {
        kept.messages.set(id, one);
      }
      kept.change = this.database.nextChange();
      return 'done';
    });
  }

  share(threadId: string, isShared: boolean): Promise<void> {
    return this.changeOwn(threadId, (kept) => {
      kept.isWithdrawn = !isShared && (kept.isWithdrawn || kept.sharedAt !== undefined);
      kept.sharedAt = isShared ? 1 : undefined;
    });
  }

  changedThreads(
    workspace: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamThread>> {
    return this.ask(() => {
      const visible = this.database.visible(this.name).map((kept) => ({
        ...kept,
        isWithdrawn: false,
        messageCount: kept.messages.size,
      }));
      const heads = [...visible, ...this.database.withdrawn(this.name).map(withdrawnHead)];
      return page(
        heads.filter(({ thread }) => thread.workspace === workspace),
        cursor,
        limit,
      );
    });
  }

  changedMessages(
    threadId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Changes<TeamMessage>> {
    return this.ask(() => {
      const kept = this.database.find(threadId, this.name);
      return page([...(kept?.messages.values() ?? [])], cursor, limit);
    });
  }

  putCalls(calls: readonly UsageCall[]): Promise<void> {
    return this.ask(() => {
      for (const call of calls) {
        this.database.calls.set(call.id, call);
      }
    });
  }

  private changeOwn(id: string, work: (kept: KeptThread) => unknown): Promise<void> {
    return this.change(id, (kept) => {
      if (kept.owner !== this.name) {
        throw new UserError(`This thread is ${kept.owner}’s: only they can share or delete it.`);
      }
      work(kept);
    });
  }

  private change(id: string, work: (kept: KeptThread) => unknown): Promise<void> {
    return this.ask(() => {
      const kept = this.kept(id);
      work(kept);
      kept.change = this.database.nextChange();
    });
  }

  private kept(id: string): KeptThread {
    const kept = this.database.find(id, this.name);
    if (!kept) {
      throw new BugError(`There is no thread ${id}.`);
    }
    return kept;
  }

  private async ask<T>(work: () => T): Promise<T> {
    this.requests += 1;
    // As over a network: the answer is never there at once.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const weather = this.weather();
    if (weather === 'away') {
      throw new ServerAwayError('The server does not answer.');
    }
    const answer = work();
    if (weather === 'answerLost') {
      throw new ServerAwayError('The connection was lost.');
    }
    return answer;
  }
}

/** What is told of a thread to those who may no longer see it. */
function withdrawnHead({ thread: { id, workspace }, owner, change }: KeptThread) {
  const nothing = {
    title: '',
    isTitleByUser: false,
    systemPrompt: '',
    createdAt: 0,
    updatedAt: 0,
    usage: noUsage,
    costUsd: undefined,
  };
  const thread: ThreadRecord = { id, workspace, ...nothing };
  return { thread, owner, change, isDeleted: true, isWithdrawn: true, messageCount: 0 };
}

function page<T extends { readonly change: number }>(
  all: readonly T[],
  cursor: string | undefined,
  limit: number,
): Changes<T> {
  const after = all
    .filter(({ change }) => change > Number(cursor ?? 0))
    .toSorted((one, other) => one.change - other.change);
  const items = after.slice(0, limit);
  return {
    items,
    cursor: String(items.at(-1)?.change ?? cursor ?? 0),
    hasMore: after.length > items.length,
  };
}
