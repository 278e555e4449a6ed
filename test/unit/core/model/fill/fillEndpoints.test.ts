import assert from 'node:assert/strict';
import { systemClock } from '../../../../../src/base/clock.ts';
import { loadCatalogue } from '../../../../../src/core/model/catalogue.ts';
import type { OnlineConnection } from '../../../../../src/core/model/connection.ts';
import type { FillInTheMiddle, ModelEvent } from '../../../../../src/core/model/request.ts';
import { createTransport } from '../../../../../src/core/model/transport.ts';
import { FillServer, type FillServerOptions } from '../../../../support/fillServer.ts';
import { aRequest, collect, failureOf, outcomeOf, textOf } from '../gatewayKit.ts';

const fill: FillInTheMiddle = {
  prefix: 'const x = ',
  suffix: ';\n',
  extra: [{ path: 'a.ts', text: 'const y = 1;' }],
  stopSequences: ['\n'],
  alternative: 0,
  opening: '',
};

interface Kit {
  readonly server: FillServer;
  ask(overrides?: Partial<FillInTheMiddle>, signal?: AbortSignal): Promise<ModelEvent[]>;
  askPlain(): Promise<ModelEvent[]>;
}

async function withServer(
  options: FillServerOptions,
  test: (kit: Kit) => Promise<void>,
  kind: OnlineConnection['kind'] = 'compatible',
): Promise<void> {
  const server = await FillServer.start(options);
  const transport = createTransport({
    clock: systemClock,
    catalogue: await loadCatalogue(),
    version: '9.8.7',
  });
  const connection: OnlineConnection = { kind, endpoint: server.endpoint };
  const never = new AbortController().signal;
  const stream = (request: Parameters<typeof aRequest>[0], signal = never): Promise<ModelEvent[]> =>
    collect(transport.stream(aRequest(request), connection, signal));
  try {
    await test({
      server,
      ask: (overrides, signal) =>
        stream({ surface: 'completion', model: 'coder', fill: { ...fill, ...overrides } }, signal),
      askPlain: () => stream({ model: 'coder' }),
    });
  } finally {
    transport.dispose();
    await server.stop();
  }
}

describe('Filling in at llama.cpp', () => {
  it('sends both sides of the place, once it is known to be offered', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      server.reply({ text: 'compute()' }, { text: '42' });
      const events = await ask();
      assert.equal(textOf(events), 'compute()');
      assert.deepEqual(server.paths, ['/infill', '/infill'], 'a probe and the request');
      const { body } = server.requests[1] ?? { body: {} };
      assert.deepEqual(body, {
        model: 'coder',
        input_prefix: 'const x = ',
        input_suffix: ';\n',
        input_extra: [{ filename: 'a.ts', text: 'const y = 1;' }],
        prompt: '',
        n_predict: 1_000,
        stop: ['\n'],
        stream: true,
        cache_prompt: true,
        temperature: 0,
        seed: 0,
      });
      assert.equal(textOf(await ask()), '42');
      assert.equal(server.paths.length, 3, 'no second probe');
    }));

  it('tells usage and why the answer ended', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      server.reply({ text: 'a', end: 'limit' }, { text: 'b', end: 'word' }, { text: 'c' });
      const reasons: unknown[] = [];
      for (let round = 0; round < 3; round += 1) {
        const events = await ask();
        const outcome = outcomeOf(events);
        reasons.push(outcome.kind === 'done' && outcome.stopReason);
        const usage = events.findLast((event) => event.type === 'usage')?.usage;
        assert.deepEqual([usage?.inputTokens, usage?.outputTokens], [40, 7]);
      }
      assert.deepEqual(reasons, ['max_tokens', 'stop_sequence', 'end_turn']);
    }));

  for (const chunkBytes of [1, 3, 1_000]) {
    it(`reads an answer in pieces of ${chunkBytes} bytes`, () =>
      withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
        server.reply({ text: 'größer = "→";\n\tnext', chunkBytes });
        assert.equal(textOf(await ask()), 'größer = "→";\n\tnext');
      }));
  }

  it('puts before the answer what it is to begin with', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      server.reply({ text: 'compute()' });
      const events = await ask({ opening: '<fill>' });
      assert.equal(textOf(events), '<fill>compute()');
    }));

  it('asks for other text with another seed', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      await ask({ alternative: 2 });
      const body = server.requests[1]?.body;
      assert.deepEqual([body?.['temperature'], body?.['seed']], [0.8, 2]);
    }));

  it('falls back to messages where the model cannot', () =>
    withServer({ kind: 'llama.cpp', canFill: false }, async ({ server, ask }) => {
      assert.equal(textOf(await ask()), '<fill>told');
      await ask();
      assert.deepEqual(server.paths, ['/infill', '/api/show', '/v1/messages', '/v1/messages']);
    }));

  it('falls back to messages where it is refused later, and remembers that', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      await ask();
      server.refuseNext(501);
      assert.equal(textOf(await ask()), '<fill>told');
      assert.equal(textOf(await ask()), '<fill>told');
      assert.deepEqual(server.paths.slice(-3), ['/infill', '/v1/messages', '/v1/messages']);
    }));

  it('tells of a server that is not ready, and asks it again next time', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      await ask();
      server.refuseNext(503);
      const failure = failureOf(await ask());
      assert.deepEqual([failure.status, failure.canRetry], [503, true]);
      assert.equal(textOf(await ask()), 'filled');
    }));

  it('tells of an error in the middle', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      server.reply({ text: 'abc', errorAfter: 2 });
      const events = await ask();
      assert.equal(textOf(events), 'ab');
      assert.equal(failureOf(events).kind, 'server');
    }));

  it('tells of an answer without an end', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      server.reply({ text: 'abc', closeAfter: 2 });
      assert.equal(failureOf(await ask()).kind, 'connection');
    }));

  it('is let go at once', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, ask }) => {
      await ask();
      const controller = new AbortController();
      server.reply({ text: 'a'.repeat(50_000), chunkBytes: 1 });
      const asked = ask({}, controller.signal);
      controller.abort();
      assert.equal(outcomeOf(await asked).kind, 'cancelled');
    }));
});

