import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { CacheKeyGenerator, type CacheScope } from '../core/cache/cacheKeys.ts';
import type { SharedKind } from '../core/cache/sharedKinds.ts';
import { TieredCache } from '../core/cache/tieredCache.ts';
import type { AnswerOptions } from '../core/model/gateway.ts';
import type { ActivationParts } from './foundation.ts';
import { TeamCacheDoor } from './team/teamCacheDoor.ts';
import { WorkspaceFolders } from './workspaceFolders.ts';

const bytesPerMegabyte = 1_000_000;

type AnswerParts = Pick<
  ActivationParts,
  'context' | 'resources' | 'settings' | 'log' | 'notifications'
>;

/** What keeps answers, with the user's limits, and forgets those about files that change. */
export function createAnswerParts(parts: AnswerParts, clock: Clock): AnswerOptions {
  const { context, resources, settings, log } = parts;
  const isEnabled = (): boolean => settings.get('cache.enabled');
  const cache = resources.add(
    new TieredCache({
      clock,
      memoryBytes: () => settings.get('cache.memoryMegabytes') * bytesPerMegabyte,
      diskBytes: () => settings.get('cache.diskMegabytes') * bytesPerMegabyte,
      diskPath: join(context.globalStorageUri.fsPath, 'cache.db'),
      onProblem: (error) => log.error('Keeping answers', error),
    }),
  );
  for (const key of ['cache.memoryMegabytes', 'cache.diskMegabytes'] as const) {
    resources.add(settings.onDidChange(key, () => cache.applyLimits()));
  }
  forgetChangedFiles(parts, cache);
  resources.add(new TeamCacheDoor({ ...parts, cache, clock }));
  const sharedKinds = (): readonly SharedKind[] => settings.get('team.sharedAnswers');
  return { cache, isEnabled, keys: new CacheKeyGenerator(currentScope), sharedKinds };
}

function forgetChangedFiles({ resources }: AnswerParts, cache: TieredCache): void {
  const folders = resources.add(new WorkspaceFolders());
  const watcher = resources.add(
    vscode.workspace.createFileSystemWatcher('**/*', true, false, false),
  );
  const forget = (uri: vscode.Uri): void => {
    const path = folders.pathOf(uri);
    if (path !== undefined) {
      cache.invalidateFile(path);
    }
  };
  resources.add(watcher.onDidChange(forget));
  resources.add(watcher.onDidDelete(forget));
}

/** The same folders opened again are the same workspace; their paths need not stand in keys. */
function currentScope(): CacheScope {
  const { name = '', workspaceFile, workspaceFolders = [] } = vscode.workspace;
  const places = workspaceFile ? [workspaceFile] : workspaceFolders.map((folder) => folder.uri);
  const digest = createHash('sha256').update(places.join('\n')).digest('hex').slice(0, 16);
  return { workspace: `${name}-${digest}`, owner: vscode.env.machineId };
}
