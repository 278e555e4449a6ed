import { lazy } from '../../base/lazy.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import type { ChatCommands } from '../commandHandlers.ts';
import type { CommandHandlers } from '../commandTable.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { findEnclosingLines } from './enclosingLines.ts';

/** The commands that begin at a piece of code, a problem or a terminal. */
export type ActionCommands = Pick<
  CommandHandlers,
  | 'explain'
  | 'explainProblem'
  | 'explainTerminal'
  | 'reviewSelection'
  | 'ask'
  | 'writeTests'
  | 'refactor'
>;

export interface ActionParts {
  readonly folders: WorkspaceFolders;
  readonly connection: ConnectionProvider;
  readonly chat: ChatCommands;
}

/** What does the work loads with the first command. */
export function createActionCommands({ folders, connection, chat }: ActionParts): ActionCommands {
  const inChat = lazy(async () => {
    const { ChatActions } = await import('./chatActions.ts');
    return new ChatActions({
      folders,
      connection,
      findEnclosing: findEnclosingLines,
      ask: (draft, alone) => chat.ask(draft, alone),
    });
  });
  return {
    explain: async () => (await inChat()).explain(),
    explainProblem: async () => (await inChat()).explainProblem(),
    explainTerminal: async () => (await inChat()).explainTerminal(),
    reviewSelection: async () => (await inChat()).review(),
    ask: async () => (await inChat()).askQuestion(),
    writeTests: async () => (await inChat()).writeTests(),
    refactor: async () => (await inChat()).refactor(),
  };
}