describe('Filling in at Ollama', () => {
  it('sends both sides of the place, once the model is known to do it', () =>
    withServer({ kind: 'ollama' }, async ({ server, ask }) => {
      server.reply({ text: 'compute()', end: 'limit', chunkBytes: 7 });
      const events = await ask();
      assert.equal(textOf(events), 'compute()');
      const outcome = outcomeOf(events);
      assert.equal(outcome.kind === 'done' && outcome.stopReason, 'max_tokens');
      assert.deepEqual(server.paths, ['/infill', '/api/show', '/api/generate']);
      assert.deepEqual(server.requests[2]?.body, {
        model: 'coder',
        prompt: 'const x = ',
        suffix: ';\n',
        stream: true,
        options: { num_predict: 1_000, stop: ['\n'], temperature: 0, seed: 0 },
      });
    }));

  it('takes the end of a file for a place to fill, too', () =>
    withServer({ kind: 'ollama' }, async ({ server, ask }) => {
      assert.equal(textOf(await ask({ suffix: '' })), 'filled');
      assert.equal(server.requests.at(-1)?.body['suffix'], '\n');
    }));

  it('falls back to messages where the model cannot', () =>
    withServer({ kind: 'ollama', canFill: false }, async ({ server, ask }) => {
      assert.equal(textOf(await ask()), '<fill>told');
      assert.deepEqual(server.paths, ['/infill', '/api/show', '/v1/messages']);
    }));
});

describe('Filling in elsewhere', () => {
  it('is not taken for offered where any path is answered', () =>
    withServer({ kind: 'lmStudio' }, async ({ server, ask }) => {
      assert.equal(textOf(await ask()), '<fill>told');
      assert.equal(server.paths.at(-1), '/v1/messages');
    }));

  it('is not asked about where there is nothing to fill', () =>
    withServer({ kind: 'llama.cpp' }, async ({ server, askPlain }) => {
      await askPlain();
      assert.deepEqual(server.paths, ['/v1/messages']);
    }));

  it('is not asked about at the Messages API', () =>
    withServer(
      { kind: 'llama.cpp' },
      async ({ server, ask }) => {
        await ask();
        assert.deepEqual(server.paths, ['/v1/messages']);
      },
      'anthropic',
    ));
});
