import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../../src/base/errors.ts';
import { Checkpoints } from '../../../../src/core/checkpoint/checkpoints.ts';
import { SqliteCheckpointStore } from '../../../../src/core/store/checkpointStore.ts';
import {
  type AgentHarness,
  createAgentHarness,
  draft,
  reply,
  text,
  toolUse,
} from '../../../support/agentHarness.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';
import { createTestStore, type TestStore } from '../store/testStore.ts';
import { endless, textsOf } from './threadKit.ts';

const none: readonly string[] = [];

describe('ThreadRestore', () => {
  let tools: ToolHarness;
  let kept: TestStore;
  let window: AgentHarness;
  let turns: string[];

  beforeEach(async () => {
    tools = await createToolHarness({ 'a.txt': 'a0\n', 'b.txt': 'b0\n' });
    kept = await createTestStore();
    window = openWindow();
    turns = [];
  });

  afterEach(async () => {
    window.service.dispose();
    kept.dispose();
    await tools.dispose();
  });

  /** A window on the folder, with the real tools and the real store. */
  function openWindow(): AgentHarness {
    const { workspace, registry, context } = tools;
    const store = new SqliteCheckpointStore(kept.connection);
    let ids = 0;
    const newId = (): string => {
      ids += 1;
      return `restore-${ids}`;
    };
    const checkpoints = new Checkpoints({
      store,
      workspace,
      clock: kept.clock,
      newId,
      maxMegabytes: () => 200,
    });
    const policy = { noGrants: none, judge: () => ({ kind: 'allow' }) as const, grant: () => none };
    const parts = { tools: registry.bind(context), policy, checkpoints };
    return createAgentHarness({ store: kept.store, workspace, parts });
  }

  /** A turn that writes these texts. */
  async function turn(question: string, texts: Readonly<Record<string, string>>): Promise<void> {
    const uses = Object.entries(texts).map(([path, content], index) =>
      toolUse(`${question}-${index}`, 'write_file', { path, content }),
    );
    window.model.add(reply(uses), reply([text(`Done ${question}.`)]));
    turns.push(await window.service.send('t', draft(question)));
    await window.settled('t');
    await kept.store.flush();
  }

  const read = (name: string): string => readFileSync(join(tools.folder.path, name), 'utf8');
  const restore = async (
    checkpointId: string | undefined,
    changes: { withThread?: boolean; overwritten?: readonly string[] } = {},
  ) => {
    const { withThread = false, overwritten = [] } = changes;
    const id = checkpointId ?? '';
    const params = { threadId: 't', checkpointId: id, withThread, overwritten };
    const done = window.service.restoring.restore(params);
    await kept.store.flush();
    return flushing(done);
  };
  /** What is queued is committed by a clock that stands still. */
  const flushing = async <T>(work: Promise<T>): Promise<T> => {
    const timer = setInterval(() => void kept.store.flush(), 1);
    return work.finally(() => clearInterval(timer));
  };

  it('takes files back, and says what that would change before', async () => {
    await turn('one', { 'a.txt': 'a1\n', 'new.txt': 'made\n' });
    await turn('two', { 'b.txt': 'b2\n' });
    const plan = await window.service.restoring.planView('t', turns[0] ?? '');
    assert.deepEqual(
      plan.files.map((file) => [file.label, file.kind, file.addedLines, file.removedLines]),
      [
        ['a.txt', 'change', 1, 1],
        ['new.txt', 'deletion', 0, 1],
        ['b.txt', 'change', 1, 1],
      ],
    );
    assert.equal(await restore(turns[0]), undefined);
    assert.deepEqual([read('a.txt'), read('b.txt')], ['a0\n', 'b0\n']);
    assert.equal(existsSync(join(tools.folder.path, 'new.txt')), false);
    const view = await window.view('t');
    assert.equal(view.messages.length, 4, 'the conversation stays');
    assert.ok(view.checkpoint.restoreId);
  });

  it('takes the conversation back as well, and brings both back', async () => {
    await turn('one', { 'a.txt': 'a1\n' });
    await turn('two', { 'a.txt': 'a2\n' });
    await turn('three', { 'b.txt': 'b3\n' });
    const before = await window.view('t');
    const back = await restore(turns[1], { withThread: true });
    assert.deepEqual(back, draft('two'));
    assert.deepEqual([read('a.txt'), read('b.txt')], ['a1\n', 'b0\n']);
    const rewound = await window.view('t');
    assert.deepEqual(textsOf(rewound), ['one', 'tool|Done one.']);
    assert.equal(rewound.checkpoint.lastTurnId, turns[0]);

    await restore(rewound.checkpoint.restoreId);
    assert.deepEqual([read('a.txt'), read('b.txt')], ['a2\n', 'b3\n']);
    assert.deepEqual((await window.view('t')).messages, before.messages);
    const opened = window.events.findLast((event) => event.type === 'thread/opened');
    assert.equal(opened?.type === 'thread/opened' && opened.thread.messages.length, 6);
    const { threads } = await window.service.list({ query: '', limit: 5 });
    assert.equal(threads[0]?.messageCount, 6);
    await turn('four', { 'a.txt': 'a4\n' });
    assert.equal((await window.view('t')).messages.length, 8);
  });

  it('does not bring a conversation back that has gone on', async () => {
    await turn('one', { 'a.txt': 'a1\n' });
    await restore(turns[0], { withThread: true });
    const { restoreId } = (await window.view('t')).checkpoint;
    await turn('another', {});
    assert.equal((await window.view('t')).checkpoint.restoreId, undefined);
    await restore(restoreId);
    assert.deepEqual(textsOf(await window.view('t')).at(0), 'another');
  });

  it('tells the panel what can be restored as it comes and goes', async () => {
    await turn('one', { 'a.txt': 'a1\n' });
    await turn('two', {});
    assert.deepEqual((await window.view('t')).checkpoint, { lastTurnId: turns[0] });
    await restore(turns[0]);
    const told = window.events.flatMap((event) =>
      event.type === 'thread/checkpoint' ? [event.checkpoint] : [],
    );
    assert.deepEqual(told[0], { lastTurnId: turns[0] });
    assert.equal(told.at(-1)?.restoreId, 'restore-1');
    await turn('three', {});
    assert.equal((await window.view('t')).checkpoint.restoreId, undefined);
  });

  it('knows all of it in the next window', async () => {
    await turn('one', { 'a.txt': 'a1\n' });
    await restore(turns[0]);
    window.service.dispose();
    await kept.reopen();
    window = openWindow();
    const { checkpoint } = await window.view('t');
    assert.deepEqual(checkpoint, { lastTurnId: turns[0], restoreId: 'restore-1' });
  });

  it('does nothing while an answer is written', async () => {
    await turn('one', { 'a.txt': 'a1\n' });
    window.model.add(endless);
    await window.service.send('t', draft('two'));
    await assert.rejects(restore(turns[0]), UserError);
    assert.equal(read('a.txt'), 'a1\n');
    await window.service.stop('t');
  });

  it('leaves a file alone that the user has changed since', async () => {
    await turn('one', { 'a.txt': 'a1\n', 'b.txt': 'b1\n' });
    writeFileSync(join(tools.folder.path, 'a.txt'), 'mine\n');
    await restore(turns[0]);
    assert.deepEqual([read('a.txt'), read('b.txt')], ['mine\n', 'b0\n']);
    await restore(turns[0], { overwritten: [join(tools.folder.path, 'a.txt')] });
    assert.equal(read('a.txt'), 'a0\n');
  });

  it('does not count an edit that failed', async () => {
    window.model.add(
      reply([toolUse('1', 'edit_file', { path: 'a.txt', edits: [] })]),
      reply([text('It failed.')]),
    );
    await window.service.send('t', draft('one'));
    await window.settled('t');
    assert.deepEqual((await window.view('t')).checkpoint, {});
  });
});
