import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import type { OnlineConnection } from '../../../../src/core/model/connection.ts';
import type { ModelEvent } from '../../../../src/core/model/request.ts';
import { RequestLog } from '../../../../src/core/model/requestLog.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import {
  answer,
  failure,
  noResponse,
  overloaded,
  rateLimited,
  type ScriptLike,
  serverError,
  text,
  thinking,
  toolUse,
} from '../../../support/messagesServerScript.ts';
import {
  blocksOf,
  failureOf,
  type GatewayKit,
  outcomeOf,
  textOf,
  typesOf,
  withGateway,
} from './gatewayKit.ts';

interface TwoEndpoints {
  readonly kit: GatewayKit;
  readonly main: MessagesServer;
  readonly other: MessagesServer;
  readonly clock: FakeClock;
  readonly log: RequestLog;
  /** Asks to the end, letting all waits between tries pass. */
  ask(threadId?: string): Promise<ModelEvent[]>;
}

async function withTwoEndpoints(test: (two: TwoEndpoints) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const log = new RequestLog();
  const other = await MessagesServer.start({ apiKey: 'sk-of-the-other' });
  const { endpoint, apiKey } = other;
  const connections: OnlineConnection[] = [{ kind: 'anthropic', endpoint, apiKey }];
  const options = {
    clock,
    gateway: {
      log,
      random: () => 0,
      connection: {
        current: () => Promise.reject(new Error('All of them are asked for.')),
        all: () => Promise.resolve(connections),
      },
    },
  };
  try {
    await withGateway(async (kit) => {
      connections.unshift(kit.connection);
      const ask = async (threadId = 't'): Promise<ModelEvent[]> => {
        const events: ModelEvent[] = [];
        for await (const event of kit.ask({ threadId })) {
          events.push(event);
          if (event.type === 'retrying' && event.delayMs > 0) {
            setImmediate(() => clock.advance(event.delayMs));
          }
        }
        assert.deepEqual(kit.internalErrors, []);
        return events;
      };
      await test({ kit, main: kit.server, other, clock, log, ask });
      for (const [server, foreign] of [
        [kit.server, other],
        [other, kit.server],
      ] as const) {
        for (const { headers } of server.requests) {
          assert.ok(!JSON.stringify(headers).includes(foreign.apiKey), 'a key at the wrong host');
        }
      }
    }, options);
  } finally {
    log.dispose();
    await other.stop();
  }
}

function delaysOf(events: readonly ModelEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'retrying' ? [event.delayMs] : []));
}

function endpointOf(events: readonly ModelEvent[]): string | undefined {
  return events.flatMap((event) => (event.type === 'started' ? [event.endpoint] : []))[0];
}

describe('Failing over', () => {
  const faults: [name: string, script: ScriptLike][] = [
    ['a short 429', rateLimited('2')],
    ['a long 429', rateLimited('7200')],
    ['529', overloaded()],
    ['500', serverError()],
    ['a reset', noResponse('reset')],
    ['a stream that dies at its start', answer(text('a'), cut(400))],
    ['a refused key', failure(401, 'authentication_error')],
    ['an account without credit', failure(402, 'billing_error')],
  ];
  for (const [name, script] of faults) {
    it(`asks the other endpoint at once after ${name}`, () =>
      withTwoEndpoints(async ({ main, other, ask, log }) => {
        main.reply(script);
        other.reply(text('Here I am.'));
        const events = await ask();
        assert.equal(textOf(events), 'Here I am.');
        assert.deepEqual(delaysOf(events), [0]);
        assert.equal(endpointOf(events), `127.0.0.1:${other.port}`);
        assert.deepEqual([main.messageRequests.length, other.messageRequests.length], [1, 1]);
        const record = log.all()[0];
        const decisions = record?.decisions.filter(({ by }) => by === 'failover') ?? [];
        assert.match(
          decisions.at(-1)?.text ?? '',
          new RegExp(`^127.0.0.1:${other.port}: asked next, because 127.0.0.1:${main.port} failed`),
        );
      }));
  }

  it('does not ask another for what is wrong with the request itself', () =>
    withTwoEndpoints(async ({ main, other, ask }) => {
      main.reply(failure(400, 'invalid_request_error'));
      assert.equal(failureOf(await ask()).kind, 'invalidRequest');
      assert.equal(other.messageRequests.length, 0);
    }));

  it('goes round both in a storm of 529, waiting between the rounds, and then gives up', () =>
    withTwoEndpoints(async ({ main, other, ask }) => {
      main.respond(() => overloaded());
      other.respond(() => overloaded());
      const events = await ask();
      assert.deepEqual(delaysOf(events).slice(0, 3), [0, 500, 0]);
      const waits = delaysOf(events).filter((delayMs) => delayMs > 0);
      assert.deepEqual(waits, [500, 1_000, 2_000]);
      assert.equal(failureOf(events).kind, 'overloaded');
      assert.match(failureOf(events).message, /Slipstream tried \d times/);
      assert.ok(main.messageRequests.length + other.messageRequests.length <= 8);
      main.respond(() => text('Over.'));
      other.respond(() => text('Over.'));
      assert.equal(textOf(await ask()), 'Over.');
    }));

  it('waits for the endpoint that is ready first where both ask to wait', () =>
    withTwoEndpoints(async ({ main, other, ask }) => {
      main.reply(rateLimited('3600'));
      other.reply(rateLimited('12'), text('Here.'));
      const events = await ask();
      assert.deepEqual(delaysOf(events), [0, 12_000]);
      assert.equal(textOf(events), 'Here.');
      assert.equal(main.messageRequests.length, 1, 'it asked for an hour');
    }));

  it('leaves it to the user where both ask to wait for long', () =>
    withTwoEndpoints(async ({ main, other, ask }) => {
      main.reply(rateLimited('3600'));
      other.reply(rateLimited('7200'));
      const events = await ask();
      assert.match(failureOf(events).message, /asks to wait 60 minutes/);
      assert.deepEqual([main.messageRequests.length, other.messageRequests.length], [1, 1]);
    }));

  it('goes round a dead region, asks it again after a while, and comes back', () =>
    withTwoEndpoints(async ({ kit, main, other, clock, ask }) => {
      const { port, apiKey } = main;
      await main.stop();
      for (const thread of ['a', 'b', 'c', 'd']) {
        assert.equal(endpointOf(await ask(thread)), `127.0.0.1:${other.port}`);
      }
      const back = await MessagesServer.start({ port, apiKey });
      try {
        await other.stop();
        await clock.advance(5_000);
        assert.equal(endpointOf(await ask('a')), `127.0.0.1:${port}`);
        assert.deepEqual(kit.internalErrors, []);
      } finally {
        await back.stop();
      }
    }));

  it('leaves an endpoint that says nothing once the limit has passed', async () => {
    const { server: hole, sockets } = await blackHole();
    try {
      await withTwoEndpoints(async ({ kit, other, clock }) => {
        (kit.connection as { endpoint: string }).endpoint = hole;
        const events: ModelEvent[] = [];
        const asked = (async () => {
          for await (const event of kit.ask()) {
            events.push(event);
          }
        })();
        while (sockets() === 0) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        await clock.advance(180_000);
        await asked;
        assert.deepEqual(typesOf(events).slice(0, 2), ['retrying', 'started']);
        assert.equal(endpointOf(events), `127.0.0.1:${other.port}`);
      });
    } finally {
      sockets.close();
    }
  });

  it('keeps a thread at the endpoint that answered it', () =>
    withTwoEndpoints(async ({ main, other, ask }) => {
      main.reply(overloaded());
      await ask('t');
      await ask('t');
      await ask('t');
      assert.equal(other.messageRequests.length, 3);
      assert.equal(main.messageRequests.length, 1);
    }));
});

