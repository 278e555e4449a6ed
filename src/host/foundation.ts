import { join } from 'node:path';
import type * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import { sumOfCounts } from '../base/objectPool.ts';
import { type OpenedThreadStore, openThreadStore } from '../core/store/openThreadStore.ts';
import type { ThreadStore } from '../core/store/records.ts';
import type { Syntax } from '../core/syntax/syntax.ts';
import type { Telemetry } from '../core/telemetry/telemetry.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { createModelParts, type ModelParts } from './modelParts.ts';
import type { Notifications } from './notifications.ts';
import type { OutputLog } from './outputLog.ts';
import { Reports } from './reports.ts';
import type { VsCodeSettings } from './settings.ts';
import { createHostSyntax } from './syntaxParts.ts';
import { TeamDoor } from './team/teamDoor.ts';
import { TeamSecrets } from './team/teamSecrets.ts';
import { createTelemetry, measureRequests } from './telemetryParts.ts';
import { WorkspaceFolders } from './workspaceFolders.ts';

/** What exists from activation on. */
export interface ActivationParts {
  readonly context: vscode.ExtensionContext;
  readonly resources: ResourceManager;
  readonly settings: VsCodeSettings;
  readonly log: OutputLog;
  readonly notifications: Notifications;
}

/** What every door stands on: the store, the path to the models, and the open folders. */
export interface Foundation {
  readonly environment: Environment;
  readonly store: ThreadStore;
  readonly telemetry: Telemetry;
  readonly models: ModelParts;
  readonly folders: WorkspaceFolders;
  /** Documents made on demand. */
  readonly reports: Reports;
  /** The structure of files. */
  readonly syntax: Syntax;
  /** Loads what a team shares where one is set, and nothing otherwise. */
  readonly team: TeamDoor;
}

/**
 * Loads with the first door that is used: the panel, a command or ghost text. Where that fails nothing
 * of it is left, so that it may be tried again.
 */
export async function createFoundation(parts: ActivationParts): Promise<Foundation> {
  const resources = parts.resources.child('foundation');
  try {
    const environment = readEnvironment();
    const { store, connection } = await openStore({ ...parts, resources });
    const telemetry = createTelemetry({ ...parts, resources }, connection);
    const models = createModelParts({ ...parts, resources, telemetry }, environment, connection);
    measureRequests({ ...parts, resources }, telemetry, models);
    const syntax = createHostSyntax(resources, parts.context, parts.log);
    resources.add(
      telemetry.registry.add('pools', 'Parsers', () =>
        sumOfCounts(syntax.counts().parsers.values()),
      ),
    );
    return {
      environment,
      store,
      telemetry,
      models,
      folders: resources.add(new WorkspaceFolders()),
      reports: resources.add(new Reports()),
      syntax,
      team: createTeamDoor({ ...parts, resources, store, connection, telemetry }),
    };
  } catch (error) {
    resources.dispose();
    throw error;
  }
}

function createTeamDoor(
  parts: ActivationParts &
    Pick<OpenedThreadStore, 'store' | 'connection'> &
    Pick<Foundation, 'telemetry'>,
): TeamDoor {
  const secrets = new TeamSecrets(parts.context.secrets);
  const door = parts.resources.add(new TeamDoor({ ...parts, secrets, clock: systemClock }));
  door.begin();
  return door;
}

async function openStore({
  context,
  resources,
  notifications,
}: ActivationParts): Promise<OpenedThreadStore> {
  const path = join(context.globalStorageUri.fsPath, 'threads.db');
  const opened = await openThreadStore({ path, clock: systemClock });
  const { store, setAside } = opened;
  resources.add(store);
  if (setAside !== undefined) {
    notifications.warn(
      `The threads kept so far could not be read. The damaged file was set aside as ${setAside}, and a new one was begun.`,
    );
  }
  return opened;
}
