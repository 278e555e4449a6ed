import { lazy } from '../../base/lazy.ts';
import type { ThreadService } from '../../core/agent/threadService.ts';
import type { TieredCache } from '../../core/cache/tieredCache.ts';
import { shownThread } from '../chatCommands.ts';
import type { ChatView } from '../chatView.ts';
import type { ActivationParts } from '../foundation.ts';
import { followThread } from './followThread.ts';
import type { TeamCommands } from './teamCommands.ts';
import type { TeamDoor } from './teamDoor.ts';
import { TeamSecrets } from './teamSecrets.ts';

export interface JoinTeamParts extends ActivationParts {
  readonly door: TeamDoor;
  readonly chat: ChatView;
  readonly cache: Pick<TieredCache, 'remoteStates'>;
  readonly threads: Pick<ThreadService<unknown>, 'refresh' | 'open' | 'share'>;
}

/** Keeps the panel true to what others do, and answers the commands about a team. */
export function joinTeam(parts: JoinTeamParts): TeamCommands {
  const { door, chat, resources, log } = parts;
  door.watch(() => chat.threadId);
  resources.add(
    door.onDidChange(() =>
      chat.send({ type: 'team/changed', hasTeam: door.current !== undefined }),
    ),
  );
  resources.add(door.onDidChangeList(() => chat.send({ type: 'history/changed' })));
  resources.add(
    door.onDidChangeThread((change) => {
      followThread(parts, change).catch((error: unknown) => {
        if (!resources.isDisposed) {
          log.error('Showing what others said', error);
        }
      });
    }),
  );
  return lazyCommands(parts);
}

/** Setting a team up is seldom: what it takes loads with the first of its commands. */
function lazyCommands({ door, chat, threads, context, ...parts }: JoinTeamParts): TeamCommands {
  const load = lazy(async () => {
    const [{ cacheLine, createTeamCommands }, { createProbes, createSetUp, teamKeys }] =
      await Promise.all([import('./teamCommands.ts'), import('./teamProbes.ts')]);
    return createTeamCommands({
      ...parts,
      probes: createProbes(parts.settings),
      keys: teamKeys,
      setUp: createSetUp(parts.settings),
      cacheLines: () => parts.cache.remoteStates().map(cacheLine),
      secrets: new TeamSecrets(context.secrets),
      team: () => door.settled(),
      shownThread: () => shownThread(chat),
      share: (threadId, isShared) => threads.share(threadId, isShared),
    });
  });
  return {
    connectTeam: async () => (await load()).connectTeam(),
    setUpTeam: async () => (await load()).setUpTeam(),
    shareThread: async () => (await load()).shareThread(),
    unshareThread: async () => (await load()).unshareThread(),
    importHistory: async () => (await load()).importHistory(),
    showTeam: async () => (await load()).showTeam(),
    copyTeamKey: async () => (await load()).copyTeamKey(),
    forgetTeam: async () => (await load()).forgetTeam(),
  };
}
