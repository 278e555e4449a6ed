import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { HostEvent } from '../../../../../src/shared/protocol.ts';
import type {
  AssistantMessageView,
  ThreadView,
  ToolBlockView,
  UserMessageView,
} from '../../../../../src/shared/views.ts';
import type { AssistantMessage, Block } from '../../../../../src/webview/chat/state/messages.ts';
import { Thread } from '../../../../../src/webview/chat/state/thread.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

const threadId = 't';
const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };

function user(id: string, turnId: string): UserMessageView {
  return { role: 'user', id, turnId, text: id, chips: [], images: [], createdAt: 0 };
}

function assistant(
  id: string,
  turnId: string,
  changes: Partial<AssistantMessageView> = {},
): AssistantMessageView {
  return { role: 'assistant', id, turnId, blocks: [], state: 'running', createdAt: 0, ...changes };
}

const tool: ToolBlockView = {
  type: 'tool',
  id: 'tool',
  name: 'run_command',
  title: 'npm test',
  input: '',
  status: 'pending',
  output: '',
  isOutputCut: false,
};

const view: ThreadView = {
  id: threadId,
  title: 'Title',
  messages: [user('u1', 'turn1'), assistant('a1', 'turn1', { state: 'done' })],
  hasEarlier: true,
  status: { phase: 'idle' },
  meter: { modelName: 'm', windowTokens: 0, isEstimate: true, usage },
  draft: { text: '', chips: [], images: [] },
  checkpoint: {},
};

