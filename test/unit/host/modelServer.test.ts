import assert from 'node:assert/strict';
import { CancelledError, UserError } from '../../../src/base/errors.ts';
import { ModelServer } from '../../../src/host/modelServer.ts';
import { FakeClock, settle } from '../../support/fakeClock.ts';

const endpoint = 'https://gateway.example';
const signal = new AbortController().signal;

interface Asked {
  readonly url: string;
  readonly headers: Record<string, string>;
}

function serverThat(answer: () => Response | Promise<Response>): {
  server: ModelServer;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const server = new ModelServer(new FakeClock(), async (url, { headers }) => {
    asked.push({ url, headers });
    return answer();
  });
  return { server, asked };
}

describe('ModelServer', () => {
  it('tells an accepted key from a rejected one', async () => {
    for (const [status, kind] of [
      [200, 'accepted'],
      [401, 'rejected'],
      [403, 'rejected'],
      [404, 'unknown'],
      [500, 'unknown'],
    ] as const) {
      const { server, asked } = serverThat(() => new Response('{}', { status }));
      assert.equal((await server.checkKey(endpoint, 'key', signal)).kind, kind);
      assert.deepEqual(asked, [
        {
          url: 'https://gateway.example/v1/models?limit=1',
          headers: {
            'anthropic-version': '2026-10-21',
            connection: 'close',
            authorization: 'Bearer key',
          },
        },
      ]);
    }
  });

  it('does not know of a key where the server is not reached', async () => {
    const { server } = serverThat(() => Promise.reject(new Error('ECONNREFUSED')));
    assert.deepEqual(await server.checkKey(endpoint, 'key', signal), {
      kind: 'unknown',
      reason: "gateway.example can't be reached",
    });
  });

  it('gives up on a silent server, and at once when cancelled', async () => {
    const clock = new FakeClock();
    const silent = new ModelServer(
      clock,
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init.signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    const verdict = silent.checkKey(endpoint, 'key', signal);
    await settle();
    await clock.advance(10_000);
    assert.equal((await verdict).kind, 'unknown');

    const controller = new AbortController();
    const cancelled = assert.rejects(
      silent.checkKey(endpoint, 'key', controller.signal),
      CancelledError,
    );
    controller.abort();
    await cancelled;
    assert.equal(clock.pendingTimers, 0);
  });

  it('lists the models that a server names, and passes over what is not one', async () => {
    const data = [{ id: 'a' }, { id: 7 }, null, 'x', { id: '' }, { id: 'b' }];
    const { server, asked } = serverThat(() => Response.json({ data }));
    assert.deepEqual(await server.listModels(endpoint, undefined, signal), ['a', 'b']);
    assert.deepEqual(asked[0]?.headers, { 'anthropic-version': '2026-10-21', connection: 'close' });
  });

  for (const [name, answer] of [
    ['refuses', () => new Response('', { status: 500 })],
    ['talks nonsense', () => new Response('<html>')],
    ['is not there', () => Promise.reject(new Error('ECONNREFUSED'))],
  ] as const) {
    it(`says so where the server ${name}`, async () => {
      const { server } = serverThat(answer);
      await assert.rejects(server.listModels(endpoint, 'key', signal), UserError);
    });
  }
});
