import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { eventually, MemorySecrets } from './support/assistantHarness.ts';
import { CompletionWindow, openNew } from './support/completionHarness.ts';
import { closeAll } from './support/editor.ts';

type Item = vscode.QuickPickItem & { readonly forMs?: number };

describe('The menu of completions', () => {
  let storage: TemporaryFolder;
  let window: CompletionWindow;

  before(() => {
    storage = createTemporaryFolder('completionMenu');
    window = new CompletionWindow({ storageFolder: storage.path, secrets: new MemorySecrets() });
  });

  after(async () => {
    await window.settings.update('completion.languages', undefined);
    await closeAll();
    window.close();
    storage.dispose();
  });

  it('names the language as VS Code does, in its lines and in how it stands', async () => {
    await openNew('typescriptreact', '');
    assert.equal(await state(), 'Completions are on.');
    await choose('Turn off for the language TypeScript JSX');
    await eventually(
      async () => (await state()).includes('off for the language TypeScript JSX'),
      'the language to be off',
    );
    await choose('Turn on for the language TypeScript JSX');
    await eventually(async () => (await state()) === 'Completions are on.', 'it to be on again');
    await openNew('plaintext', '');
    assert.equal(await state(), 'Completions are off for the language Plain Text.');
  });

  it('says first how it stands, and what changes that', async () => {
    await openNew('javascript', '');
    await choose('Turn off for this file');
    const [first] = await shown();
    assert.match(first?.label ?? '', /Completions are off for this file until/);
    assert.equal(first?.detail, 'Turn them on for it in the menu.');
    await choose('Turn on for this file');
    await choose('Snooze…', '5 minutes');
    assert.match(await state(), /^Completions are snoozed until .*\d:\d\d/);
    await choose('End the snooze');
    assert.equal(await state(), 'Completions are on.');
  });

  /** How it stands, without the icon. */
  async function state(): Promise<string> {
    return withoutIcon((await shown())[0]?.label ?? '');
  }

  async function shown(): Promise<readonly Item[]> {
    return choose();
  }

  /** Opens the menu and chooses these lines of what is shown in turn; nothing after that. */
  async function choose(...labels: readonly string[]): Promise<readonly Item[]> {
    const original = vscode.window.showQuickPick;
    const lists: (readonly Item[])[] = [];
    const answer = async (items: readonly Item[]): Promise<Item | undefined> => {
      lists.push(items);
      const label = labels[lists.length - 1];
      const found = items.find((item) => withoutIcon(item.label) === label);
      assert.ok(label === undefined || found, `There is no line ${label}.`);
      return found;
    };
    Object.defineProperty(vscode.window, 'showQuickPick', { value: answer, configurable: true });
    try {
      await window.completions.commands.showCompletionMenu();
    } finally {
      Object.defineProperty(vscode.window, 'showQuickPick', {
        value: original,
        configurable: true,
      });
    }
    return lists[0] ?? [];
  }
});

function withoutIcon(label: string): string {
  return label.replace(/^\$\([^)]*\) /, '');
}
