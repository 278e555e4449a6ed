import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../../src/base/clock.ts';
import { defaultCandidates, findLocalServers } from '../../../../src/core/model/localServers.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';

const servers: Server[] = [];

async function listen(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A server that has these paths and no others. */
function serve(answers: Readonly<Record<string, unknown>>): Promise<number> {
  return listen((request, response) => {
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
  });
}

async function freePort(): Promise<number> {
  const port = await serve({});
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return port;
}

function find(...ports: number[]): Promise<unknown> {
  const candidates = ports.map((port, index) => ({ name: `Candidate ${index}`, port }));
  return findLocalServers(systemClock, new AbortController().signal, candidates);
}

const endpointOf = (port: number): string => `http://127.0.0.1:${port}`;

describe('findLocalServers', () => {
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('asks on the ports of the usual programs', () => {
    assert.deepEqual(
      defaultCandidates.map(({ name, port }) => `${name} ${port}`),
      ['Ollama 11434', 'llama.cpp 8080', 'LM Studio 1234', 'vLLM 8000', 'SGLang 30000'],
    );
  });

  it('knows Ollama by its own list, wherever it runs', async () => {
    const port = await serve({
      '/api/tags': { models: [{ name: 'qwen3-coder:30b' }, { name: 'gpt-oss:20b' }] },
      '/v1/models': { data: [{ id: 'other' }] },
    });
    const models = ['qwen3-coder:30b', 'gpt-oss:20b'];
    assert.deepEqual(await find(port), [{ name: 'Ollama', endpoint: endpointOf(port), models }]);
  });

  it('finds several, in order, and leaves out ports where nothing listens', async () => {
    const first = await serve({ '/v1/models': { data: [{ id: 'a', owned_by: 'vllm' }] } });
    const nothing = await freePort();
    const second = await serve({ '/v1/models': { data: [] } });
    assert.deepEqual(await find(first, nothing, second), [
      { name: 'vLLM', endpoint: endpointOf(first), models: ['a'] },
      { name: 'Candidate 2', endpoint: endpointOf(second), models: [] },
    ]);
  });

  const strangers: [name: string, answer: unknown][] = [
    ['a web page', '<html></html>'],
    ['JSON of another shape', { data: 'no list' }],
    ['a bare value', '5'],
    ['null', 'null'],
    ['nothing', undefined],
  ];
  for (const [name, answer] of strangers) {
    it(`does not take ${name} for a model server`, async () => {
      assert.deepEqual(await find(await serve({ '/v1/models': answer })), []);
    });
  }

  it('leaves out entries without a name', async () => {
    const port = await serve({ '/v1/models': { data: [{ id: 5 }, null, 'x', { id: 'a' }] } });
    assert.deepEqual(await find(port), [
      { name: 'Candidate 0', endpoint: endpointOf(port), models: ['a'] },
    ]);
  });

  it('does not read an answer without end', async () => {
    const port = await listen((_, response) => {
      response.on('error', () => undefined);
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {
          // Until the socket is full.
        }
      };
      response.on('drain', more);
      more();
    });
    assert.deepEqual(await find(port), []);
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const clock = new FakeClock();
    const asked: (() => void)[] = [];
    const bothAsked = new Promise<void>((resolve) => {
      asked.push(() => undefined, resolve);
    });
    const port = await listen(() => asked.shift()?.());
    const found = findLocalServers(clock, new AbortController().signal, [{ name: 'A', port }]);
    await bothAsked;
    await clock.advance(1_000);
    assert.deepEqual(await found, []);
    assert.equal(clock.pendingTimers, 0);
  });

  it('stops when it is cancelled, also before it began', async () => {
    const port = await listen(() => undefined);
    const controller = new AbortController();
    const clock = new FakeClock();
    const found = findLocalServers(clock, controller.signal, [{ name: 'A', port }]);
    await settle();
    controller.abort();
    assert.deepEqual(await found, []);
    assert.deepEqual(await findLocalServers(clock, controller.signal, [{ name: 'A', port }]), []);
    assert.equal(clock.pendingTimers, 0);
  });
});
