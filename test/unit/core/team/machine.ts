import { LedgerCopy } from '../../../../src/core/team/ledgerCopy.ts';
import { TeamLog } from '../../../../src/core/team/teamLog.ts';
import type { TeamServer } from '../../../../src/core/team/teamServer.ts';
import {
  TeamSync,
  type TeamSyncParts,
  type TeamThreadChange,
} from '../../../../src/core/team/teamSync.ts';
import { listTeamThreads } from '../../../../src/core/team/teamThreadList.ts';
import type { MemberServer, TeamDatabase } from '../../../support/team/teamDatabase.ts';
import { assistantMessage, threadRecord, userMessage } from '../store/records.ts';
import { createTestStore, type TestStore } from '../store/testStore.ts';

export const project = 'project';
export const workspace = 'w';

/** What a machine needs of the team's database. */
export type MachineServer = TeamSyncParts['server'] & Pick<TeamServer, 'putCalls'>;

/** A member's machine: a store in a file of its own, kept in step with the team's database. */
export class Machine<Server extends MachineServer = MemberServer> {
  readonly name: string;
  readonly server: Server;
  readonly test: TestStore;
  readonly changes: TeamThreadChange[] = [];
  readonly problems: unknown[] = [];
  shown: string | undefined;
  sync: TeamSync;
  log: TeamLog;
  private counter = 0;
  private ids = 0;

  private constructor(name: string, server: Server, test: TestStore) {
    this.name = name;
    this.server = server;
    this.test = test;
    this.log = new TeamLog(test.connection, 'team');
    this.sync = this.createSync();
  }

  static create(name: string, database: TeamDatabase): Promise<Machine> {
    return Machine.with(name, database.member(name));
  }

  /** @param wallTimeMs What its clock says, for machines whose clocks differ. */
  static async with<Server extends MachineServer>(
    name: string,
    server: Server,
    wallTimeMs?: number,
  ): Promise<Machine<Server>> {
    const machine = new Machine(name, server, await createTestStore({ wallTimeMs }));
    await machine.sync.begin();
    return machine;
  }

  /** As a killed window: nothing that was under way is finished. */
  async restart(): Promise<void> {
    this.sync.dispose();
    await this.test.reopen();
    this.log = new TeamLog(this.test.connection, 'team');
    this.sync = this.createSync();
    await this.sync.begin();
  }

  /** Another window of the same machine, with the same database. */
  async secondWindow(): Promise<TeamSync> {
    const second = this.createSync();
    await second.begin();
    return second;
  }

  async exchange(): Promise<void> {
    // Past any pause after a failure.
    await this.test.clock.advance(120_000);
    await this.sync.now();
  }

  async begin(threadId: string): Promise<void> {
    await this.done(this.test.store.createThread(threadRecord(threadId, { workspace })));
  }

  /** Says something in a thread and has it answered; returns what was said. */
  async say(threadId: string): Promise<string> {
    const { messages } = await this.test.store.readPage(threadId, { limit: 1 });
    const ordinal = (messages.at(-1)?.ordinal ?? -1) + 1;
    return this.sayAt(threadId, ordinal);
  }

  /** Says something else in place of what was said, and of all that followed. */
  async retry(threadId: string, ordinal: number): Promise<string> {
    await this.done(this.test.store.setAsideFrom(threadId, ordinal));
    return this.sayAt(threadId, ordinal);
  }

  /** The texts of the user's messages in a thread, in order. */
  async texts(threadId: string): Promise<readonly string[]> {
    const messages = await this.test.store.readHistory(threadId);
    return messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  }

  async list() {
    const { store: local } = this.test;
    const parts = { local, log: this.log, member: this.name, project };
    return (await listTeamThreads(parts, { workspace, text: '', limit: 100 })).threads;
  }

  async done(write: Promise<void>): Promise<void> {
    await this.test.store.flush();
    await write;
  }

  dispose(): void {
    this.sync.dispose();
    this.test.dispose();
  }

  private async sayAt(threadId: string, ordinal: number): Promise<string> {
    this.counter += 1;
    const text = `${this.name} ${this.counter}`;
    const id = `${threadId}-${text}`;
    const at = { turnId: id, createdAt: this.test.clock.wallTime() };
    const content = [{ type: 'text', text }] as const;
    const { store } = this.test;
    await this.done(store.putMessage(userMessage(threadId, ordinal, { ...at, id, text, content })));
    const answer = assistantMessage(threadId, ordinal + 1, { ...at, id: `${id} answer` });
    await this.done(store.putMessage({ ...answer, state: 'running', content: [] }));
    await this.done(store.putMessage(answer));
    return text;
  }

  private createSync(): TeamSync {
    const { log, server } = this;
    const sync = new TeamSync({
      log,
      server,
      clock: this.test.clock,
      ledger: new LedgerCopy({ log, server }),
      member: this.name,
      newId: () => `${this.name}-new-${this.nextId()}`,
      workspace: () => workspace,
      project: async () => project,
      shownThread: () => this.shown,
      onProblem: (error) => this.problems.push(error),
    });
    sync.onDidChangeThread((change) => this.changes.push(change));
    return sync;
  }

  private nextId(): number {
    this.ids += 1;
    return this.ids;
  }
}
