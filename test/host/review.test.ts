import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { systemClock } from '../../src/base/clock.ts';
import { ResourceManager } from '../../src/base/lifecycle.ts';
import { Notifications } from '../../src/host/notifications.ts';
import type { OutputLog } from '../../src/host/outputLog.ts';
import { ReviewFeature } from '../../src/host/review/reviewFeature.ts';
import type { HostEvent } from '../../src/shared/protocol.ts';
import {
  closeAll,
  type OpenWorkspace,
  openWorkspace,
  readFromDisk,
  retype,
  show,
  undo,
  until,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';

const before = 'one\ntwo\nthree\nfour\nfive\nsix\n';
const after = 'one\nTWO\nthree\nfour\nFIVE\nSIX\n';

class KeptNotifications extends Notifications {
  readonly told: string[] = [];
  readonly offers: { readonly message: string; readonly act: () => Promise<void> }[] = [];

  override info(message: string): void {
    this.told.push(message);
  }

  override offer(message: string, _label: string, act: () => Promise<void>): void {
    this.offers.push({ message, act });
  }

  override report(context: string, error: unknown): void {
    this.told.push(`${context}: ${String(error)}`);
  }
}

/** The review of one window. */
interface Window extends OpenWorkspace {
  readonly review: ReviewFeature;
  readonly notifications: KeptNotifications;
  readonly events: readonly HostEvent[];
  /** What the user was asked, in order; answered with yes. */
  readonly questions: readonly string[];
}

function openReview(state: vscode.Memento): Window {
  const resources = new ResourceManager('reviewTest');
  const open = openWorkspace();
  const notifications = new KeptNotifications({} as OutputLog);
  const events: HostEvent[] = [];
  const questions: string[] = [];
  const review = resources.add(
    new ReviewFeature({
      ...open,
      state,
      clock: systemClock,
      notifications,
      tellPanel: (event) => events.push(event),
      confirm: async (message) => {
        questions.push(message);
        return true;
      },
    }),
  );
  const dispose = (): void => {
    resources.dispose();
    open.dispose();
  };
  return { ...open, review, notifications, events, questions, dispose };
}

function memoryState(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.get(key) ?? otherwise) as T,
    update: async (key: string, value: unknown) =>
      void values.set(key, JSON.parse(JSON.stringify(value))),
  };
}

