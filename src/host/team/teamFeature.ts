import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { ThreadTeam } from '../../core/agent/threadTeam.ts';
import type { ThreadStore } from '../../core/store/records.ts';
import type { StoreConnection } from '../../core/store/storeConnection.ts';
import { LedgerCopy } from '../../core/team/ledgerCopy.ts';
import { isShared, TeamLog } from '../../core/team/teamLog.ts';
import type { TeamServer } from '../../core/team/teamServer.ts';
import { TeamSpending } from '../../core/team/teamSpending.ts';
import { type TeamState, TeamSync } from '../../core/team/teamSync.ts';
import { listTeamThreads } from '../../core/team/teamThreadList.ts';
import { sharingProblem } from '../../core/team/threadSync.ts';
import type { HostEvent } from '../../shared/protocol.ts';
import type { ActivationParts } from '../foundation.ts';
import { workspaceKey } from '../workspaceKey.ts';
import { databaseIdentity, hostIn, userOf } from './teamAddress.ts';
import { TeamProject } from './teamProject.ts';
import { TeamStatusBar } from './teamStatusBar.ts';

export interface TeamFeatureParts
  extends Pick<ActivationParts, 'settings' | 'log' | 'notifications'> {
  readonly address: string;
  /** Disposed of with the feature. */
  readonly server: TeamServer;
  /** What shows the server's figures; disposed of with the feature, too. */
  readonly measuring: Disposable;
  readonly store: ThreadStore;
  readonly connection: StoreConnection;
  readonly shownThread: () => string | undefined;
}

/** What a team's database adds to this window: threads of others, and a place in the status bar. */
export class TeamFeature implements ThreadTeam, Disposable {
  readonly sync: TeamSync;
  readonly server: TeamServer;
  readonly spending: TeamSpending;
  /** The database user that this is. */
  readonly member: string;
  readonly host: string;
  private readonly parts: TeamFeatureParts;
  private readonly log: TeamLog;
  private readonly resources = new ResourceManager('team');
  private readonly projects: TeamProject;
  private toldReason = '';

  constructor(parts: TeamFeatureParts) {
    const { address, server, connection } = parts;
    this.parts = parts;
    this.server = this.resources.add(server);
    this.resources.add(parts.measuring);
    this.spending = new TeamSpending(server, systemClock);
    this.member = userOf(address);
    this.host = hostIn(address);
    this.projects = this.resources.add(
      new TeamProject(parts.settings, () => this.keep(this.sync.begin())),
    );
    this.log = new TeamLog(connection, databaseIdentity(address));
    this.sync = this.resources.add(
      new TeamSync({
        ...parts,
        log: this.log,
        clock: systemClock,
        ledger: new LedgerCopy({ log: this.log, server }),
        member: this.member,
        newId: randomUUID,
        workspace: workspaceKey,
        project: () => this.project(),
        onProblem: (error) => parts.log.error('Keeping in step with the team', error),
      }),
    );
    this.showState();
    this.keep(this.sync.begin());
  }

  async listThreads(
    query: Parameters<ThreadStore['listThreads']>[0],
  ): ReturnType<ThreadStore['listThreads']> {
    const { log, member, parts } = this;
    const project = await this.project();
    return listTeamThreads({ local: parts.store, log, member, project }, query);
  }

  async viewOf(threadId: string): ReturnType<ThreadTeam['viewOf']> {
    const state = await this.log.state(threadId);
    if (!state) {
      return undefined;
    }
    const isOurs = state.owner === undefined || state.owner === this.member;
    return { ...(isOurs ? {} : { owner: state.owner }), isShared: isShared(state) };
  }

  opening(threadId: string): Promise<void> {
    return this.sync.open(threadId);
  }

  async share(threadId: string, shall: boolean): Promise<void> {
    // One from before there was a team becomes the team's with this.
    await this.log.adoptWhole(threadId, await this.project());
    const problem = sharingProblem(await this.log.state(threadId), this.member);
    if (problem) {
      throw problem;
    }
    await this.log.wantShared(threadId, shall);
    this.sync.soon();
  }

  /** Threads of this window's folders that are on this machine alone. */
  unsent(): Promise<readonly string[]> {
    return this.log.unsent(workspaceKey());
  }

  /** Sends one of them whole, as private. */
  async importThread(threadId: string): Promise<void> {
    await this.log.adoptWhole(threadId, await this.project());
    await this.sync.push(threadId);
  }

  /** What was said, named or ended is sent in a moment. */
  observe({ type }: HostEvent): void {
    if (type === 'turn/started' || type === 'turn/ended' || type === 'thread/renamed') {
      this.sync.soon();
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private project(): Promise<string> {
    return this.projects.read();
  }

  private showState(): void {
    const item = this.resources.add(new TeamStatusBar(this.host));
    const show = (state: TeamState): void => {
      item.update(state);
      this.tellRefusal(state);
    };
    this.resources.add(this.sync.onDidChangeState(show));
    show(this.sync.state);
  }

  /** Once for each reason: nothing is tried until the user has done something about it. */
  private tellRefusal({ kind, reason }: TeamState): void {
    if (kind !== 'refused') {
      this.toldReason = '';
    } else if (reason !== this.toldReason) {
      this.toldReason = reason;
      this.parts.notifications.offer(reason, 'Connect again', async () => {
        await vscode.commands.executeCommand('slipstream.connectTeam');
      });
    }
  }

  private keep(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.resources.isDisposed) {
        this.parts.log.error('Keeping in step with the team', error);
      }
    });
  }
}
