import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { DiffRow } from '../../src/core/actions/streamedDiff.ts';
import { EditDecorations } from '../../src/host/actions/editDecorations.ts';
import { ShownEdit } from '../../src/host/actions/shownEdit.ts';
import {
  closeAll,
  readFromDisk,
  show,
  until,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';

const source = 'one\ntwo\nthree\nfour\n';
const rows: readonly DiffRow[] = [
  { text: 'one', kind: 'removed' },
  { text: 'ONE', kind: 'added' },
  { text: 'two', kind: 'kept' },
];

describe('An edit as it is shown', () => {
  let files = 0;
  let path: string;
  let document: vscode.TextDocument;
  let decorations: EditDecorations;
  let shown: ShownEdit;

  beforeEach(async () => {
    files += 1;
    path = writeOnDisk(`shown/${files}.txt`, source);
    const editor = await show(path);
    editor.selection = new vscode.Selection(3, 4, 3, 4);
    ({ document } = editor);
    decorations = new EditDecorations();
    shown = new ShownEdit(
      document,
      { first: 0, last: 1 },
      { decorations, onTouched: () => assert.fail('nobody types into it') },
    );
    shown.show(() => rows);
    await until(() => document.getText().includes('ONE'), 'the new line');
  });

  afterEach(async () => {
    shown.dispose();
    decorations.dispose();
    await closeAll();
    rmSync(workspacePath('shown'), { recursive: true, force: true });
  });

  /** The key is on its way to the editor before the edit is. */
  const typeElsewhere = () => vscode.commands.executeCommand('type', { text: '!' });

  it('is taken out where the user types elsewhere at that very moment', async () => {
    const typing = typeElsewhere();
    await shown.cancel(false);
    await typing;
    assert.equal(document.getText(), 'one\ntwo\nthree\nfour!\n');
  });

  it('is finished where the user types elsewhere at that very moment', async () => {
    const typing = typeElsewhere();
    assert.equal(await shown.finish(() => rows), true);
    await typing;
    assert.equal(document.getText(), 'ONE\ntwo\nthree\nfour!\n');
    assert.equal(readFromDisk(path), 'ONE\ntwo\nthree\nfour!\n');
  });
});
