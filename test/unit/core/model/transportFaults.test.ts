import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelEvent, ModelFailureKind } from '../../../../src/core/model/request.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import {
  answer,
  failure,
  noResponse,
  overloaded,
  rateLimited,
  raw,
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

const long = 'All happy families are alike. '.repeat(10);

/** Fails once with no retry in the way: a fault after the start is passed on as it is. */
async function failsWith(
  script: ScriptLike,
  kind: ModelFailureKind,
  check?: (events: readonly ModelEvent[], kit: GatewayKit) => void,
): Promise<void> {
  await withGateway(async (kit) => {
    kit.server.reply(script);
    const events = await kit.collect();
    const found = failureOf(events);
    assert.equal(found.kind, kind, found.message);
    assert.deepEqual(kit.internalErrors, []);
    check?.(events, kit);
  });
}

describe('Faults after an answer has begun', () => {
  it('keeps the text before a reset', () =>
    failsWith(
      answer(text(long), { fault: { kind: 'reset', after: { deltas: 3 } } }),
      'connection',
      (events, { server }) => {
        assert.ok(long.startsWith(textOf(events)));
        assert.equal(server.messageRequests.length, 1);
      },
    ));

  it('takes a body that ends early for a broken connection', () =>
    failsWith(
      answer(text(long), { fault: { kind: 'close', after: { deltas: 3 } } }),
      'connection',
      (events) => {
        assert.equal(textOf(events), long.slice(0, 72));
        assert.equal(failureOf(events).canRetry, true);
      },
    ));

  it('reads an error event by its type', () =>
    failsWith(
      answer(text(long), {
        fault: {
          kind: 'errorEvent',
          after: { deltas: 3 },
          type: 'overloaded_error',
          message: 'Overloaded',
        },
      }),
      'overloaded',
      (events) => {
        assert.equal(textOf(events), long.slice(0, 72));
        assert.match(failureOf(events).requestId ?? '', /^req_/);
        assert.equal(failureOf(events).status, undefined);
      },
    ));

  it('survives an error event of a type it does not know', () =>
    failsWith(
      answer(text(long), {
        fault: { kind: 'errorEvent', after: { deltas: 1 }, type: 'future_error', message: 'x' },
      }),
      'server',
    ));

  it('does not end a tool use that was cut off', () =>
    failsWith(
      answer([text('A'), toolUse('write_file', { text: long })], {
        fault: { kind: 'reset', after: { deltas: 4 } },
      }),
      'connection',
      (events) => {
        assert.deepEqual(
          blocksOf(events).map((block) => block.type),
          ['text'],
        );
      },
    ));

  it('gives a tool use that max_tokens cut off as an error', () =>
    withGateway(async ({ server, collect }) => {
      const use = toolUse('write_file', {}, { rawJson: '{"path": "a.ts", "text": "half' });
      server.reply(answer(use, { stopReason: 'max_tokens' }));
      const events = await collect();
      const ended = events.find((event) => event.type === 'blockEnded');
      assert.match(ended?.inputError ?? '', /not valid JSON/);
      assert.deepEqual(outcomeOf(events), {
        kind: 'done',
        stopReason: 'max_tokens',
        value: 'max_tokens',
      });
    }));

  it('takes an answer for complete once its stop reason has come', () =>
    withGateway(async ({ server, collect }) => {
      const parts = [
        'event: message_start\ndata: {"type":"message_start","message":{"id":"m","model":"x"}}\n\n',
        'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}}\n\n',
        'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n',
      ];
      server.reply(raw(200, parts.join(''), { 'content-type': 'text/event-stream' }));
      const events = await collect();
      assert.deepEqual(typesOf(events), [
        'started',
        'blockStarted',
        'textDelta',
        'blockEnded',
        'ended',
      ]);
      assert.equal(outcomeOf(events).kind, 'done');
    }));
});

interface PingServer {
  readonly server: { readonly endpoint: string; stop(): Promise<void> };
  /** Sends a ping and waits until it has certainly been read. */
  ping(): Promise<void>;
  finish(): void;
}

/** A server that begins an answer, and then sends what the test tells it to. */
async function pingServer(): Promise<PingServer> {
  let answerTo: (response: ServerResponse) => void = () => undefined;
  const asked = new Promise<ServerResponse>((resolve) => {
    answerTo = resolve;
  });
  const http = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"type":"message_start","message":{"id":"m","model":"x"}}\n\n');
    answerTo(response);
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  return {
    server: {
      endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      stop: async () => {
        http.closeAllConnections();
        await new Promise((resolve) => http.close(resolve));
      },
    },
    ping: async () => {
      const response = await asked;
      await new Promise((resolve) => response.write('event: ping\ndata: {}\n\n', resolve));
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
    finish: () => {
      const end = '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}';
      void asked.then((response) =>
        response.end(`data: ${end}\n\ndata: {"type":"message_stop"}\n\n`),
      );
    },
  };
}

