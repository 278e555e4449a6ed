import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { BatchQueue } from '../../../../../src/core/model/schedule/batchQueue.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import type { RequestRecord } from '../../../../support/messagesServerHttp.ts';
import { noResponse, text } from '../../../../support/messagesServerScript.ts';
import { type GatewayKit, withGateway } from '../gatewayKit.ts';

const shout = {
  name: 'shout',
  instructions: 'Write each word in capitals.',
  answerSchema: { type: 'string' },
  outputTokensPerItem: 20,
  toText: (word: string) => word,
  read: (value: unknown) => (typeof value === 'string' ? value : undefined),
  groupOf: () => '',
};

interface Kit {
  readonly gateway: GatewayKit;
  readonly clock: FakeClock;
  readonly queue: BatchQueue<string, string>;
}

const never = new AbortController().signal;

/** A queue over real sockets; only its window passes when the test says so. */
async function withQueue(test: (kit: Kit) => Promise<void>): Promise<void> {
  await withGateway(async (gateway) => {
    const clock = new FakeClock();
    const queue = new BatchQueue({
      kind: shout,
      gateway: gateway.gateway,
      clock,
      newId: () => 'batch',
      model: () => Promise.resolve('claude-haiku-5-5'),
    });
    try {
      await test({ gateway, clock, queue });
    } finally {
      queue.dispose();
    }
  });
}

interface Item {
  readonly id: string;
  readonly text: string;
}

/** The items that a request asks for. */
function itemsOf(request: RequestRecord): readonly Item[] {
  const [message] = (request.body?.['messages'] ?? []) as { content: { text: string }[] }[];
  return JSON.parse(message?.content[0]?.text ?? '[]') as Item[];
}

function answers(items: readonly { id: string; answer: unknown }[]): string {
  return JSON.stringify({ answers: items });
}

describe('The batch queue', () => {
  it('asks once for what comes within its window, and gives each its own answer', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      gateway.server.respond((request) =>
        text(
          answers(
            itemsOf(request)
              .map((item) => ({ id: item.id, answer: item.text.toUpperCase() }))
              .reverse(),
          ),
        ),
      );
      const words = ['one', 'two', 'three'].map((word) => queue.ask(word, never));
      await clock.advance(1_000);
      assert.deepEqual(await Promise.all(words), ['ONE', 'TWO', 'THREE']);
      assert.equal(gateway.server.messageRequests.length, 1);
    });
  });

  it('does not wait for the window where enough has come', async () => {
    await withQueue(async ({ gateway, queue }) => {
      gateway.server.respond((request) =>
        text(answers(itemsOf(request).map(({ id }) => ({ id, answer: id })))),
      );
      await Promise.all(Array.from({ length: 16 }, (_, index) => queue.ask(`${index}`, never)));
      assert.equal(gateway.server.messageRequests.length, 1);
    });
  });

  it('asks for a part alone that is missing or malformed; the others keep their answers', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      gateway.server.respond((request) => {
        const items = itemsOf(request);
        return items.length === 1
          ? text(answers([{ id: 'item-1', answer: `${items[0]?.text} alone` }]))
          : text(
              answers([
                { id: 'item-2', answer: 'TWO' },
                { id: 'item-3', answer: 3 },
              ]),
            );
      });
      const words = ['one', 'two', 'three'].map((word) => queue.ask(word, never));
      await clock.advance(1_000);
      assert.deepEqual(await Promise.all(words), ['one alone', 'TWO', 'three alone']);
      assert.equal(gateway.server.messageRequests.length, 3);
    });
  });

  it('gives up on a part that is wrong twice', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      gateway.server.respond(() => text('I would rather talk about the weather.'));
      const word = queue.ask('one', never);
      await Promise.all([
        assert.rejects(word, /something else than it was asked for/),
        clock.advance(1_000),
      ]);
      assert.equal(gateway.server.messageRequests.length, 2);
    });
  });

  it('takes the whole entries of an answer that was cut off', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      gateway.server.respond((request) =>
        itemsOf(request).length === 1
          ? text(answers([{ id: 'item-1', answer: 'TWO' }]))
          : text('{"answers": [{"id": "item-1", "answer": "ONE"}, {"id": "item-2", "ans'),
      );
      const words = ['one', 'two'].map((word) => queue.ask(word, never));
      await clock.advance(1_000);
      assert.deepEqual(await Promise.all(words), ['ONE', 'TWO']);
    });
  });

  it('leaves out what was cancelled before, and cancels the call when nobody wants it', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      gateway.server.respond(() => noResponse('silence'));
      const early = new AbortController();
      const late = new AbortController();
      const gone = queue.ask('gone', early.signal);
      const wanted = queue.ask('wanted', late.signal);
      early.abort();
      await assert.rejects(gone, { name: 'CancelledError' });
      await clock.advance(1_000);
      const request = await gateway.server.received(1);
      assert.deepEqual(
        itemsOf(request).map((item) => item.text),
        ['wanted'],
      );
      late.abort();
      await assert.rejects(wanted, { name: 'CancelledError' });
    });
  });

  it('keeps nothing of an item once it is answered', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      const made: AbortSignal[] = [];
      const { any } = AbortSignal;
      AbortSignal.any = (signals) => {
        const signal = any.call(AbortSignal, signals);
        made.push(signal);
        return signal;
      };
      try {
        gateway.server.reply(text(answers([{ id: 'item-1', answer: 'ONE' }])));
        const word = queue.ask('one', never);
        await Promise.all([word, clock.advance(1_000)]);
      } finally {
        AbortSignal.any = any;
      }
      assert.ok(made.length > 0);
      assert.deepEqual(
        made.flatMap((signal) => getEventListeners(signal, 'abort')),
        [],
      );
    });
  });

  it('tells everyone where the call fails', async () => {
    await withQueue(async ({ gateway, clock, queue }) => {
      gateway.connection = { ...gateway.connection, apiKey: 'sk-wrong' };
      const words = ['one', 'two'].map((word) => queue.ask(word, never));
      await Promise.all([
        ...words.map((word) => assert.rejects(word, /key was not accepted/)),
        clock.advance(1_000),
      ]);
      assert.equal(gateway.server.messageRequests.length, 1);
    });
  });
});