describe('The review of edits', () => {
  let files = 1;
  let window: Window;
  let state: vscode.Memento;

  beforeEach(async () => {
    state = memoryState();
    window = openReview(state);
    await window.review.restore();
  });

  afterEach(async () => {
    assert.deepEqual(window.notifications.told, []);
    window.dispose();
    await closeAll();
    rmSync(workspacePath('review'), { recursive: true, force: true });
  });

  /** VS Code keeps documents of files that are gone for a while: each test has files of its own. */
  async function edited(
    name = `review/${files++}.txt`,
    from = before,
    to = after,
  ): Promise<string> {
    const path = writeOnDisk(name, from);
    await window.workspace.applyChanges([{ path, before: from, after: to }]);
    return path;
  }

  function starts(path: string): readonly number[] {
    return window.workspace.reviews.file(path)?.hunks.map(({ start }) => start) ?? [];
  }

  async function lenses(path: string): Promise<readonly string[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      vscode.Uri.file(path),
    );
    return found.map((one) => `${one.range.start.line}: ${one.command?.title}`);
  }

  it('offers each hunk above it, and the file at its top', async () => {
    const path = await edited();
    await show(path);
    assert.deepEqual(await lenses(path), [
      '0: Accept file',
      '0: Reject file',
      '0: 2 changes',
      '1: Accept',
      '1: Reject',
      '1: Show changes (+1 −1)',
      '4: Accept',
      '4: Reject',
      '4: Show changes (+2 −2)',
    ]);
  });

  it('tells the panel of each file as it changes', async () => {
    const path = await edited();
    const file = { path, name: `${files - 1}.txt`, folder: 'review', isNew: false };
    await until(() => window.events.length > 0, 'the first event');
    assert.deepEqual(window.review.views(), [{ ...file, added: 3, removed: 3, changes: 2 }]);
    await window.review.commands.acceptAll();
    await until(() => {
      const last = window.events.at(-1);
      return last?.type === 'review/file' && last.file === null;
    }, 'the file to go');
    assert.deepEqual(window.review.views(), []);
    assert.equal(readFromDisk(path), after);
  });

  it('is gone through, accepted and rejected from the cursor alone', async () => {
    const path = await edited();
    const editor = await show(path);
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    const { commands } = window.review;
    await commands.next();
    assert.equal(editor.selection.active.line, 1);
    await commands.next();
    assert.equal(editor.selection.active.line, 4);
    await commands.previous();
    assert.equal(editor.selection.active.line, 1);
    await commands.acceptHunk(undefined, undefined);
    assert.equal(editor.selection.active.line, 4, 'the cursor goes on');
    await commands.rejectHunk(undefined, undefined);
    assert.equal(editor.document.getText(), 'one\nTWO\nthree\nfour\nfive\nsix\n');
    assert.equal(readFromDisk(path), editor.document.getText());
    assert.deepEqual(window.workspace.reviews.paths(), []);
    await assert.rejects(commands.next(), /No changes wait/);
  });

  it('takes keys that come quicker than a file is written', async () => {
    const path = await edited();
    const editor = await show(path);
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    const { commands } = window.review;
    await Promise.all([
      commands.rejectHunk(undefined, undefined),
      commands.acceptHunk(undefined, undefined),
    ]);
    assert.equal(readFromDisk(path), after.replace('TWO', 'two'));
    assert.deepEqual(window.workspace.reviews.paths(), []);
  });

  it('goes on from the last change of a file to the next file', async () => {
    const first = await edited();
    const second = await edited();
    const editor = await show(first);
    editor.selection = new vscode.Selection(4, 0, 4, 0);
    await window.review.commands.next();
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, second);
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, 1);
  });

  it('follows what is typed above, in and across hunks', async () => {
    const path = await edited();
    const editor = await show(path);
    const type = async (line: number, character: number, text: string): Promise<void> => {
      const at = new vscode.Position(line, character);
      assert.ok(await editor.edit((builder) => builder.insert(at, text)));
    };
    await type(0, 3, '\nnew\nlines');
    assert.deepEqual(starts(path), [3, 6]);
    await type(6, 4, '\nbetween');
    assert.deepEqual(starts(path), [3, 6]);
    assert.ok((await lenses(path)).some((one) => one.includes('+3 −2, changed since')));
    assert.ok(
      await editor.edit((builder) => builder.delete(new vscode.Range(3, 1, 4, 3))),
      'across the border of the first hunk',
    );
    await window.review.commands.rejectFile(path);
    assert.deepEqual(window.questions, [`Reject changes in ${files - 1}.txt?`]);
    assert.equal(editor.document.getText(), 'one\nnew\nlines\ntwo\nthree\nfour\nfive\nsix\n');
  });

  it('takes a rejection back in one step, and the hunk is under review again', async () => {
    const path = await edited();
    const editor = await show(path);
    const second = window.workspace.reviews.file(path)?.hunks[1]?.id;
    await window.review.commands.rejectHunk(path, second);
    assert.deepEqual(starts(path), [1]);
    await undo(path);
    assert.equal(editor.document.getText(), after);
    assert.deepEqual(starts(path), [1, 4]);
    await undo(path);
    assert.equal(editor.document.getText(), before);
    assert.deepEqual(starts(path), []);
    await vscode.commands.executeCommand('redo');
    assert.equal(editor.document.getText(), after);
    assert.deepEqual(starts(path), [1, 4]);
  });

  it('changes no text where a hunk is accepted', async () => {
    const path = await edited();
    const { document } = await show(path);
    const { version } = document;
    await window.review.commands.acceptHunk(
      path,
      window.workspace.reviews.file(path)?.hunks[0]?.id,
    );
    assert.equal(document.version, version);
    assert.deepEqual(starts(path), [4]);
  });

  it('leaves unsaved work unsaved', async () => {
    const path = await edited();
    const editor = await show(path);
    const top = new vscode.Position(0, 0);
    assert.ok(await editor.edit((builder) => builder.insert(top, 'mine\n')));
    await window.review.commands.rejectFile(path);
    assert.equal(editor.document.getText(), `mine\n${before}`);
    assert.equal(editor.document.isDirty, true);
    assert.equal(readFromDisk(path), after);
  });

  it('follows a change of the whole text by its differences, as a formatter makes it', async () => {
    const path = await edited();
    const editor = await show(path);
    await retype(editor, after.replaceAll('\n', '\n\n').trimEnd());
    await window.review.commands.rejectFile(path);
    assert.match(editor.document.getText(), /^one\n+two\n+three\n+four\n+five\n+six/);
  });

  it('merges several edits of a file', async () => {
    const path = await edited();
    const next = after.replace('three', 'three\nand a half');
    await window.workspace.applyChanges([{ path, before: after, after: next }]);
    await window.review.commands.rejectFile(path);
    assert.equal(readFromDisk(path), before);
  });

  it('works for files that no editor shows, all at once', async () => {
    const first = await edited();
    const second = await edited('review/crlf.txt', before.replaceAll('\n', '\r\n'), 'x\r\n');
    await window.review.commands.rejectAll();
    assert.equal(readFromDisk(first), before);
    assert.equal(readFromDisk(second), before.replaceAll('\n', '\r\n'));
  });

  it('puts mixed line ends back to the byte', async () => {
    const mixed = 'one\r\ntwo\nthree\r\n';
    const path = await edited('review/mixed.txt', mixed, 'one\r\nTWO\n\nthree\r\n');
    await window.review.commands.rejectFile(path);
    assert.equal(readFromDisk(path), mixed);
  });

  it('deletes a file that was made, after asking', async () => {
    const path = workspacePath('review/new.txt');
    await window.workspace.applyChanges([{ path, before: undefined, after: 'a\nb\n' }]);
    assert.deepEqual(
      window.review.views().map(({ added, isNew }) => ({ added, isNew })),
      [{ added: 2, isNew: true }],
    );
    await window.review.commands.rejectFile(path);
    assert.deepEqual(window.questions, ['Delete new.txt?']);
    assert.equal(existsSync(path), false);
    assert.deepEqual(window.workspace.reviews.paths(), []);
    const [back] = window.notifications.offers;
    assert.equal(back?.message, 'Deleted new.txt.');
    await back?.act();
    assert.equal(readFromDisk(path), 'a\nb\n');
    assert.deepEqual(window.workspace.reviews.paths(), [path]);
  });

  it('follows another program that writes to a file no editor shows', async () => {
    const path = await edited();
    await closeAll();
    writeFileSync(path, `zero\n${after}`);
    await window.review.commands.rejectFile(path);
    assert.equal(readFromDisk(path), `zero\n${before}`);
  });

  it('forgets a file that is deleted', async () => {
    const path = await edited();
    await closeAll();
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(vscode.Uri.file(path));
    await vscode.workspace.applyEdit(edit);
    await until(() => window.workspace.reviews.paths().length === 0, 'the review to end');
  });

  it('moves with the folder that a file is in, and ends with it', async () => {
    const path = await edited(`review/deep/${files++}.txt`);
    const [folder, other] = [workspacePath('review/deep'), workspacePath('review/moved')];
    const moved = path.replace(folder, other);
    const rename = new vscode.WorkspaceEdit();
    rename.renameFile(vscode.Uri.file(folder), vscode.Uri.file(other));
    await vscode.workspace.applyEdit(rename);
    await until(() => window.workspace.reviews.paths().includes(moved), 'the review to move');
    await closeAll();
    assert.deepEqual(starts(moved), [1, 4]);
    const removal = new vscode.WorkspaceEdit();
    removal.deleteFile(vscode.Uri.file(other), { recursive: true });
    await vscode.workspace.applyEdit(removal);
    await until(() => window.workspace.reviews.paths().length === 0, 'the review to end');
  });

  it('shows a file beside what it was, and closes that with the review', async () => {
    const path = await edited();
    await window.review.commands.showChanges(path);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const left = await vscode.workspace.openTextDocument(input.original);
    assert.equal(left.getText(), before);
    assert.equal(input.modified.fsPath, path);
    await window.review.commands.acceptHunk(
      path,
      window.workspace.reviews.file(path)?.hunks[0]?.id,
    );
    await until(() => left.getText() === before.replace('two', 'TWO'), 'the left side to follow');
    await window.review.commands.acceptFile(path);
    await until(
      () =>
        !(
          vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff
        ),
      'the diff to close',
    );
  });

  it('knows what a file was also where its drive is written in capitals', async () => {
    const { reviews } = window.workspace;
    const change = { path: 'C:/shop/a.txt', before, after };
    await reviews.recording([change], async () => undefined);
    const uri = vscode.Uri.file(change.path).with({ scheme: 'slipstream-baseline' });
    assert.equal((await vscode.workspace.openTextDocument(uri)).getText(), before);
    reviews.forget(change.path);
  });

  it('leaves a file alone that can’t be written as it should', async () => {
    const path = await edited();
    await closeAll();
    rmSync(path);
    await assert.rejects(window.review.commands.rejectFile(path));
    assert.equal(existsSync(path), false);
  });

  it('is taken up after a reload piece by piece where its text is the same, and told where it is not', async () => {
    const same = await edited('review/same.txt');
    const other = await edited('review/other.txt');
    const some = await edited('review/some.txt');
    window.dispose();
    await closeAll();
    writeFileSync(other, 'another text\n');
    writeFileSync(some, after.replace('FIVE', 'five again'));
    window = openReview(state);
    await window.review.restore();
    assert.deepEqual(starts(same), [1, 4]);
    assert.deepEqual(starts(some), [1]);
    assert.deepEqual(window.workspace.reviews.paths(), [same, some]);
    assert.match(
      window.notifications.told.splice(0).join(),
      /^No longer marked for review: other\.txt, 1 of 2 changes in some\.txt\./,
    );
    await window.review.commands.rejectFile(some);
    assert.equal(readFromDisk(some), before.replace('five\nsix', 'five again\nSIX'));
    await window.review.commands.rejectFile(same);
    assert.equal(readFromDisk(same), before);
    assert.equal(readFromDisk(other), 'another text\n');
  });
});
