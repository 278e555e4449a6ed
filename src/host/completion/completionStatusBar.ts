import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { Settings } from '../../core/settings.ts';
import { commandId } from '../commandTable.ts';
import { type CompletionState, completionStateText } from './completionState.ts';
import type { CompletionSwitches } from './completionSwitches.ts';

export interface CompletionStatusBarParts {
  readonly switches: CompletionSwitches;
  readonly settings: Settings;
  readonly state: () => CompletionState;
}

/** To the right of what concerns the file, where other assistants have theirs. */
const priority = 100;
const name = 'Slipstream completions';

/** Says in the status bar how it stands with completions, and leads to what can be done about it. */
export class CompletionStatusBar implements Disposable {
  private readonly resources = new ResourceManager('completionStatusBar');
  private readonly parts: CompletionStatusBarParts;
  private readonly item: vscode.StatusBarItem;
  private shown = '';

  constructor(parts: CompletionStatusBarParts) {
    this.parts = parts;
    this.item = this.resources.add(
      vscode.window.createStatusBarItem(
        'slipstream.completions',
        vscode.StatusBarAlignment.Right,
        priority,
      ),
    );
    this.item.name = name;
    this.item.command = commandId('showCompletionMenu');
    const update = (): void => this.update();
    this.resources.add(parts.switches.onDidChange(update));
    this.resources.add(parts.settings.onDidChange('completion.local', update));
    this.resources.add(vscode.window.onDidChangeActiveTextEditor(update));
    // A document whose language is changed is opened anew.
    this.resources.add(vscode.workspace.onDidOpenTextDocument(update));
    this.update();
    this.item.show();
  }

  update(): void {
    const state = this.parts.state();
    const text = completionStateText(state);
    const { icon } = state;
    // Each assignment is a message to the window: keys that change nothing send none.
    if (this.shown !== icon + text) {
      this.shown = icon + text;
      this.item.text = `$(${icon})`;
      this.item.tooltip = `Slipstream: ${text}`;
      this.item.accessibilityInformation = { label: `${name}: ${text}`, role: 'button' };
    }
  }

  dispose(): void {
    this.resources.dispose();
  }
}
