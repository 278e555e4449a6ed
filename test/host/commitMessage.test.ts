import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { GitRepository } from '../../src/host/actions/gitRepository.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
  lastRequest,
} from './support/assistantHarness.ts';
import { workspacePath, writeOnDisk } from './support/editor.ts';
import { assertTraced } from './support/tracedOperation.ts';

/** The window tells of each text that it was given, within a few milliseconds. */
const settleMs = 300;

interface GitApi {
  openRepository(root: vscode.Uri): Promise<GitRepository | null>;
}

describe('A commit message', () => {
  let server: MessagesServer;
  let storage: TemporaryFolder;
  let window: AssistantWindow;
  let repository: GitRepository;

  before(async () => {
    server = await MessagesServer.start();
    storage = createTemporaryFolder('commits');
    window = await AssistantWindow.open({
      storageFolder: storage.path,
      secrets: await connect(server),
    });
    writeOnDisk('commits/a.txt', 'one\n');
    git('init', '--quiet');
    git('add', '.');
    commit('fix: mend the cart');
    repository = await openRepository();
  });

  after(async () => {
    await window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
    rmSync(workspacePath('commits'), { recursive: true, force: true });
  });

  beforeEach(async () => {
    server.reset();
    repository.inputBox.value = '';
    git('reset', '--quiet', '--hard');
    // What the test before wrote comes back from the window once more.
    await sleep(settleMs);
    assert.equal(repository.inputBox.value, '');
  });

  afterEach(() => {
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
  });

  function git(...args: readonly string[]): void {
    execFileSync('git', args, { cwd: workspacePath('commits') });
  }

  function commit(message: string): void {
    git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '-qm', message);
  }

  async function openRepository(): Promise<GitRepository> {
    const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    assert.ok(extension, 'VS Code brings no Git.');
    const api = (await extension.activate()).getAPI(1);
    const root = vscode.Uri.file(workspacePath('commits'));
    return eventually(async () => (await api.openRepository(root)) ?? undefined, 'the repository');
  }

  async function stage(name: string, content: string): Promise<void> {
    writeOnDisk(`commits/${name}`, content);
    git('add', name);
    await seen(() => repository.state.indexChanges.length > 0);
  }

  /** Until VS Code's Git has looked at the repository. */
  async function seen(isSeen: () => boolean): Promise<void> {
    await eventually(async () => {
      await vscode.commands.executeCommand('git.refresh', repository);
      return isSeen();
    }, 'Git to see the changes');
  }

  function write(): Promise<void> {
    return window.commands.commitMessage(repository);
  }

  it('is written into the input box, in the style of the last ones', async () => {
    await stage('a.txt', 'two\n');
    server.reply(answer(text('fix: count to two'), { deltaCharacters: 4 }));
    await write();
    assert.equal(repository.inputBox.value, 'fix: count to two');
    assert.match(lastRequest(server), /fix: mend the cart/);
    assert.match(lastRequest(server), /\+two/);
  });

  it('is one operation, from the command to the input box', async () => {
    await stage('a.txt', 'traced\n');
    server.reply(answer(text('fix: trace'), { firstEventDelayMs: 300 }));
    await write();
    await assertTraced(
      window,
      'action.commit_message',
      /^action\.commit_message\(action\.gather chat .*stream\) action\.apply\)$/,
    );
  });

  it('sends nothing of files with secrets', async () => {
    await stage('.env', 'KEY=hunter2\n');
    await stage('a.txt', 'two\n');
    await seen(() => repository.state.indexChanges.length === 2);
    server.reply(text('fix: count'));
    await write();
    assert.doesNotMatch(lastRequest(server), /hunter2/);
    assert.match(lastRequest(server), /content left out: secrets/);
  });

  it('describes the working tree where nothing is staged, and says so', async () => {
    await seen(() => repository.state.indexChanges.length === 0);
    writeOnDisk('commits/a.txt', 'three\n');
    server.reply(text('fix: count to three'));
    await write();
    assert.match(window.told.at(-1) ?? '', /Nothing is staged/);
    assert.match(lastRequest(server), /\+three/);
  });

  it('reads a long change in parts', async () => {
    await stage('a.txt', 'a line of text that is changed\n'.repeat(1_500));
    server.respond(({ body }) => {
      const said = JSON.stringify(body?.['messages']);
      const items = said.match(/item-\d+/g) ?? [];
      const answers = items.map((id) => ({ id, answer: 'It adds many lines.' }));
      return text(items.length > 0 ? JSON.stringify({ answers }) : 'fix: add many lines');
    });
    await write();
    assert.equal(repository.inputBox.value, 'fix: add many lines');
    assert.match(lastRequest(server), /Notes on the parts.*It adds many lines/s);
    assert.ok(server.messageRequests.length > 1);
  });

  it('leaves what was written where the model fails', async () => {
    await stage('a.txt', 'two\n');
    repository.inputBox.value = 'fix: mine';
    const fault = {
      kind: 'errorEvent',
      after: { deltas: 2 },
      type: 'invalid_request_error',
      message: 'No.',
    } as const;
    server.reply(answer(text('fix: half of it'), { deltaCharacters: 4, fault }));
    await assert.rejects(write());
    assert.equal(repository.inputBox.value, 'fix: mine');
  });

  it('is written once where it is asked for twice at the same time', async () => {
    await stage('a.txt', 'twice\n');
    server.respond(() => answer(text('fix: count once'), { deltaCharacters: 4 }));
    const both = await Promise.allSettled([write(), write()]);
    const [first, second] = both;
    assert.equal(first?.status, 'fulfilled');
    assert.match(second?.status === 'rejected' ? String(second.reason) : '', /written already/);
    assert.equal(repository.inputBox.value, 'fix: count once');
    assert.equal(server.messageRequests.length, 1);
  });

  it('stops where the user types', async () => {
    await stage('a.txt', 'two\n');
    server.reply(
      answer(text('fix: count to two, slowly'), { deltaCharacters: 2, deltasPerSecond: 8 }),
    );
    const writing = write();
    await eventually(() => repository.inputBox.value.startsWith('fix'), 'the message to begin');
    // What was written last may come back from the window once more.
    const typing = setInterval(() => {
      repository.inputBox.value = 'mine';
    }, 5);
    await assert.rejects(writing, /You typed/);
    clearInterval(typing);
    assert.equal(repository.inputBox.value, 'mine');
  });
});
