import * as vscode from 'vscode';
import type { OutputLog } from '../outputLog.ts';
import type { VsCodeSettings } from '../settings.ts';
import type { CompletionState, CompletionStateKind } from './completionState.ts';
import type { CompletionSwitches } from './completionSwitches.ts';
import type { LanguageNames } from './languageNames.ts';

export interface CompletionMenuParts {
  readonly switches: CompletionSwitches;
  readonly settings: VsCodeSettings;
  readonly log: Pick<OutputLog, 'show'>;
  readonly languageNames: Pick<LanguageNames, 'nameOf'>;
  readonly state: () => CompletionState;
}

interface Action extends vscode.QuickPickItem {
  readonly run: () => Promise<void> | void;
}

const minuteMs = 60_000;
const snoozes: readonly (readonly [string, number])[] = [
  ['5 minutes', 5 * minuteMs],
  ['15 minutes', 15 * minuteMs],
  ['1 hour', 60 * minuteMs],
];

/** How it stands with completions, and what can be done about them, for the document in front. */
export async function showCompletionMenu(parts: CompletionMenuParts): Promise<void> {
  const chosen = await vscode.window.showQuickPick(actions(parts), {
    title: 'Slipstream completions',
    placeHolder: 'Choose what to do about completions',
  });
  await chosen?.run();
}

/** Lets the user choose for how long there are none. */
export async function chooseSnooze(switches: CompletionSwitches): Promise<void> {
  const items = snoozes.map(([label, forMs]) => ({ label, forMs }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Snooze completions',
    placeHolder: 'Choose for how long there are no completions',
  });
  if (chosen) {
    switches.snoozeFor(chosen.forMs);
  }
}

function actions(parts: CompletionMenuParts): readonly Action[] {
  const { switches, settings, log } = parts;
  const document = vscode.window.activeTextEditor?.document;
  return [
    stateLine(parts),
    { label: '', kind: vscode.QuickPickItemKind.Separator, run: () => undefined },
    ...(switches.isEnabled ? [snoozeAction(switches)] : []),
    ...(document && switches.offHere(document) !== 'kind' ? documentActions(parts, document) : []),
    {
      label: switches.isEnabled
        ? '$(circle-slash) Turn completions off'
        : '$(sparkle) Turn completions on',
      run: () => settings.update('completion.enabled', !switches.isEnabled),
    },
    { label: '$(settings-gear) Open settings', run: openSettings },
    { label: '$(graph) Show spending', run: showSpending },
    { label: '$(list-ordered) Show recent requests', run: () => run('slipstream.showRequests') },
    { label: '$(output) Show log', run: () => log.show() },
  ];
}

/** The first line, which a screen reader reads as the menu opens. It leads to what it is about. */
function stateLine({ state, log }: CompletionMenuParts): Action {
  const { kind, icon, text, reason, change } = state();
  const leads: Readonly<Partial<Record<CompletionStateKind, Action['run']>>> = {
    overBudget: showSpending,
    error: () => log.show(),
  };
  return {
    label: `$(${icon}) ${text}`,
    description: reason,
    detail: change,
    run: leads[kind] ?? openSettings,
  };
}

function snoozeAction(switches: CompletionSwitches): Action {
  return switches.snoozedUntil === undefined
    ? { label: '$(bell-slash) Snooze…', run: () => chooseSnooze(switches) }
    : { label: '$(bell) End the snooze', run: () => switches.snoozeFor(0) };
}

function documentActions(
  { switches, settings, languageNames }: CompletionMenuParts,
  document: vscode.TextDocument,
): readonly Action[] {
  const { languageId } = document;
  const isLanguageOn = switches.isLanguageOn(languageId);
  const isFileOff = switches.offHere(document) === 'file';
  const language: Action = {
    label: `$(code) Turn ${isLanguageOn ? 'off' : 'on'} for the language ${languageNames.nameOf(languageId)}`,
    run: () =>
      settings.update('completion.languages', {
        ...settings.get('completion.languages'),
        [languageId]: !isLanguageOn,
      }),
  };
  const file: Action = {
    label: `$(file) Turn ${isFileOff ? 'on' : 'off'} for this file`,
    description: isFileOff ? '' : 'until the window is closed',
    run: () => switches.toggleFile(document),
  };
  return isLanguageOn ? [language, file] : [language];
}

function openSettings(): Promise<void> {
  return run('workbench.action.openSettings', 'slipstream.completion');
}

function showSpending(): Promise<void> {
  return run('slipstream.showSpending');
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}
