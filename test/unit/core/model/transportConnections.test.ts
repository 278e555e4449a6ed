import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../../src/base/clock.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import { createTransport } from '../../../../src/core/model/transport.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import { answer, overloaded, text } from '../../../support/messagesServerScript.ts';
import { aRequest, collect, outcomeOf, textOf, withGateway, withTransport } from './gatewayKit.ts';

describe('Connections', () => {
  it('are used again by requests in a row, errors included', () =>
    withTransport(
      async ({ server, collect: ask }) => {
        for (let request = 0; request < 10; request += 1) {
          server.reply(request % 3 === 1 ? overloaded() : answer(text('A'), { chunking: 'byte' }));
          await ask();
        }
        assert.deepEqual(server.connections, { open: 1, total: 1 });
      },
      // On a busy machine the end of a stream may come later than it is waited for.
      { clock: new FakeClock() },
    ));

  it('are as many as requests run at once, and then used again', () =>
    withTransport(
      async ({ server, collect: ask }) => {
        server.respond(() => answer(text('A'), { firstEventDelayMs: 20 }));
        await Promise.all([ask(), ask(), ask()]);
        assert.equal(server.connections.total, 3);
        await Promise.all([ask(), ask(), ask()]);
        assert.equal(server.connections.total, 3);
      },
      { clock: new FakeClock() },
    ));

  it('are closed by disposal', () =>
    withTransport(async ({ server, collect: ask, transport }) => {
      await ask();
      assert.equal(server.connections.open, 1);
      transport.dispose();
      await server.connectionsAtMost(0);
    }));

  it('are opened anew where the server has closed one, without a failure', () =>
    withTransport(
      async ({ server, collect: ask }) => {
        await ask();
        await server.connectionsAtMost(0);
        assert.equal(outcomeOf(await ask()).kind, 'done');
        assert.equal(server.connections.total, 2);
      },
      { server: { keepAliveMs: 1 } },
    ));

  it('that break in the moment they are used again do not fail the request', async () => {
    await withClosingServer(async (endpoint, connections) => {
      const transport = createTransport({
        clock: systemClock,
        catalogue: await loadCatalogue(),
        version: '1',
      });
      const connection = { kind: 'compatible', endpoint } as const;
      const ask = () =>
        collect(transport.stream(aRequest(), connection, new AbortController().signal));
      try {
        assert.equal(textOf(await ask()), 'Hi');
        assert.equal(textOf(await ask()), 'Hi');
        assert.equal(connections(), 2);
      } finally {
        transport.dispose();
      }
    });
  });

  it('are closed where a server does not end its stream after the last event', async () => {
    const clock = new FakeClock();
    await withTransport(
      async ({ server, collect: ask }) => {
        const events = (async () => {
          server.reply(answer(text('A'), { fault: { kind: 'stall', after: { bytes: 1e9 } } }));
          return await ask();
        })();
        let isTold = false;
        void events.then(() => {
          isTold = true;
        });
        while (!isTold) {
          await clock.advance(20);
        }
        assert.equal(outcomeOf(await events).kind, 'done');
        assert.equal(server.connections.open, 1);
        await clock.advance(1_000);
        await server.connectionsAtMost(0);
        assert.equal(clock.pendingTimers, 0);
      },
      { clock },
    );
  });
});

describe('Warming up', () => {
  it('opens the connection that the first request then uses', () =>
    withGateway(async ({ server, gateway, collect: ask }) => {
      await gateway.warm();
      await settle();
      assert.deepEqual(server.connections, { open: 1, total: 1 });
      await ask();
      assert.deepEqual(server.connections, { open: 1, total: 1 });
      assert.equal(server.messageRequests.length, 1);
    }));

  it('does nothing where a connection is open', () =>
    withGateway(async ({ server, gateway, collect: ask }) => {
      await ask();
      const { length } = server.requests;
      await gateway.warm();
      assert.equal(server.requests.length, length);
    }));

  it('sends neither key nor content', () =>
    withGateway(async ({ server, gateway }) => {
      await gateway.warm();
      const [request] = server.requests;
      assert.deepEqual([request?.method, request?.path, request?.bodyBytes], ['GET', '/', 0]);
      assert.equal(request?.headers.authorization, undefined);
    }));

  it('is quiet about what fails', () =>
    withGateway(async ({ server, gateway, internalErrors }) => {
      await server.stop();
      await gateway.warm();
      assert.deepEqual(internalErrors, []);
    }));

  it('contacts nobody offline', () =>
    withGateway(
      async ({ server, gateway }) => {
        await gateway.warm();
        assert.equal(server.requests.length, 0);
      },
      { gateway: { connection: { current: () => Promise.resolve({ kind: 'offline' }) } } },
    ));
});

/** A server that answers the first request of each connection and resets it at the second. */
async function withClosingServer(
  test: (endpoint: string, connections: () => number) => Promise<void>,
): Promise<void> {
  const used = new WeakSet<object>();
  let connections = 0;
  const server: Server = createServer((request, response) => {
    if (used.has(request.socket)) {
      request.socket.resetAndDestroy();
      return;
    }
    used.add(request.socket);
    request.resume();
    const start = '{"type":"message_start","message":{"id":"m","model":"x"}}';
    const block =
      '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}}';
    response.end(`data: ${start}\n\ndata: ${block}\n\ndata: {"type":"message_stop"}\n\n`);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => connections);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