describe('A stream that is reset at any byte', () => {
  const blocks = [thinking('I look.'), text('Grüße an Ada.'), toolUse('read_file', { path: 'a' })];

  it('is asked for again before its first content, and kept as far as it came after that', async () => {
    const size = await sizeOf(blocks);
    await withTwoEndpoints(async ({ main, other, ask }) => {
      const whole = JSON.stringify(blocksOf(await first(main, blocks, () => ask('whole'))));
      let retried = 0;
      let kept = 0;
      for (let at = 0; at < size; at += 1) {
        main.reset();
        other.reset();
        // Whichever is asked breaks off; whichever is asked next does not.
        let asked = 0;
        const script = (): ScriptLike => {
          asked += 1;
          return asked === 1 ? answer(blocks, cut(at)) : answer(blocks);
        };
        main.respond(script);
        other.respond(script);
        const events = await ask(`cut at ${at}`);
        const outcome = outcomeOf(events);
        assert.equal(typesOf(events).filter((type) => type === 'started').length, 1);
        if (asked === 2) {
          retried += 1;
          assert.equal(outcome.kind, 'done', `at byte ${at}`);
          assert.equal(JSON.stringify(blocksOf(events)).length, whole.length);
        } else if (outcome.kind === 'failed') {
          kept += 1;
          assert.equal(outcome.failure.kind, 'connection', `at byte ${at}`);
          assert.ok('Grüße an Ada.'.startsWith(textOf(events)));
          assert.equal(typesOf(events).includes('retrying'), false);
        }
      }
      assert.ok(retried > 200 && kept > 500, `${retried} retried and ${kept} kept of ${size}`);
    });
  }).timeout(120_000);
});

function cut(bytes: number): Parameters<typeof answer>[1] {
  return { fault: { kind: 'reset', after: { bytes } } };
}

async function first(
  server: MessagesServer,
  blocks: Parameters<typeof answer>[0],
  ask: () => Promise<ModelEvent[]>,
): Promise<ModelEvent[]> {
  server.respond(() => answer(blocks));
  return ask();
}

/** How many bytes such an answer has on the wire. */
async function sizeOf(blocks: Parameters<typeof answer>[0]): Promise<number> {
  const server = await MessagesServer.start({ isStrict: false });
  try {
    server.reply(answer(blocks));
    const response = await fetch(`${server.endpoint}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'claude-sonnet-5-5',
        max_tokens: 100,
        stream: true,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    return (await response.arrayBuffer()).byteLength;
  } finally {
    await server.stop();
  }
}

/** A region that takes connections and never reads from them. */
async function blackHole(): Promise<{
  readonly server: string;
  readonly sockets: (() => number) & { close(): void };
}> {
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = (): void => {
    for (const socket of open) {
      socket.destroy();
    }
    server.close();
  };
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets: Object.assign(() => open.size, { close }),
  };
}
