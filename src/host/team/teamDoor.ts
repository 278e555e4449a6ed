import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { SettingKey } from '../../core/settings.ts';
import { leaveTeam } from '../../core/store/teamSchema.ts';
import type { TeamThreadChange } from '../../core/team/teamSync.ts';
import type { CreateTeamParts } from './createTeam.ts';
import type { TeamFeature, TeamFeatureParts } from './teamFeature.ts';

export interface TeamDoorParts
  extends Omit<TeamFeatureParts, 'address' | 'server' | 'measuring' | 'shownThread'>,
    CreateTeamParts {
  readonly clock: Clock;
}

const databaseSettings: readonly SettingKey[] = [
  'team.database',
  'team.databaseReplica',
  'team.maxConnections',
];
/** Setting a team up changes several settings and secrets, one right after the other. */
const settleMs = 500;

/**
 * The way to a team's database. Without one it is a few listeners, and nothing else is loaded; with
 * one everything stands behind one import, made again when a setting or a secret changes.
 */
export class TeamDoor implements Disposable {
  private readonly parts: TeamDoorParts;
  private readonly resources = new ResourceManager('teamDoor');
  private readonly changes = new Emitter<void>();
  private readonly threads = new Emitter<TeamThreadChange>();
  private readonly lists = new Emitter<void>();
  private feature: TeamFeature | undefined;
  private opening: Promise<void> = Promise.resolve();
  private timer: Disposable | undefined;
  private shownThread: () => string | undefined = () => undefined;

  constructor(parts: TeamDoorParts) {
    this.parts = parts;
    const soon = (): void => this.soon();
    for (const key of databaseSettings) {
      this.resources.add(parts.settings.onDidChange(key, soon));
    }
    this.resources.add(parts.secrets.onDidChange(soon));
  }

  /** To be called once, when the door has an owner: the store may be closed by now. */
  begin(): void {
    if (this.address === '') {
      leaveTeam(this.parts.connection);
    } else {
      this.open();
    }
  }

  /** Tells that there is a team now, another one, or none. */
  readonly onDidChange = this.changes.event;
  readonly onDidChangeThread = this.threads.event;
  readonly onDidChangeList = this.lists.event;

  /** Undefined without a team, and for the moment in which it loads. */
  get current(): TeamFeature | undefined {
    return this.feature;
  }

  /** Resolves when what the settings say has been loaded. */
  async settled(): Promise<TeamFeature | undefined> {
    await this.opening;
    return this.feature;
  }

  /** Tells which thread is in view. */
  watch(shownThread: () => string | undefined): void {
    this.shownThread = shownThread;
  }

  dispose(): void {
    this.timer?.dispose();
    this.resources.dispose();
    this.feature?.dispose();
    this.feature = undefined;
  }

  private get address(): string {
    return this.parts.settings.get('team.database');
  }

  private soon(): void {
    this.timer?.dispose();
    this.timer = this.parts.clock.setTimeout(() => this.open(), settleMs);
  }

  private open(): void {
    this.opening = this.opening
      .then(() => this.replace())
      .catch((error: unknown) => {
        if (!this.resources.isDisposed) {
          this.parts.notifications.report('Connecting to the team', error);
        }
      });
  }

  private async replace(): Promise<void> {
    this.feature?.dispose();
    this.feature = undefined;
    if (this.resources.isDisposed) {
      return;
    }
    const { address } = this;
    if (address === '') {
      leaveTeam(this.parts.connection);
    } else {
      const { createTeamFeature } = await import('./createTeam.ts');
      const feature = await createTeamFeature({
        ...this.parts,
        address,
        shownThread: () => this.shownThread(),
      });
      this.take(feature);
    }
    this.changes.fire();
  }

  private take(feature: TeamFeature): void {
    if (this.resources.isDisposed) {
      feature.dispose();
      return;
    }
    this.feature = feature;
    feature.sync.onDidChangeThread((change) => this.threads.fire(change));
    feature.sync.onDidChangeList(() => this.lists.fire());
  }
}