describe('Silence', () => {
  /** Lets the clock pass as soon as the stream is where the test wants it. */
  async function stalls(
    script: ScriptLike,
    waitMs: number,
    begins: (kit: GatewayKit, events: readonly ModelEvent[]) => Promise<void>,
  ): Promise<{ events: ModelEvent[]; clock: FakeClock }> {
    const clock = new FakeClock();
    const events: ModelEvent[] = [];
    await withGateway(
      async (kit) => {
        kit.server.respond(() => script);
        const consumed = (async () => {
          for await (const event of kit.ask()) {
            events.push(event);
          }
        })();
        await begins(kit, events);
        await clock.advance(waitMs - 1);
        assert.ok(!typesOf(events).includes('ended'));
        await clock.advance(1);
        if (events.at(-1)?.type === 'retrying') {
          await clock.advance(1_000);
          await kit.server.received(2);
          await clock.advance(waitMs);
        }
        await consumed;
        await kit.server.connectionsAtMost(0);
      },
      { clock },
    );
    return { events, clock };
  }

  it('in mid-stream ends as stalled, its connection closed', async () => {
    const script = answer(text(long), { fault: { kind: 'stall', after: { deltas: 2 } } });
    const { events, clock } = await stalls(script, 90_000, async (_, seen) => {
      while (textOf(seen).length < 48) {
        await settle();
      }
    });
    assert.equal(failureOf(events).kind, 'stalled');
    assert.match(failureOf(events).message, /for 90 seconds/);
    assert.equal(textOf(events), long.slice(0, 48));
    assert.equal(clock.pendingTimers, 0);
  });

  it('is none while pings come', async () => {
    const clock = new FakeClock();
    const { server, ping, finish } = await pingServer();
    try {
      await withGateway(
        async (kit) => {
          kit.connection = { kind: 'anthropic', endpoint: server.endpoint, apiKey: 'k' };
          const collected = kit.collect();
          for (let pings = 0; pings < 5; pings += 1) {
            await ping();
            await clock.advance(60_000);
          }
          finish();
          assert.equal(outcomeOf(await collected).kind, 'done');
        },
        { clock },
      );
    } finally {
      await server.stop();
    }
  });

  it('before the answer is tried once more, and ends as stalled', async () => {
    const { events, clock } = await stalls(noResponse('silence'), 180_000, async (kit) => {
      await kit.server.received(1);
    });
    assert.deepEqual(typesOf(events), ['retrying', 'ended']);
    assert.equal(failureOf(events).kind, 'stalled');
    assert.match(failureOf(events).message, /Slipstream tried 2 times/);
    assert.equal(clock.pendingTimers, 0);
  });
});

describe('Faults before an answer', () => {
  const retried: [name: string, script: ScriptLike, kind: ModelFailureKind][] = [
    ['429', rateLimited(), 'rateLimited'],
    ['529', overloaded(), 'overloaded'],
    ['500', serverError(), 'server'],
    ['502 with a page', raw(502, '<html>Bad gateway</html>'), 'server'],
    ['a reset', noResponse('reset'), 'connection'],
    [
      'a stream that is cut before it begins',
      answer(text('a'), { fault: { kind: 'reset', after: { bytes: 5 } } }),
      'connection',
    ],
    ['an empty stream', raw(200, '', { 'content-type': 'text/event-stream' }), 'protocol'],
    ['a page', raw(200, '<html>Sign in</html>', { 'content-type': 'text/html' }), 'protocol'],
    ['an answer that is not JSON', raw(200, 'event: message_start\ndata: {oops\n\n'), 'protocol'],
  ];
  for (const [name, script, kind] of retried) {
    it(`tries again after ${name}`, () => {
      const clock = new FakeClock();
      return withGateway(
        async ({ server, ask }) => {
          server.reply(script, text('Fine.'));
          const events: ModelEvent[] = [];
          for await (const event of ask()) {
            events.push(event);
            if (event.type === 'retrying') {
              assert.equal(event.failure.kind, kind, event.failure.message);
              setImmediate(() => clock.advance(10_000));
            }
          }
          assert.deepEqual(typesOf(events).slice(0, 2), ['retrying', 'started']);
          assert.equal(textOf(events), 'Fine.');
        },
        { clock },
      );
    });
  }

  const final: [name: string, script: ScriptLike, kind: ModelFailureKind][] = [
    ['400', failure(400, 'invalid_request_error'), 'invalidRequest'],
    ['401', failure(401, 'authentication_error'), 'authentication'],
    ['402', failure(402, 'billing_error'), 'billing'],
    ['403', failure(403, 'permission_error'), 'authentication'],
    ['413', failure(413, 'request_too_large'), 'invalidRequest'],
    [
      'a spend limit',
      failure(429, 'rate_limit_error', { errorCode: 'enforced_spend_limit_reached' }),
      'billing',
    ],
    ['a long retry-after', rateLimited('3600'), 'rateLimited'],
  ];
  for (const [name, script, kind] of final) {
    it(`does not try again after ${name}`, () =>
      failsWith(script, kind, (events, { server }) => {
        assert.deepEqual(typesOf(events), ['ended']);
        assert.equal(server.messageRequests.length, 1);
      }));
  }

  it('says that nothing answers at a local address', () =>
    withGateway(async (kit) => {
      await kit.server.stop();
      const found = failureOf(await kit.collect());
      assert.equal(found.kind, 'connection');
      assert.match(found.message, /Nothing answers at 127\.0\.0\.1:\d+\. Start the local server/);
    }));

  it('says that an address was not found', () => {
    const clock = new FakeClock();
    return withGateway(
      async (kit) => {
        kit.connection = { kind: 'anthropic', endpoint: 'http://slipstream.invalid', apiKey: 'k' };
        const events: ModelEvent[] = [];
        for await (const event of kit.ask()) {
          events.push(event);
          if (event.type === 'retrying') {
            setImmediate(() => clock.advance(10_000));
          }
        }
        assert.match(failureOf(events).message, /The address slipstream\.invalid was not found/);
      },
      { clock },
    );
  });

  it('does not leave thinking half told', () =>
    failsWith(
      answer([thinking(long)], { fault: { kind: 'close', after: { deltas: 2 } } }),
      'connection',
      (events) => assert.deepEqual(blocksOf(events), []),
    ));
});