describe('Thread of the panel', () => {
  let clock: FakeClock;
  let thread: Thread;

  beforeEach(() => {
    clock = new FakeClock();
    thread = new Thread(clock);
    thread.load(view);
  });

  function apply(...events: HostEvent[]): void {
    for (const event of events) {
      thread.apply(event);
    }
  }

  function start(): void {
    const event = { type: 'turn/started', threadId } as const;
    apply({ ...event, user: user('u2', 'turn2'), assistant: assistant('a2', 'turn2') });
  }

  function add(block: Parameters<typeof added>[0]): void {
    apply(added(block));
  }

  function added(block: Extract<HostEvent, { type: 'block/added' }>['block']): HostEvent {
    return { type: 'block/added', threadId, messageId: 'a2', block };
  }

  function append(blockId: string, text: string): void {
    apply({ type: 'block/appended', threadId, messageId: 'a2', blockId, text });
  }

  function end(): void {
    apply({
      type: 'turn/ended',
      threadId,
      messageId: 'a2',
      state: 'done',
      model: 'm',
      usage,
      durationMs: 5,
    });
  }

  function last(): AssistantMessage {
    const message = thread.messages.value.at(-1);
    assert.ok(message?.role === 'assistant');
    return message;
  }

  function textOf(block: Block | undefined): string {
    assert.ok(block);
    return block.type === 'tool' ? block.output.text : block.content.text;
  }

  it('says which model was chosen for a turn, and why, while it runs', () => {
    start();
    apply({ type: 'turn/routed', threadId, messageId: 'a2', model: 'm', modelReason: 'm: why.' });
    const { state, model, modelReason } = last().ending.value;
    assert.deepEqual([state, model, modelReason], ['running', 'm', 'm: why.']);
  });

  it('grows by a turn, its blocks and their text', () => {
    start();
    assert.deepEqual(
      thread.messages.value.map(({ id }) => id),
      ['u1', 'a1', 'u2', 'a2'],
    );
    add({ type: 'text', id: 'b1', text: 'He' });
    append('b1', 'llo');
    assert.equal(textOf(last().blocks.value[0]), 'Hello');
    end();
    const { state, model, durationMs } = last().ending.value;
    assert.deepEqual({ state, model, durationMs }, { state: 'done', model: 'm', durationMs: 5 });
    assert.deepEqual(Object.keys(last().ending.value).sort(), [
      'durationMs',
      'model',
      'state',
      'usage',
    ]);
  });

  it('keeps the messages that did not change, so that they are not drawn again', () => {
    const [first, second] = thread.messages.value;
    start();
    add({ type: 'text', id: 'b1', text: '' });
    append('b1', 'x');
    end();
    assert.equal(thread.messages.value[0], first);
    assert.equal(thread.messages.value[1], second);
  });

  it('runs from the first event of a turn to its end, or while the host says so', () => {
    assert.equal(thread.isRunning.value, false);
    start();
    assert.equal(thread.isRunning.value, true);
    end();
    assert.equal(thread.isRunning.value, false);
    apply({ type: 'thread/status', threadId, status: { phase: 'preparing' } });
    assert.equal(thread.isRunning.value, true);
  });

  it('ends a block when the next begins, and all when the turn ends', async () => {
    start();
    add({ type: 'thinking', id: 'b1', text: '' });
    await clock.advance(4_200);
    add({ type: 'text', id: 'b2', text: '' });
    const [thinking, text] = last().blocks.value;
    assert.ok(thinking?.type === 'thinking' && text?.type === 'text');
    assert.equal(thinking.isOpen.value, false);
    assert.equal(thinking.durationMs.value, 4_200);
    assert.equal(text.content.isEnded, false);
    end();
    assert.equal(text.content.isEnded, true);
  });

  it('changes only what a tool event names, and takes an approval away', () => {
    start();
    add(tool);
    const approval = { reason: 'Because.', previews: [] };
    const change = (changes: Extract<HostEvent, { type: 'tool/changed' }>['changes']): void =>
      apply({ type: 'tool/changed', threadId, messageId: 'a2', blockId: 'tool', changes });
    change({ status: 'awaitingApproval', approval });
    const block = last().blocks.value[0];
    assert.ok(block?.type === 'tool');
    assert.deepEqual(block.card.value.approval, approval);
    change({ title: 'npm run test' });
    assert.deepEqual(block.card.value.approval, approval);
    change({ status: 'running', approval: null });
    assert.equal('approval' in block.card.value, false);
    append('tool', 'line 1\n');
    append('tool', 'line 2\n');
    assert.equal(block.output.text, 'line 1\nline 2\n');
    change({ status: 'done', output: 'short', isOutputCut: true, durationMs: 7 });
    assert.equal(block.output.text, 'short');
    assert.equal(block.card.value.title, 'npm run test');
    assert.equal(block.card.value.isOutputCut, true);
  });

  it('drops a removed turn and all that followed', () => {
    start();
    apply({ type: 'turn/removed', threadId, fromTurnId: 'turn1' });
    assert.deepEqual(thread.messages.value, []);
    apply({ type: 'turn/removed', threadId, fromTurnId: 'unknown' });
  });

  it('shows nothing twice that a snapshot already had', () => {
    start();
    start();
    add({ type: 'text', id: 'b1', text: 'x' });
    add({ type: 'text', id: 'b1', text: 'x' });
    assert.equal(thread.messages.value.length, 4);
    assert.equal(last().blocks.value.length, 1);
  });

  it('ignores events about messages and blocks it does not know', () => {
    append('b9', 'x');
    start();
    append('b9', 'x');
    apply({ type: 'tool/changed', threadId, messageId: 'a2', blockId: 'b9', changes: {} });
    apply({ type: 'turn/ended', threadId, messageId: 'a9', state: 'done', durationMs: 1 });
    assert.equal(last().ending.value.state, 'running');
  });

  it('puts earlier messages in front, each once', () => {
    thread.prepend([user('u0', 'turn0'), user('u1', 'turn1')], false);
    assert.deepEqual(
      thread.messages.value.map(({ id }) => id),
      ['u0', 'u1', 'a1'],
    );
    assert.equal(thread.hasEarlier.value, false);
  });

  it('takes up a turn in the middle of its last block', () => {
    const blocks = [
      { type: 'text', id: 'b1', text: 'done' },
      { type: 'text', id: 'b2', text: 'half' },
    ] as const;
    thread.load({ ...view, messages: [assistant('a2', 'turn2', { blocks })] });
    const [first, second] = last().blocks.value;
    assert.ok(first?.type === 'text' && second?.type === 'text');
    assert.deepEqual([first.content.isEnded, second.content.isEnded], [true, false]);
    append('b2', ' way');
    assert.equal(second.content.text, 'half way');
  });
});
