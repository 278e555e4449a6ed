import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as vscode from 'vscode';
import { systemClock } from '../../src/base/clock.ts';
import { UserError } from '../../src/base/errors.ts';
import { liveResourceManagers } from '../../src/base/lifecycle.ts';
import { WebviewChannel } from '../../src/host/webviewChannel.ts';
import type { HostEvent, HostRequests } from '../../src/shared/protocol.ts';
import { RpcClient } from '../../src/shared/rpc.ts';
import type { ThreadView } from '../../src/shared/views.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
  lastRequest,
  type MemorySecrets,
} from './support/assistantHarness.ts';

describe('The threads of all windows', () => {
  let server: MessagesServer;
  let secrets: MemorySecrets;
  let storage: TemporaryFolder;
  const windows: AssistantWindow[] = [];

  before(async () => {
    server = await MessagesServer.start();
    secrets = await connect(server);
  });

  after(async () => {
    await disconnect();
    await server.stop();
  });

  beforeEach(() => {
    server.reset();
    storage = createTemporaryFolder('storage');
  });

  afterEach(async () => {
    for (const window of windows.splice(0)) {
      await window.close();
      assert.deepEqual(window.loggedErrors, []);
    }
    storage.dispose();
    assertNoneRefused(server);
    assert.deepEqual(liveResourceManagers(), []);
  });

  const database = () => join(storage.path, 'threads.db');

  function newWindow(): AssistantWindow {
    const window = new AssistantWindow({ storageFolder: storage.path, secrets });
    windows.push(window);
    return window;
  }

  async function openWindow(): Promise<AssistantWindow> {
    const window = newWindow();
    await window.load();
    return window;
  }

  /** A window with a thread of one turn. */
  async function withThread(question: string): Promise<AssistantWindow> {
    const window = await openWindow();
    await window.newThread();
    server.reply(text(`An answer to: ${question}`));
    await window.converse(question);
    return window;
  }

  async function titles(window: AssistantWindow, query = ''): Promise<readonly string[]> {
    const { threads } = await window.ask('thread/list', { query, limit: 10 });
    return threads.map((thread) => thread.title);
  }

  describe('in two windows at once', () => {
    it('are written by both and listed in both', async () => {
      const [left, right] = await Promise.all([openWindow(), openWindow()]);
      assert.ok(left && right);
      await left.newThread();
      await right.newThread();
      server.respond(() => text('An answer.'));
      for (let round = 0; round < 3; round += 1) {
        await Promise.all([left.converse(`Left ${round}`), right.converse(`Right ${round}`)]);
      }
      await keptWith(right, left.threadId, 6);
      await keptWith(left, right.threadId, 6);
      for (const window of [left, right]) {
        assert.deepEqual([...(await titles(window))].sort(), ['Left 0', 'Right 0']);
        assert.deepEqual(await titles(window, 'Right 2'), ['Right 0']);
        assert.deepEqual(window.told, []);
      }
      const thread = await right.ask('thread/open', { threadId: left.threadId });
      assert.deepEqual(questions(thread), ['Left 0', 'Left 1', 'Left 2']);
    });

    it('go on in the other window where the first one left off', async () => {
      const { right } = await withThreadInBoth();
      server.reply(text('Second answer.'));
      await right.converse('Second');
      assert.match(lastRequest(server), /An answer to: Beginning/);
      assert.deepEqual(right.told, []);
    });

    it('are not mixed up where both go on with the same one: the later is told', async () => {
      const { left, right, threadId } = await withThreadInBoth();
      await right.converse('By the right');
      await keptWith(left, threadId, 4);
      await left.converse('By the left');
      await eventually(() => left.told.length > 0, 'the left window to be told');
      assert.match(left.told[0] ?? '', /continued in another window/);
      assert.equal(left.told.length, 1, left.told.join('\n'));
      assert.deepEqual(right.told, []);
      const thread = await (await openWindow()).ask('thread/open', { threadId });
      assert.deepEqual(questions(thread), ['Beginning', 'By the right']);
    });

    it('show what the other window added once they are opened again, and go on', async () => {
      const { left, right, threadId } = await withThreadInBoth();
      await right.converse('By the right');
      await keptWith(left, threadId, 4);
      await left.converse('By the left');
      await eventually(() => left.told.length > 0, 'the left window to be told');
      const reopened = await left.ask('thread/open', { threadId });
      assert.deepEqual(questions(reopened), ['Beginning', 'By the right']);
      await left.converse('Once more');
      await keptWith(right, threadId, 6);
      const thread = await (await openWindow()).ask('thread/open', { threadId });
      assert.deepEqual(questions(thread), ['Beginning', 'By the right', 'Once more']);
    });

    /** The same thread of one turn, open in two windows. */
    async function withThreadInBoth() {
      const left = await withThread('Beginning');
      const { threadId } = left;
      const right = await openWindow();
      await keptWith(right, threadId, 2);
      await right.ask('thread/open', { threadId });
      server.respond(() => text('An answer.'));
      return { left, right, threadId };
    }

    /** Waits until what other windows wrote can be read: it is kept within 100 ms. */
    async function keptWith(
      window: AssistantWindow,
      threadId: string,
      messageCount: number,
    ): Promise<void> {
      await eventually(async () => {
        const { threads } = await window.ask('thread/list', { query: '', limit: 10 });
        return threads.find((thread) => thread.id === threadId)?.messageCount === messageCount;
      }, `${messageCount} messages to be kept`);
    }
  });

  describe('in a file that is damaged', () => {
    it('are set aside and the user is told where, never shown as an empty history', async () => {
      const garbage = 'This is no database. '.repeat(1_000);
      writeFileSync(database(), garbage);
      const window = await withThread('Still there?');
      assert.equal(window.told.length, 1);
      const [aside] = readdirSync(storage.path).filter((name) => name.includes('damaged'));
      assert.ok(aside);
      assert.ok(window.told[0]?.includes(join(storage.path, aside)), window.told[0]);
      assert.equal(readFileSync(join(storage.path, aside), 'utf8'), garbage);
      assert.deepEqual(await titles(window), ['Still there?']);
      const other = await openWindow();
      assert.deepEqual(other.told, [], 'told once');
      assert.deepEqual(await titles(other), ['Still there?']);
    });

    it('are set aside where the damage lies within', async () => {
      await (await withThread('Before')).close();
      const bytes = readFileSync(database());
      // The header stays right: only reading on finds what is wrong.
      bytes.fill(0x5a, 100);
      writeFileSync(database(), bytes);
      const window = await withThread('After');
      assert.equal(window.told.length, 1);
      assert.deepEqual(await titles(window), ['After']);
    });
  });

  describe('of a newer Slipstream', () => {
    beforeEach(() => {
      const newer = new DatabaseSync(database());
      newer.exec('CREATE TABLE from_the_future (a); PRAGMA user_version = 999;');
      newer.close();
    });

    it('are left alone, and the panel is told to update', async () => {
      const window = newWindow();
      const error = await connectionError(() => window.load());
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /newer version of Slipstream/);
      assert.deepEqual(readdirSync(storage.path), ['threads.db']);
      const kept = new DatabaseSync(database());
      assert.ok(kept.prepare('SELECT count(*) FROM from_the_future').get());
      kept.close();
    });

    it('leave nothing behind that would be there twice when the panel tries again', async () => {
      const window = newWindow();
      const before = window.resources.size;
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await assert.rejects(window.load(), UserError);
      }
      // The settings of the three attempts are the test's own.
      assert.equal(window.resources.size, before + 3);
      rmSync(database());
      await window.load();
      await window.newThread();
      server.reply(text('Here I am.'));
      assert.equal((await window.converse('Are you there?')).state, 'done');
    });
  });

  it('are missed aloud where their folder can’t be made', async () => {
    const file = join(storage.path, 'file');
    writeFileSync(file, '');
    const window = new AssistantWindow({ storageFolder: join(file, 'folder'), secrets });
    windows.push(window);
    const error = await connectionError(() => window.load());
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /can't make the folder of its history/);
  });

  it('survive being a folder, which is no file to open', async () => {
    mkdirSync(database());
    const error = await connectionError(() => newWindow().load());
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /can't open its history/);
  });
});

/** What the panel hears when it connects, on the way that it really goes. */
async function connectionError(load: () => ReturnType<AssistantWindow['load']>): Promise<unknown> {
  const received = new vscode.EventEmitter<unknown>();
  const client = new RpcClient<HostRequests, HostEvent>({
    post: (message) => received.fire(message),
    onEvents: () => undefined,
    onMalformed: (message) => assert.fail(String(message)),
  });
  const webview: Pick<vscode.Webview, 'onDidReceiveMessage' | 'postMessage'> = {
    onDidReceiveMessage: received.event,
    postMessage: async (message: unknown) => {
      client.receive(message);
      return true;
    },
  };
  const channel = new WebviewChannel({
    webview: webview as vscode.Webview,
    clock: systemClock,
    handlers: async () => (await load()).requests,
    onError: (error) => assert.fail(String(error)),
  });
  try {
    return await client.request('connect', {}).then(
      () => assert.fail('The panel connected.'),
      (error: unknown) => error,
    );
  } finally {
    client.dispose();
    channel.dispose();
    received.dispose();
  }
}

function questions({ messages }: ThreadView): readonly string[] {
  return messages.flatMap((message) => (message.role === 'user' ? message.text : []));
}
