import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { existsSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { liveResourceManagers } from '../../src/base/lifecycle.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, text, toolUse } from '../support/messagesServerScript.ts';
import { descendants } from '../support/processTree.ts';
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
import { closeAll, show, workspacePath, writeOnDisk } from './support/editor.ts';

/** In a command line, so that its process can be told from all others of the machine. */
const nap = `600.${process.pid}`;

describe('Disabling and enabling', () => {
  let server: MessagesServer;
  let secrets: MemorySecrets;
  let storage: TemporaryFolder;
  let timers: OurTimers;

  before(async () => {
    server = await MessagesServer.start();
    secrets = await connect(server);
  });

  after(async () => {
    await disconnect();
    await server.stop();
  });

  beforeEach(() => {
    assert.deepEqual(living(), [], 'An earlier test left something.');
    server.reset();
    storage = createTemporaryFolder('disposal');
    timers = watchTimers();
  });

  afterEach(async () => {
    timers.unwatch();
    storage.dispose();
    await closeAll();
    rmSync(workspacePath('agent'), { recursive: true, force: true });
  });

  const open = () => AssistantWindow.open({ storageFolder: storage.path, secrets });
  const database = () => join(storage.path, 'threads.db');

  it('ends a command and a stream that run, keeps both, and goes on where it was', async () => {
    const window = await open();
    const { commanding, streaming } = await keepBusy(window);
    await window.close();
    await assertNothingIsLeft();
    assert.deepEqual(window.loggedErrors, []);
    assert.deepEqual(window.told, []);

    const again = await open();
    const listed = await again.ask('thread/list', { query: '', limit: 10 });
    assert.deepEqual(
      listed.threads.map((thread) => thread.id).sort(),
      [commanding.threadId, streaming.threadId].sort(),
    );
    await again.ask('thread/open', { threadId: streaming.threadId });
    assert.equal(again.answer(streaming.turnId)?.state, 'stopped');
    assert.match(again.textOf(streaming.turnId), /^slow words/);
    await again.ask('thread/open', { threadId: commanding.threadId });
    assert.equal(again.cards(commanding.turnId)[0]?.status, 'cancelled');
    server.reply(text('Here I am.'));
    assert.equal((await again.converse('Go on')).state, 'done');
    assert.match(lastRequest(server), /it has begun/, 'the model hears of the command that ended');
    assertNoneRefused(server);
    await again.close();
    await assertNothingIsLeft();
  });

  it('leaves nothing where there is no time to end the turns', async () => {
    const window = await open();
    const { commanding, streaming } = await keepBusy(window);
    window.resources.dispose();
    await assertNothingIsLeft();
    assert.deepEqual(window.told, [], 'nobody is bothered with it');

    const again = await open();
    await again.ask('thread/open', { threadId: streaming.threadId });
    assert.match(again.textOf(streaming.turnId), /^slow words/);
    assert.equal(again.answer(streaming.turnId)?.state, 'interrupted');
    await again.ask('thread/open', { threadId: commanding.threadId });
    server.reply(text('Here I am.'));
    assert.equal((await again.converse('Go on')).state, 'done');
    assertNoneRefused(server);
    await again.close();
    await assertNothingIsLeft();
  });

  it('leaves nothing while an edit waits for leave, and one for its problems', async () => {
    const path = writeOnDisk('agent/waiting.txt', 'one\n');
    await show(path);
    const window = await open();
    await window.newThread();
    server.reply(
      toolUse('edit_file', {
        path: 'agent/waiting.txt',
        edits: [{ old_text: 'one', new_text: 'two' }],
      }),
    );
    const turnId = await window.send('Count');
    await window.decide(turnId, 'allow');
    await window.newThread();
    server.reply(toolUse('write_file', { path: 'agent/other.txt', content: 'x\n' }));
    await window.card(await window.send('Make another'), 'awaitingApproval');
    await window.close();
    await assertNothingIsLeft();
    assert.equal(existsSync(workspacePath('agent/other.txt')), false);
  });

  it('leaves nothing in the middle of loading', async () => {
    for (const step of [0, 1, 2, 5]) {
      const window = new AssistantWindow({ storageFolder: storage.path, secrets });
      const loading = window.load().catch(() => undefined);
      for (let turn = 0; turn < step; turn += 1) {
        await Promise.resolve();
      }
      window.resources.dispose();
      await loading;
      await assertNothingIsLeft();
      assert.deepEqual(window.told, [], 'nobody is bothered with it');
      assert.deepEqual(window.loggedErrors, []);
    }
  });

  it('leaves nothing of a connection that was being opened', async () => {
    const window = await open();
    const warming = window.ask('input/focused', {});
    window.resources.dispose();
    await warming;
    await assertNothingIsLeft();
  });

  it('may happen again and again', async () => {
    const ids = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const window = await open();
      ids.add(await window.newThread());
      server.reply(text(`Answer ${round}`));
      await window.converse(`Question ${round}`);
      const listed = await window.ask('thread/list', { query: '', limit: 10 });
      assert.deepEqual(new Set(listed.threads.map((thread) => thread.id)), ids);
      await window.close();
    }
    await assertNothingIsLeft();
  });

  interface Busy {
    readonly threadId: string;
    readonly turnId: string;
  }

  /** Two threads at work: one runs a command, the other is being answered. */
  async function keepBusy(window: AssistantWindow): Promise<{ commanding: Busy; streaming: Busy }> {
    const commanding = { threadId: await window.newThread(), turnId: '' };
    const command = `echo it has begun; sleep ${nap} & sleep ${nap}`;
    server.reply(toolUse('run_command', { command }));
    commanding.turnId = await window.send('Wait');
    await window.decide(commanding.turnId, 'allow');
    await eventually(() => sleepers() === 2, 'the command to run');
    await eventually(
      () => window.cards(commanding.turnId)[0]?.output.includes('begun'),
      'the output of the command',
    );
    const streaming = { threadId: await window.newThread(), turnId: '' };
    const fault = { kind: 'stall', after: { deltas: 5 } } as const;
    server.reply(answer(text('slow words '.repeat(100)), { fault }));
    streaming.turnId = await window.send('Tell me everything');
    await eventually(() => window.textOf(streaming.turnId).includes('slow'), 'the stream to begin');
    assert.ok(server.connections.open > 0);
    return { commanding, streaming };
  }

  async function assertNothingIsLeft(): Promise<void> {
    assert.deepEqual(living(), []);
    await eventually(() => sleepers() === 0, 'the processes of the command to end');
    await eventually(() => server.connections.open === 0, 'the connections to close');
    await eventually(() => timers.running().length === 0, 'our timers to end', 5_000).catch(
      (error: unknown) => assert.fail(`${error}\n${timers.running().join('\n')}`),
    );
    assert.deepEqual(openFiles(storage.path), []);
    assertIsFree(database());
  }
});

