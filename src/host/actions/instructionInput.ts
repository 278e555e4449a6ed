import * as vscode from 'vscode';

/** So many of the last instructions are offered again. */
const maxKept = 20;

/** Asks what shall be done with a piece of code, and offers what was asked before. */
export class InstructionInput {
  /** The latest first. */
  private kept: readonly string[] = [];

  /** Undefined where the user leaves the question. */
  async ask(title: string): Promise<string | undefined> {
    const instruction = await this.show(title);
    if (instruction !== undefined) {
      const others = this.kept.filter((one) => one !== instruction);
      this.kept = [instruction, ...others].slice(0, maxKept);
    }
    return instruction;
  }

  private show(title: string): Promise<string | undefined> {
    const input = vscode.window.createQuickPick();
    input.title = title;
    input.placeholder = 'What should be different? For example: return early, handle null';
    input.ignoreFocusOut = true;
    const offer = (): void => {
      input.items = itemsFor(input.value, this.kept);
    };
    offer();
    return new Promise((resolve) => {
      const resources = [
        input,
        input.onDidChangeValue(offer),
        input.onDidAccept(() => {
          const chosen = (input.selectedItems[0]?.label ?? input.value).trim();
          if (chosen !== '') {
            resolve(chosen);
            input.hide();
          }
        }),
        input.onDidHide(() => {
          resolve(undefined);
          for (const resource of resources) {
            resource.dispose();
          }
        }),
      ];
      input.show();
    });
  }
}

/** What is typed comes first, so that Enter sends it; then those asked before that match. */
function itemsFor(value: string, kept: readonly string[]): readonly vscode.QuickPickItem[] {
  const typed = value.trim();
  const known = kept.filter((one) => one !== typed).map((label) => ({ label }));
  return typed === '' ? known : [{ label: typed, alwaysShow: true }, ...known];
}
