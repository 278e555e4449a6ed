import assert from 'node:assert/strict';
import type { ModelEvent } from '../../../../src/core/model/request.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import type { MessagesServer } from '../../../support/messagesServer.ts';
import {
  answer,
  noResponse,
  rateLimited,
  type ScriptLike,
  text,
  thinking,
  toolUse,
} from '../../../support/messagesServerScript.ts';
import { type GatewayKit, outcomeOf, textOf, typesOf, withGateway } from './gatewayKit.ts';

const long = 'All happy families are alike. '.repeat(100);
const stall = (deltas: number) => ({ fault: { kind: 'stall', after: { deltas } } }) as const;

/** How many turns of the event loop both sides together may take to notice, in one process. */
const maxTurns = 50;

async function turnsUntil(condition: () => boolean): Promise<number> {
  for (let turns = 0; turns < 1_000; turns += 1) {
    if (condition()) {
      return turns;
    }
    await settle();
  }
  return Number.POSITIVE_INFINITY;
}

function seen(
  type: ModelEvent['type'],
): (kit: GatewayKit, events: readonly ModelEvent[]) => boolean {
  return (_, events) => events.some((event) => event.type === type);
}

interface Phase {
  readonly name: string;
  readonly script: ScriptLike;
  /** Whether the request is where it is to be cancelled. */
  readonly isReached: (kit: GatewayKit, events: readonly ModelEvent[]) => boolean;
}

const phases: Phase[] = [
  {
    name: 'before the head of the answer',
    script: noResponse('silence'),
    isReached: ({ server }) => server.messageRequests.length === 1,
  },
  {
    name: 'between the head and the first event',
    script: answer(text(long), { firstEventDelayMs: 60_000 }),
    isReached: ({ server }) => server.messageRequests[0]?.status === undefined && hasHead(server),
  },
  { name: 'in text', script: answer(text(long), stall(3)), isReached: seen('textDelta') },
  {
    name: 'in thinking',
    script: answer(thinking(long), stall(3)),
    isReached: seen('thinkingDelta'),
  },
  {
    name: 'in a tool input',
    script: answer(toolUse('write_file', { text: long }), stall(3)),
    isReached: seen('inputDelta'),
  },
];

/** The request has come; its head was written in the same turn. */
function hasHead(server: MessagesServer): boolean {
  return server.messageRequests.length === 1;
}

describe('Cancelling', () => {
  for (const { name, script, isReached } of phases) {
    it(`${name} ends at once and closes the socket`, () =>
      withGateway(async (kit) => {
        kit.server.reply(script, text('Next.'));
        const controller = new AbortController();
        const events: ModelEvent[] = [];
        let isEnded = false;
        const consumed = (async () => {
          for await (const event of kit.ask({}, controller.signal)) {
            events.push(event);
          }
          isEnded = true;
        })();
        assert.ok((await turnsUntil(() => isReached(kit, events))) < 1_000, 'reached');
        await settle();
        controller.abort();
        assert.ok((await turnsUntil(() => isEnded)) <= 2, 'the consumer knows at once');
        await consumed;
        assert.deepEqual(outcomeOf(events), { kind: 'cancelled' });
        const turns = await turnsUntil(() => kit.server.connections.open === 0);
        assert.ok(turns <= maxTurns, `closed after ${turns} turns`);
        assert.equal(kit.server.messageRequests[0]?.isAborted, true);
        assert.equal(textOf(await kit.collect()), 'Next.', 'the next request is fine');
        assert.deepEqual(kit.internalErrors, []);
      }));
  }

  it('before the request sends nothing', () =>
    withGateway(async (kit) => {
      const events = await kit.collect({}, AbortSignal.abort());
      assert.deepEqual(events, [{ type: 'ended', outcome: { kind: 'cancelled' } }]);
      assert.deepEqual(kit.server.connections, { open: 0, total: 0 });
    }));

  it('while the settings are read sends nothing', () => {
    let answerWith: () => void = () => undefined;
    return withGateway(
      async (kit) => {
        const controller = new AbortController();
        const collected = kit.collect({}, controller.signal);
        await settle();
        controller.abort();
        assert.equal(outcomeOf(await collected).kind, 'cancelled');
        answerWith();
        await settle();
        assert.equal(kit.server.requests.length, 0);
      },
      {
        gateway: {
          connection: {
            current: () =>
              new Promise((resolve) => {
                answerWith = () => resolve({ kind: 'offline' });
              }),
          },
        },
      },
    );
  });

  it('while a retry is waited for ends at once and leaves no timer', () => {
    const clock = new FakeClock();
    return withGateway(
      async (kit) => {
        kit.server.reply(rateLimited('30'));
        const controller = new AbortController();
        const events: ModelEvent[] = [];
        for await (const event of kit.ask({}, controller.signal)) {
          events.push(event);
          if (event.type === 'retrying') {
            setImmediate(() => controller.abort());
          }
        }
        assert.deepEqual(typesOf(events), ['retrying', 'ended']);
        assert.equal(outcomeOf(events).kind, 'cancelled');
        await settle();
        assert.equal(clock.pendingTimers, 0);
        assert.equal(kit.server.messageRequests.length, 1);
      },
      { clock },
    );
  });

  it('after the end changes nothing', () =>
    withGateway(async (kit) => {
      const controller = new AbortController();
      const events = await kit.collect({}, controller.signal);
      controller.abort();
      assert.equal(outcomeOf(events).kind, 'done');
      await settle();
      assert.equal(kit.server.messageRequests[0]?.isAborted, false);
    }));
});

describe('Leaving the stream', () => {
  for (const { name, script, isReached } of phases.slice(2)) {
    it(`${name} closes the socket`, () =>
      withGateway(async (kit) => {
        kit.server.reply(script);
        const events: ModelEvent[] = [];
        for await (const event of kit.ask()) {
          events.push(event);
          if (isReached(kit, events)) {
            break;
          }
        }
        const turns = await turnsUntil(() => kit.server.connections.open === 0);
        assert.ok(turns <= maxTurns, `closed after ${turns} turns`);
        assert.equal(kit.server.messageRequests[0]?.isAborted, true);
      }));
  }

  it('by an error in the consumer closes the socket', () =>
    withGateway(async (kit) => {
      kit.server.reply(answer(text(long), stall(3)));
      const consume = async (): Promise<void> => {
        for await (const event of kit.ask()) {
          if (event.type === 'textDelta') {
            throw new Error('the consumer failed');
          }
        }
      };
      await assert.rejects(consume(), /the consumer failed/);
      await kit.server.connectionsAtMost(0);
    }));

  it('in a retry wait leaves no timer', () => {
    const clock = new FakeClock();
    return withGateway(
      async (kit) => {
        kit.server.reply(rateLimited('30'));
        for await (const event of kit.ask()) {
          assert.equal(event.type, 'retrying');
          break;
        }
        await settle();
        assert.equal(clock.pendingTimers, 0);
      },
      { clock },
    );
  });
});
