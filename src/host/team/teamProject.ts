import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { projectIdentity } from '../../core/team/projectIdentity.ts';
import type { VsCodeSettings } from '../settings.ts';

/** What the whole team calls the folders of this window. */
export class TeamProject implements Disposable {
  private readonly settings: VsCodeSettings;
  private readonly resources = new ResourceManager('teamProject');
  private pending: Promise<string> | undefined;
  private name: string | undefined;
  /** Of several that are looked for at once, the last one counts. */
  private asked = 0;

  /** @param changed Hears that it may be another one now. */
  constructor(settings: VsCodeSettings, changed: () => void = () => undefined) {
    this.settings = settings;
    const forget = (): void => {
      this.pending = undefined;
      this.name = undefined;
      changed();
    };
    this.resources.add(vscode.workspace.onDidChangeWorkspaceFolders(forget));
    this.resources.add(settings.onDidChange('team.project', forget));
  }

  read(): Promise<string> {
    this.pending ??= this.find();
    return this.pending;
  }

  /** Undefined while it is not known yet. */
  get known(): string | undefined {
    return this.name;
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async find(): Promise<string> {
    this.asked += 1;
    const { asked } = this;
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    const found = await projectIdentity(folders, this.settings.get('team.project'));
    if (asked === this.asked) {
      this.name = found;
    }
    return found;
  }
}
