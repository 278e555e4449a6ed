import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../../../../src/core/model/bodyReader.ts';
import { settle } from '../../../support/fakeClock.ts';

type Send = (write: (part: string | Buffer) => boolean, socket: () => void) => void | Promise<void>;

/** Runs `read` on a response whose body `send` writes; `socket()` cuts the connection. */
async function withBody(
  send: Send,
  read: (message: IncomingMessage) => Promise<void>,
): Promise<void> {
  const server = createServer((_, response) => {
    response.on('error', () => undefined);
    response.writeHead(200);
    void Promise.resolve(
      send(
        (part) => response.write(part),
        () => response.destroy(),
      ),
    ).then(() => response.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject).end();
  });
  try {
    await read(message);
  } finally {
    message.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

describe('readBody', () => {
  it('joins what came together', () =>
    withBody(
      (write) => {
        for (let part = 0; part < 100; part += 1) {
          write('x');
        }
      },
      async (message) => {
        let reads = 0;
        let size = 0;
        for await (const part of readBody(message)) {
          reads += 1;
          size += part.length;
        }
        assert.equal(size, 100);
        assert.ok(reads < 10, `${reads} reads`);
      },
    ));

  it('gives all bytes in their order to a slow reader', async () => {
    const expected = Array.from({ length: 3_000 }, (_, line) => `line ${line}\n`).join('');
    await withBody(
      (write) => {
        write(expected);
      },
      async (message) => {
        let text = '';
        for await (const part of readBody(message)) {
          text += Buffer.from(part).toString();
          await settle();
        }
        assert.equal(text, expected);
      },
    );
  });

  it('lets the server wait for a reader that does not read', () =>
    withBody(
      async (write) => {
        const part = Buffer.alloc(1024 * 1024);
        while (write(part)) {
          await settle();
        }
      },
      async (message) => {
        const body = readBody(message)[Symbol.asyncIterator]();
        for (let turns = 0; turns < 200; turns += 1) {
          await settle();
        }
        assert.equal(message.isPaused(), true);
        await body.return?.();
      },
    ));

  it('gives what came before the connection broke, and then the error', () =>
    withBody(
      async (write, cut) => {
        write('before');
        await new Promise((resolve) => setTimeout(resolve, 20));
        cut();
      },
      async (message) => {
        const body = readBody(message)[Symbol.asyncIterator]();
        const first = await body.next();
        assert.equal(Buffer.from(first.value ?? []).toString(), 'before');
        await assert.rejects(body.next(), { code: 'ECONNRESET' });
      },
    ));

  it('ends with the body', () =>
    withBody(
      (write) => {
        write('all');
      },
      async (message) => {
        const body = readBody(message);
        assert.equal(await textOf(body), 'all');
        assert.equal(await textOf(body), '');
      },
    ));

  it('closes the connection when the reader leaves', () =>
    withBody(
      async (write) => {
        write('a');
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
      async (message) => {
        for await (const _ of readBody(message)) {
          break;
        }
        assert.equal(message.destroyed, true);
      },
    ));
});
