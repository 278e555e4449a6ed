import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { ResourceManager } from '../../base/lifecycle.ts';
import { openHttpTier } from '../../core/cache/openHttpTier.ts';
import type { RemoteTier } from '../../core/cache/remoteTier.ts';
import { SharedValues } from '../../core/cache/sharedValues.ts';
import { parseTeamKeys } from '../../core/cache/teamKeys.ts';
import type { TieredCache } from '../../core/cache/tieredCache.ts';
import { readEnvironment } from '../environment.ts';
import type { Notifications } from '../notifications.ts';
import { hostFetch, systemAuthorities } from '../proxySettings.ts';
import type { VsCodeSettings } from '../settings.ts';
import { TeamProject } from './teamProject.ts';
import type { TeamSecrets } from './teamSecrets.ts';

export interface TeamCachesParts {
  readonly settings: VsCodeSettings;
  readonly secrets: TeamSecrets;
  readonly cache: TieredCache;
  readonly notifications: Pick<Notifications, 'offer'>;
  readonly onProblem: (error: unknown) => void;
}

/**
 * Opens the caches that a team shares, as its settings say. Loaded only where one is set. Throws a
 * `UserError` where an address can't be used or the team's key is missing.
 */
export async function openTeamCaches(parts: TeamCachesParts): Promise<ResourceManager> {
  const { settings, secrets, cache } = parts;
  const text = await secrets.key();
  if (text === undefined) {
    throw new UserError(
      'The team’s caches are not used, because the team’s key is missing. “Slipstream: Connect to a team” asks for it.',
    );
  }
  const resources = new ResourceManager('teamCaches');
  try {
    const project = resources.add(new TeamProject(settings, () => void project.read()));
    const values = new SharedValues({
      keys: parseTeamKeys(text),
      project: () => project.known,
      clock: systemClock,
      // The tiers count them, and an alert looks at their figures.
      onRejected: () => undefined,
    });
    await project.read();
    const tiers = await createTiers(parts, values, resources);
    cache.useRemote(tiers);
    resources.defer(() => cache.useRemote([]));
    return resources;
  } catch (error) {
    resources.dispose();
    throw error;
  }
}

async function createTiers(
  { settings, secrets, cache, notifications, onProblem }: TeamCachesParts,
  values: SharedValues,
  resources: ResourceManager,
): Promise<readonly RemoteTier[]> {
  const redis = settings.get('team.redis');
  const cacheUrl = settings.get('team.cacheUrl');
  const tiers: RemoteTier[] = [];
  const add = (tier: RemoteTier): void => {
    // At once: where the next one can't be opened, this one has to be closed.
    tiers.push(resources.add(tier));
  };
  if (redis !== '') {
    const password = await secrets.password(redis);
    // A team with an HTTP cache alone does not pay for the client of Redis.
    const { RedisTier } = await import('../../core/cache/redisTier.ts');
    add(
      new RedisTier({
        url: redis,
        ...(password === undefined ? {} : { password }),
        moreAuthorities: systemAuthorities(settings),
        values,
        clock: systemClock,
        onForgotten: (glob) => {
          cache.forget(glob).catch(onProblem);
        },
        onRefused: (reason) => {
          const text = `${reason} Meanwhile the team’s answers are not shared through it.`;
          notifications.offer(text, 'Connect again', async () => {
            await vscode.commands.executeCommand('slipstream.connectTeam');
          });
        },
      }),
    );
  }
  if (cacheUrl !== '') {
    add(
      openHttpTier({
        clock: systemClock,
        address: cacheUrl,
        credential: await secrets.password(cacheUrl),
        isReadOnly: settings.get('team.cacheReadOnly'),
        values,
        hostFetch: () => hostFetch(settings, readEnvironment()),
        moreAuthorities: () => systemAuthorities(settings),
      }),
    );
  }
  return tiers;
}
