import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { TieredCache } from '../../core/cache/tieredCache.ts';
import type { SettingKey } from '../../core/settings.ts';
import type { ActivationParts } from '../foundation.ts';
import { TeamSecrets } from './teamSecrets.ts';

export interface TeamCacheDoorParts
  extends Pick<ActivationParts, 'context' | 'settings' | 'log' | 'notifications'> {
  readonly cache: TieredCache;
  readonly clock: Clock;
}

const cacheSettings: readonly SettingKey[] = ['team.redis', 'team.cacheUrl', 'team.cacheReadOnly'];
/** Setting a team up changes several settings and secrets, one right after the other. */
const settleMs = 500;

/**
 * The way to the caches that a team shares. Without any it is a few listeners; with one everything
 * stands behind one import, made again when a setting or a secret changes.
 */
export class TeamCacheDoor implements Disposable {
  private readonly parts: TeamCacheDoorParts;
  private readonly secrets: TeamSecrets;
  private readonly resources = new ResourceManager('teamCacheDoor');
  private opened: Disposable | undefined;
  private opening: Promise<void> = Promise.resolve();
  private timer: Disposable | undefined;

  constructor(parts: TeamCacheDoorParts) {
    this.parts = parts;
    this.secrets = new TeamSecrets(parts.context.secrets);
    const soon = (): void => this.soon();
    for (const key of cacheSettings) {
      this.resources.add(parts.settings.onDidChange(key, soon));
    }
    this.resources.add(this.secrets.onDidChange(soon));
    this.open();
  }

  dispose(): void {
    this.timer?.dispose();
    this.resources.dispose();
    this.opened?.dispose();
    this.opened = undefined;
  }

  private get isSet(): boolean {
    const { settings } = this.parts;
    return settings.get('team.redis') !== '' || settings.get('team.cacheUrl') !== '';
  }

  private soon(): void {
    this.timer?.dispose();
    this.timer = this.parts.clock.setTimeout(() => this.open(), settleMs);
  }

  private open(): void {
    if (!this.isSet && !this.opened) {
      return;
    }
    this.opening = this.opening
      .then(() => this.replace())
      .catch((error: unknown) => {
        if (!this.resources.isDisposed) {
          this.parts.notifications.report('Opening the team’s caches', error);
        }
      });
  }

  private async replace(): Promise<void> {
    this.opened?.dispose();
    this.opened = undefined;
    if (this.resources.isDisposed || !this.isSet) {
      return;
    }
    const { openTeamCaches } = await import('./openTeamCaches.ts');
    const opened = await openTeamCaches({
      ...this.parts,
      secrets: this.secrets,
      onProblem: (error) => this.parts.log.error('Forgetting what the team forgot', error),
    });
    if (this.resources.isDisposed) {
      opened.dispose();
    } else {
      this.opened = opened;
    }
  }
}
