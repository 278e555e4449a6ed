import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import type { ThreadParts } from '../core/agent/threadParts.ts';
import type { ThreadGrants } from '../core/approvals/approvalGrants.ts';
import { locatePath } from '../core/approvals/approvalPaths.ts';
import { RuleAccessPolicy } from '../core/approvals/approvalPolicy.ts';
import { EditMatcher, type MatchRequest } from '../core/edit/editMatcher.ts';
import type { EditResult } from '../core/edit/match.ts';
import type { Catalogue } from '../core/model/catalogue.ts';
import type { Settings } from '../core/settings.ts';
import { defaultShell } from '../core/tools/commandProcess.ts';
import { DiskSpillStore } from '../core/tools/spillStore.ts';
import { createStandardTools } from '../core/tools/standardTools.ts';
import type { ToolContext } from '../core/tools/tool.ts';
import type { Workspace } from '../core/tools/workspace.ts';
import { WorkerHost } from '../core/worker/workerHost.ts';
import { callCostUsd } from './callCosts.ts';
import { toProfile } from './modelChoice.ts';
import type { Notifications } from './notifications.ts';
import type { OutputLog } from './outputLog.ts';
import { SaveProblems } from './saveProblems.ts';

/** Edits of one file come seconds apart; a thread holds some 10 MB. */
const workerIdleMs = 30_000;

export interface AgentPartsOptions {
  readonly settings: Settings;
  readonly workspace: Workspace;
  /** The extension's own folder on disk. */
  readonly storageFolder: string;
  readonly catalogue: Catalogue;
  /** The environment that commands start from. */
  readonly variables: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly notifications: Notifications;
  readonly log: OutputLog;
  /** Owns what is made here; disposed of when the extension ends. */
  readonly resources: ResourceManager;
  /** The bundle of the worker that matches edits. */
  readonly matchWorker: string;
}

/** The parts of the agent that follow from settings, workspace and catalogue. */
export type AgentParts = Pick<
  ThreadParts<ThreadGrants>,
  | 'tools'
  | 'policy'
  | 'workspace'
  | 'platform'
  | 'workspaceKey'
  | 'nameOf'
  | 'profileOf'
  | 'costOf'
  | 'toolDefinitions'
  | 'maxRounds'
  | 'maxOutputTokens'
  | 'effort'
  | 'promptCacheSetting'
  | 'saveFailed'
  | 'toolFailed'
  | 'unexpectedEnd'
>;

export function createAgentParts(options: AgentPartsOptions): AgentParts {
  const { settings, workspace, catalogue, clock } = options;
  const registry = createStandardTools({ clock, environment: options.variables });
  return {
    workspace,
    tools: registry.bind(toolContext(options)),
    toolDefinitions: () => registry.definitions({ isTrusted: workspace.isTrusted() }),
    policy: accessPolicy(settings, workspace),
    platform: { platform: platformName(), shell: defaultShell().name },
    workspaceKey: () =>
      workspace
        .roots()
        .map((root) => root.path)
        .sort()
        .join('\n'),
    nameOf: (model) => (model === 'offline' ? 'Offline' : (catalogue.find(model)?.name ?? model)),
    profileOf: (model) => toProfile(model, catalogue.find(model)),
    costOf: (usage, model) => callCostUsd(usage, model, { catalogue, settings }),
    maxRounds: () => settings.get('agent.maxRoundsPerTurn'),
    maxOutputTokens: () => settings.get('maxOutputTokens'),
    effort: () => {
      const effort = settings.get('effort');
      return effort === 'default' ? undefined : effort;
    },
    promptCacheSetting: () => settings.get('promptCache.lifetime'),
    ...failureParts(options),
  };
}

function toolContext({
  settings,
  workspace,
  storageFolder,
  clock,
  log,
  resources,
  matchWorker,
}: AgentPartsOptions): ToolContext {
  const worker = resources.add(
    new WorkerHost<MatchRequest, EditResult>({ entry: matchWorker, clock, idleMs: workerIdleMs }),
  );
  return {
    workspace,
    matcher: new EditMatcher({
      matching: () => settings.get('edit.matching'),
      worker,
      workerFailed: (error) => log.error('Matching in a worker', error),
    }),
    spill: new DiskSpillStore({ folder: join(storageFolder, 'output'), clock }),
    get commandTimeoutMs() {
      return settings.get('commandTimeoutSeconds') * 1_000;
    },
  };
}

function accessPolicy(settings: Settings, workspace: Workspace): RuleAccessPolicy {
  return new RuleAccessPolicy({
    rules: () => ({
      tools: settings.get('approvals.tools'),
      allowCommands: settings.get('approvals.allowCommands'),
      denyCommands: settings.get('approvals.denyCommands'),
    }),
    facts: () => ({
      isTrusted: workspace.isTrusted(),
      roots: workspace.roots(),
      homeDirectory: homedir(),
      shell: platform() === 'win32' ? 'other' : 'posix',
      locate: locatePath,
    }),
  });
}

function failureParts(
  options: AgentPartsOptions,
): Pick<AgentParts, 'saveFailed' | 'toolFailed' | 'unexpectedEnd'> {
  const { log } = options;
  return {
    saveFailed: new SaveProblems(options).report,
    toolFailed: (toolName, error) => log.error(`Tool ${toolName}`, error),
    unexpectedEnd: (error) => {
      log.error('Running a turn', error);
      const message = 'Something went wrong in Slipstream. Its log says what.';
      const failure = { kind: 'internal', message, canRetry: true } as const;
      // It may have come at any point: going on does no harm where nothing has begun.
      return { kind: 'failed', failure, hasBegun: true };
    },
  };
}

function platformName(): string {
  return { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[platform() as string] ?? platform();
}