function living(): readonly string[] {
  return liveResourceManagers().map((manager) => manager.name);
}

function sleepers(): number {
  return descendants(1).filter((entry) => entry.command === `sleep ${nap}`).length;
}

/** Files below a folder that this process holds open. Known on Linux alone. */
function openFiles(folder: string): readonly string[] {
  if (process.platform !== 'linux') {
    return [];
  }
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(folder) ? path : [];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}

/** Whether nobody else has the database open, and nothing waits in a log beside it. */
function assertIsFree(path: string): void {
  if (!existsSync(path)) {
    return;
  }
  assert.equal(existsSync(`${path}-wal`), false, 'everything is in the file itself');
  const connection = new DatabaseSync(path);
  connection.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
  connection.close();
}

interface OurTimers {
  /** Where the timers that are set were set. */
  running(): readonly string[];
  unwatch(): void;
}

/** A timer of Node's; whether it fired or was cleared is not in its public type. */
interface NodeTimer {
  readonly _destroyed?: boolean;
}

/** Watches the timers that code of this bundle sets: VS Code's own come and go all the time. */
function watchTimers(): OurTimers {
  const set = new Map<NodeTimer, string>();
  const hook = createHook({
    init: (_id, type, _trigger, resource) => {
      const place = type === 'Timeout' ? ourFrames() : '';
      if (place !== '' && !place.includes(eventually.name)) {
        set.set(resource, place);
      }
    },
  }).enable();
  return {
    running: () => [...set].flatMap(([timer, place]) => (timer._destroyed ? [] : place)),
    unwatch: () => hook.disable(),
  };
}

/** The calls of this bundle that led here; empty where there are none but the test that waits. */
function ourFrames(): string {
  const frames = new Error('A timer is set.').stack?.split('\n') ?? [];
  // The message, this function and the hook come first.
  const ours = frames.slice(3).filter((frame) => frame.includes(__filename));
  return ours.filter((frame) => !frame.includes('at async ')).join('\n');
}
