import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import type { TeamState } from '../../core/team/teamSync.ts';
import { commandId } from '../commandTable.ts';
import { teamStatus } from './teamStatus.ts';

/** Beside the item for completions, which has 100. */
const priority = 99;
const name = 'Slipstream team';

/** Says in the status bar how it stands with the team's database, and leads to what can be done. */
export class TeamStatusBar implements Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly host: string;
  private shown = '';

  constructor(host: string) {
    this.host = host;
    this.item = vscode.window.createStatusBarItem(
      'slipstream.team',
      vscode.StatusBarAlignment.Right,
      priority,
    );
    this.item.name = name;
    this.item.command = commandId('showTeam');
    this.item.show();
  }

  update(state: TeamState): void {
    const { label, text, isWarning } = teamStatus(state, this.host);
    // Each assignment is a message to the window.
    if (this.shown !== label + text) {
      this.shown = label + text;
      this.item.text = label;
      this.item.tooltip = `${name}: ${text}`;
      this.item.accessibilityInformation = { label: `${name}: ${text}`, role: 'button' };
      this.item.backgroundColor = isWarning
        ? new vscode.ThemeColor('statusBarItem.warningBackground')
        : undefined;
    }
  }

  dispose(): void {
    this.item.dispose();
  }
}
