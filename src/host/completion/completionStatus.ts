import * as vscode from 'vscode';
import type { CompletionActivity } from '../../core/completion/completionQuery.ts';
import type { Settings } from '../../core/settings.ts';
import {
  type CompletionModelState,
  type CompletionState,
  completionState,
} from './completionState.ts';
import type { CompletionSwitches } from './completionSwitches.ts';
import type { LanguageNames } from './languageNames.ts';

export interface CompletionStatusParts {
  readonly switches: CompletionSwitches;
  readonly settings: Settings;
  readonly languageNames: Pick<LanguageNames, 'nameOf'>;
  /** Undefined while nothing has been completed yet. */
  readonly activity: () => CompletionActivity | undefined;
  readonly modelState: () => CompletionModelState;
}

/** How it stands with completions in the document in front, the same for the status bar and the menu. */
export function currentCompletionState({
  switches,
  settings,
  languageNames,
  activity,
  modelState,
}: CompletionStatusParts): CompletionState {
  const document = vscode.window.activeTextEditor?.document;
  const offHere = document && switches.offHere(document);
  const known = activity();
  return completionState(
    {
      isEnabled: switches.isEnabled,
      snoozedUntil: switches.snoozedUntil,
      offHere,
      // Asked for with each key otherwise.
      languageName:
        document && offHere === 'language' ? languageNames.nameOf(document.languageId) : undefined,
      model: modelState(),
      isLocal: settings.get('completion.local'),
      isAsking: known?.isAsking ?? false,
      failure: known?.failure,
    },
    (wallTimeMs) => new Date(wallTimeMs).toLocaleTimeString(undefined, { timeStyle: 'short' }),
  );
}
