import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { frameMs, Outbox } from '../../../src/shared/outbox.ts';
import type { HostEvent } from '../../../src/shared/protocol.ts';
import { FakeClock } from '../../support/fakeClock.ts';

function appended(blockId: string, text: string): HostEvent {
  return { type: 'block/appended', threadId: 't', messageId: 'm', blockId, text };
}

function added(id: string): HostEvent {
  return {
    type: 'block/added',
    threadId: 't',
    messageId: 'm',
    block: { type: 'text', id, text: '' },
  };
}

const ended: HostEvent = {
  type: 'turn/ended',
  threadId: 't',
  messageId: 'm',
  state: 'done',
  durationMs: 1,
};

const statusChanged: HostEvent = {
  type: 'thread/status',
  threadId: 't',
  status: { phase: 'answering' },
};

describe('Outbox', () => {
  let clock: FakeClock;
  let posts: HostEvent[][];
  let outbox: Outbox;

  beforeEach(() => {
    clock = new FakeClock();
    posts = [];
    outbox = new Outbox(clock, (events) => posts.push([...events]));
  });

  afterEach(() => {
    outbox.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('sends the first delta at once and joins the rest of the frame', async () => {
    outbox.push(appended('b', 'a'));
    assert.deepEqual(posts, [[appended('b', 'a')]]);
    outbox.push(appended('b', 'b'));
    outbox.push(appended('b', 'c'));
    assert.equal(posts.length, 1);
    await clock.advance(frameMs);
    assert.deepEqual(posts[1], [appended('b', 'bc')]);
  });

  it('posts at most once per frame under a flood, and loses nothing', async () => {
    let expected = '';
    for (let index = 0; index < 1_000; index += 1) {
      outbox.push(appended('b', `${index},`));
      expected += `${index},`;
      await clock.advance(1);
    }
    await clock.advance(frameMs);
    const text = posts.flat().map((event) => (event.type === 'block/appended' ? event.text : ''));
    assert.equal(text.join(''), expected);
    assert.ok(posts.length <= Math.ceil(1_000 / frameMs) + 1, `${posts.length} posts`);
  });

  it('joins per block, also when blocks are written in turns', async () => {
    outbox.push(appended('a', '0'));
    outbox.push(appended('a', '1'));
    outbox.push(appended('b', 'x'));
    outbox.push(appended('a', '2'));
    outbox.push(appended('b', 'y'));
    await clock.advance(frameMs);
    assert.deepEqual(posts[1], [appended('a', '12'), appended('b', 'xy')]);
  });

  it('never lets a delta overtake the block it belongs to', () => {
    outbox.push(appended('a', '0'));
    outbox.push(appended('a', '1'));
    outbox.push(added('b'));
    outbox.push(appended('b', 'x'));
    outbox.push(ended);
    assert.deepEqual(posts.flat(), [
      appended('a', '0'),
      appended('a', '1'),
      added('b'),
      appended('b', 'x'),
      ended,
    ]);
  });

  it('sends nothing after the turn has ended that belongs before it', async () => {
    outbox.push(appended('a', '0'));
    outbox.push(appended('a', '1'));
    outbox.push(ended);
    await clock.advance(frameMs * 3);
    assert.equal(posts.flat().at(-1), ended);
  });

  it('sends independent events at once and lets the deltas wait', async () => {
    outbox.push(appended('a', '0'));
    outbox.push(appended('a', '1'));
    outbox.push(statusChanged);
    assert.deepEqual(posts[1], [statusChanged]);
    await clock.advance(frameMs);
    assert.deepEqual(posts[2], [appended('a', '1')]);
  });

  it('forgets what waits when a snapshot is taken', async () => {
    outbox.push(appended('a', '0'));
    outbox.push(appended('a', '1'));
    outbox.clear();
    await clock.advance(frameMs);
    outbox.push(appended('a', '2'));
    assert.deepEqual(posts.flat(), [appended('a', '0'), appended('a', '2')]);
  });

  it('keeps blocks of the same id in different threads apart', async () => {
    outbox.push(appended('a', '0'));
    const other: HostEvent = { ...appended('a', 'other'), threadId: 'u' } as HostEvent;
    outbox.push(appended('a', '1'));
    outbox.push(other);
    await clock.advance(frameMs);
    assert.deepEqual(posts[1], [appended('a', '1'), other]);
  });

  it('is silent after disposal', async () => {
    outbox.push(appended('a', '0'));
    outbox.push(appended('a', '1'));
    outbox.dispose();
    outbox.push(ended);
    await clock.advance(frameMs);
    assert.equal(posts.length, 1);
  });
});
