import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { MessagesServer } from '../support/messagesServer.ts';
import { answer, text, toolUse } from '../support/messagesServerScript.ts';
import { type AssistantWindow, assertNoneRefused } from './support/assistantHarness.ts';
import { type ConnectedWindow, openConnected } from './support/connectedWindow.ts';
import {
  closeAll,
  readFromDisk,
  retype,
  show,
  undo,
  until,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';

describe('Going back to before a message', () => {
  let connected: ConnectedWindow;
  let server: MessagesServer;
  let window: AssistantWindow;

  before(async () => {
    connected = await openConnected('restore');
    ({ server, window } = connected);
    await set('slipstream', 'approvals.tools', { write_file: 'allow' });
    await set('files', 'autoSave', 'off');
  });

  after(async () => {
    await set('slipstream', 'approvals.tools', undefined);
    await set('files', 'autoSave', undefined);
    await connected.close();
  });

  beforeEach(async () => {
    server.reset();
    await window.newThread();
  });

  afterEach(async () => {
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
    assert.deepEqual(window.told, []);
    await closeAll();
    rmSync(workspacePath('back'), { recursive: true, force: true });
  });

  /** A turn that writes these files; resolves with its id. */
  async function turn(texts: Readonly<Record<string, string>>): Promise<string> {
    const uses = Object.entries(texts).map(([name, content]) =>
      toolUse('write_file', { path: `back/${name}`, content }),
    );
    server.reply(answer(uses), text('Done.'));
    const { turnId } = await window.converse('Write');
    for (const [index, name] of Object.keys(texts).entries()) {
      assert.equal(window.cards(turnId)[index]?.status, 'done', name);
    }
    return turnId;
  }

  const plan = (checkpointId: string) =>
    window.ask('checkpoint/plan', { threadId: window.threadId, checkpointId });

  function restore(
    checkpointId: string,
    changes: { readonly withThread?: boolean; readonly overwritten?: readonly string[] } = {},
  ) {
    const { withThread = false, overwritten = [] } = changes;
    const { threadId } = window;
    return window.ask('checkpoint/restore', { threadId, checkpointId, withThread, overwritten });
  }

  it('puts back what was changed, deletes what was made, and Undo takes that back', async () => {
    const path = writeOnDisk('back/a0.txt', '\ufeffone\r\ntwo\r\n');
    const made = workspacePath('back/made.txt');
    await show(path);
    const turnId = await turn({ 'a0.txt': 'ONE\ntwo\n', 'made.txt': 'made\n' });
    assert.equal(existsSync(made), true);
    const { files } = await plan(turnId);
    assert.deepEqual(
      files.map((file) => [file.label, file.kind]),
      [
        ['back/a0.txt', 'change'],
        ['back/made.txt', 'deletion'],
      ],
    );
    await restore(turnId);
    assert.equal(readFromDisk(path), '\ufeffone\r\ntwo\r\n');
    assert.equal(existsSync(made), false);
    const document = await vscode.workspace.openTextDocument(path);
    assert.equal(document.isDirty, false);
    await undo(path);
    await until(() => document.getText().startsWith('ONE'), 'the restore to be undone');
  });

  it('leaves nothing of what is gone to be reviewed', async () => {
    writeOnDisk('back/reviewed.txt', 'one\ntwo\n');
    const turnId = await turn({ 'reviewed.txt': 'ONE\ntwo\n', 'fresh.txt': 'made\n' });
    const waiting = async () =>
      (await window.ask('connect', {})).reviewed
        .map(({ name }) => name)
        .filter((name) => ['reviewed.txt', 'fresh.txt'].includes(name));
    assert.deepEqual((await waiting()).sort(), ['fresh.txt', 'reviewed.txt']);
    await restore(turnId);
    assert.deepEqual(await waiting(), []);
    const { checkpoint } = await window.ask('thread/open', { threadId: window.threadId });
    await restore(checkpoint.restoreId ?? '');
    assert.equal(readFromDisk(workspacePath('back/reviewed.txt')), 'ONE\ntwo\n');
  });

  it('leaves unsaved text unsaved, and goes back to it', async () => {
    const path = writeOnDisk('back/typed.txt', 'saved\n');
    const editor = await show(path);
    await retype(editor, 'typed\n');
    const turnId = await turn({ 'typed.txt': 'changed\n' });
    await restore(turnId);
    assert.equal(editor.document.getText(), 'typed\n');
    assert.equal(editor.document.isDirty, true);
    assert.equal(readFromDisk(path), 'saved\n');
  });

  it('asks about what was typed since, and keeps it without leave', async () => {
    const path = writeOnDisk('back/a2.txt', 'a0\n');
    writeOnDisk('back/b2.txt', 'b0\n');
    const turnId = await turn({ 'a2.txt': 'a1\n', 'b2.txt': 'b1\n' });
    const editor = await show(path);
    await retype(editor, 'mine\n');
    const { files } = await plan(turnId);
    assert.deepEqual(
      files.map((file) => file.isConflict),
      [true, false],
    );
    await restore(turnId);
    assert.equal(editor.document.getText(), 'mine\n');
    assert.equal(readFromDisk(workspacePath('back/b2.txt')), 'b0\n');
    await restore(turnId, { overwritten: [path] });
    assert.equal(editor.document.getText(), 'a0\n');
  });

  it('brings a file back that was deleted since', async () => {
    const path = writeOnDisk('back/a3.txt', 'a0\n');
    const turnId = await turn({ 'a3.txt': 'a1\n' });
    rmSync(path);
    const { files } = await plan(turnId);
    assert.deepEqual(
      files.map((file) => [file.kind, file.isConflict, file.reason]),
      [['creation', true, undefined]],
    );
    await restore(turnId, { overwritten: [path] });
    assert.equal(readFromDisk(path), 'a0\n');
  });

  it('takes the conversation back as well, and brings all of it back', async () => {
    const path = writeOnDisk('back/a4.txt', 'a0\n');
    await turn({ 'a4.txt': 'a1\n' });
    const second = await turn({ 'a4.txt': 'a2\n' });
    const { draft } = await restore(second, { withThread: true });
    assert.equal(draft?.text, 'Write');
    assert.equal(readFromDisk(path), 'a1\n');
    const { threadId } = window;
    const rewound = await window.ask('thread/open', { threadId });
    assert.equal(rewound.messages.length, 2);
    await restore(rewound.checkpoint.restoreId ?? '');
    assert.equal(readFromDisk(path), 'a2\n');
    assert.equal((await window.ask('thread/open', { threadId })).messages.length, 4);
  });

  it('shows the differences of one file, and of all', async () => {
    writeOnDisk('back/a5.txt', 'a0\n');
    writeOnDisk('back/b5.txt', 'b0\n');
    const checkpointId = await turn({ 'a5.txt': 'a1\n', 'b5.txt': 'b1\n' });
    const { threadId } = window;
    const path = workspacePath('back/a5.txt');
    await window.ask('checkpoint/showDiff', { threadId, checkpointId, path });
    const labels = (): readonly string[] =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label));
    await until(() => labels().some((label) => label.startsWith('a5.txt (now')), 'the diff');
    await window.ask('checkpoint/showDiff', { threadId, checkpointId });
    await until(() => labels().some((label) => label.startsWith('Restore files')), 'all diffs');
  });
});

async function set(section: string, key: string, value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  await configuration.update(key, value, vscode.ConfigurationTarget.Global);
}
