import { lazy } from '../../base/lazy.ts';
import type { ResourceManager } from '../../base/lifecycle.ts';
import type { ActionTracing } from '../../core/actions/actionTrace.ts';
import type { ModelGateway } from '../../core/model/request.ts';
import type { Syntax } from '../../core/syntax/syntax.ts';
import type { TelemetrySources } from '../../core/telemetry/telemetrySources.ts';
import type { ChatCommands } from '../commandHandlers.ts';
import type { CommandHandlers } from '../commandTable.ts';
import type { Notifications } from '../notifications.ts';
import type { VsCodeWorkspace } from '../vscodeWorkspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { type ActionModelParts, actionModel, smallActionModel } from './actionModel.ts';
import { enclosingLines } from './enclosingLines.ts';

type InChat =
  | 'explain'
  | 'explainProblem'
  | 'explainTerminal'
  | 'reviewSelection'
  | 'ask'
  | 'writeTests'
  | 'refactor';
type InEditor = 'editSelection' | 'fixProblem' | 'writeDocumentation' | 'optimize' | 'stopEdit';
type Others = 'suggestNames' | 'commitMessage';

/** The commands that begin at a piece of code, a problem or a terminal. */
export type ActionCommands = Pick<CommandHandlers, InChat | InEditor | Others>;

export interface ActionParts extends ActionModelParts, ActionTracing {
  readonly resources: ResourceManager;
  readonly folders: WorkspaceFolders;
  readonly workspace: VsCodeWorkspace;
  readonly gateway: ModelGateway;
  readonly registry: TelemetrySources;
  readonly notifications: Notifications;
  readonly chat: ChatCommands;
  /** Loaded with the first action at a cursor. */
  readonly syntax: () => Promise<Syntax>;
}

/** What does the work loads with the first command. */
export function createActionCommands(parts: ActionParts): ActionCommands {
  return { ...chatCommands(parts), ...editCommands(parts), ...otherCommands(parts) };
}

function chatCommands({
  folders,
  connection,
  chat,
  syntax,
  tracing,
}: ActionParts): Pick<CommandHandlers, InChat> {
  const load = lazy(async () => {
    const { ChatActions } = await import('./chatActions.ts');
    return new ChatActions({
      folders,
      connection,
      findEnclosing: enclosingLines(syntax),
      tracing,
      ask: chat.ask,
    });
  });
  return {
    explain: async () => (await load()).explain(),
    explainProblem: async () => (await load()).explainProblem(),
    explainTerminal: async () => (await load()).explainTerminal(),
    reviewSelection: async () => (await load()).review(),
    ask: async () => (await load()).askQuestion(),
    writeTests: async () => (await load()).writeTests(),
    refactor: async () => (await load()).refactor(),
  };
}

function editCommands(parts: ActionParts): Pick<CommandHandlers, InEditor> {
  const { resources, workspace } = parts;
  const load = lazy(async () => {
    const { EditActions } = await import('./editActions.ts');
    return resources.add(
      new EditActions({
        ...parts,
        findEnclosing: enclosingLines(parts.syntax),
        model: (userText) => actionModel(parts, userText),
        recording: (changes, apply) => workspace.reviews.recording(changes, apply),
      }),
    );
  });
  return {
    editSelection: async () => (await load()).edit(),
    fixProblem: async () => (await load()).fix(),
    writeDocumentation: async () => (await load()).document(),
    optimize: async () => (await load()).optimize(),
    stopEdit: async () => (await load()).stop(),
  };
}

function otherCommands(parts: ActionParts): Pick<CommandHandlers, Others> {
  const { resources } = parts;
  const loadMessages = lazy(async () => {
    const { CommitMessages } = await import('./commitMessages.ts');
    return resources.add(
      new CommitMessages({
        ...parts,
        model: (userText) => actionModel(parts, userText),
        smallModel: async () => (await smallActionModel(parts)).model,
      }),
    );
  });
  return {
    suggestNames: async () => {
      const { suggestNames } = await import('./suggestNames.ts');
      await suggestNames({ ...parts, smallModel: () => smallActionModel(parts) });
    },
    commitMessage: async (clicked) => (await loadMessages()).write(clicked),
  };
}
