import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import zlib from 'node:zlib';
import { systemClock } from '../../../../src/base/clock.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { ModelEvent, ModelFailure } from '../../../../src/core/model/request.ts';
import { createTransport, type Transport } from '../../../../src/core/model/transport.ts';
import { createSelfSigned } from '../../../support/selfSigned.ts';
import { aRequest, collect, failureOf, outcomeOf, textOf } from './gatewayKit.ts';

interface Packing {
  readonly name: string;
  readonly create: () => zlib.Gzip | zlib.BrotliCompress | zlib.ZstdCompress;
  /** All that was written so far goes out. */
  readonly flush: number;
}

const packings: readonly Packing[] = [
  { name: 'gzip', create: () => zlib.createGzip(), flush: zlib.constants.Z_SYNC_FLUSH },
  {
    name: 'br',
    create: () => zlib.createBrotliCompress(),
    flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  },
  { name: 'zstd', create: () => zlib.createZstdCompress(), flush: zlib.constants.ZSTD_e_flush },
];

const certificate = createSelfSigned();
const words = ['Each ', 'word ', 'comes ', 'as ', 'it ', 'is ', 'sent, ', 'Grüße ', 'too.'];
const usage = { input_tokens: 1, output_tokens: 1 };
const head = [
  event({
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  }),
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
].join('');
const tail = [
  event({ type: 'content_block_stop', index: 0 }),
  event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
  event({ type: 'message_stop' }),
].join('');

function event(data: { readonly type: string } & Readonly<Record<string, unknown>>): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function delta(text: string): string {
  return event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
}

/** The answer of a server that packs what it sends and lets each event go at once. */
class PackedAnswer {
  readonly response: ServerResponse;
  readonly accepted: string;
  private readonly packer: ReturnType<Packing['create']>;
  private readonly packing: Packing;

  constructor(response: ServerResponse, accepted: string, packing: Packing) {
    this.response = response;
    this.accepted = accepted;
    this.packing = packing;
    this.packer = packing.create();
    const { name } = packing;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': name });
    this.packer.on('data', (part) => response.write(part));
    this.packer.once('end', () => response.end());
  }

  async send(text: string): Promise<void> {
    this.packer.write(text);
    await new Promise<void>((resolve) => this.packer.flush(this.packing.flush, resolve));
  }

  end(): void {
    this.packer.end();
  }
}

describe('A packed answer over TLS', () => {
  let server: Server;
  let transport: Transport;
  let sockets: Set<Socket>;
  let answer: (response: ServerResponse, accepted: string) => void;

  beforeEach(async () => {
    sockets = new Set();
    server = createServer(certificate, (request, response) => {
      request.resume();
      request.once('end', () => answer(response, String(request.headers['accept-encoding'] ?? '')));
    });
    server.on('secureConnection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    transport = createTransport({
      clock: systemClock,
      catalogue: await loadCatalogue(),
      version: '9.8.7',
      moreAuthorities: () => [certificate.cert],
    });
  });

  afterEach(async () => {
    transport.dispose();
    for (const socket of sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => server.close(resolve));
  });

  function stream(): AsyncIterable<ModelEvent> {
    const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
    const connection = { kind: 'anthropic', endpoint, apiKey: 'sk-test-key' } as const;
    return transport.stream(aRequest(), connection, new AbortController().signal);
  }

  /** Asks, and begins the answer. */
  async function begin(
    packing: Packing,
  ): Promise<{ readonly events: AsyncIterator<ModelEvent>; readonly packed: PackedAnswer }> {
    const arrived = new Promise<PackedAnswer>((resolve) => {
      answer = (response, accepted) => resolve(new PackedAnswer(response, accepted, packing));
    });
    const events = stream()[Symbol.asyncIterator]();
    const started = events.next();
    const packed = await arrived;
    await packed.send(head);
    assert.equal((await started).value?.type, 'started');
    return { events, packed };
  }

  async function nextText(events: AsyncIterator<ModelEvent>): Promise<string> {
    while (true) {
      const { value, done } = await events.next();
      assert.ok(!done, 'The answer ended too early.');
      if (value.type === 'textDelta') {
        return value.text;
      }
    }
  }

  async function rest(events: AsyncIterator<ModelEvent>): Promise<ModelEvent[]> {
    return collect({ [Symbol.asyncIterator]: () => events });
  }

  async function failureAfter(send: (response: ServerResponse) => void): Promise<ModelFailure> {
    answer = send;
    return failureOf(await collect(stream()));
  }

  for (const packing of packings) {
    describe(packing.name, () => {
      it('is asked for, and gives each event before the next one is sent', async () => {
        const { events, packed } = await begin(packing);
        assert.ok(packed.accepted.split(', ').includes(packing.name));
        for (const word of words) {
          await packed.send(delta(word));
          assert.equal(await nextText(events), word);
        }
        await packed.send(tail);
        packed.end();
        assert.equal(outcomeOf(await rest(events)).kind, 'done');
      });

      it('keeps what came before bytes that cannot be unpacked, and says so', async () => {
        const { events, packed } = await begin(packing);
        await packed.send(delta('Kept.'));
        assert.equal(await nextText(events), 'Kept.');
        packed.response.end(Buffer.alloc(64, 0xee));
        const { kind, message } = failureOf(await rest(events));
        assert.equal(kind, 'protocol', message);
        assert.match(message, /could not be read: It could not be unpacked\./);
      });

      it('that is reset or ends early is a broken connection', async () => {
        for (const breakOff of [
          (response: ServerResponse) => response.destroy(),
          (response: ServerResponse) => response.end(),
        ]) {
          const { events, packed } = await begin(packing);
          await packed.send(delta('Kept.'));
          assert.equal(await nextText(events), 'Kept.');
          breakOff(packed.response);
          assert.equal(failureOf(await rest(events)).kind, 'connection');
        }
      });

      it('is complete with its last event, whether or not its packing is', async () => {
        const { events, packed } = await begin(packing);
        await packed.send(delta('All.') + tail);
        packed.response.end();
        const all = await rest(events);
        assert.equal(textOf(all), 'All.');
        assert.equal(outcomeOf(all).kind, 'done');
      });

      it('of bytes that are not packed fails before it begins, and may be tried again', async () => {
        for (const body of [head + delta('Plain.') + tail, '']) {
          const failure = await failureAfter((response) => {
            const headers = { 'content-type': 'text/event-stream' };
            response.writeHead(200, { ...headers, 'content-encoding': packing.name });
            response.end(body);
          });
          assert.equal(failure.kind, 'protocol', failure.message);
          assert.equal(failure.canRetry, true);
        }
      });

      it('tells of an error in it', async () => {
        const { kind, message } = await failureAfter((response) => {
          const packer = packing.create();
          response.writeHead(400, { 'content-encoding': packing.name });
          packer.pipe(response);
          const error = { type: 'invalid_request_error', message: 'It is too long.' };
          packer.end(JSON.stringify({ type: 'error', error }));
        });
        assert.equal(kind, 'invalidRequest');
        assert.match(message, /It says: It is too long\.$/);
      });

      it('closes its connection when its reader leaves', async () => {
        const { events, packed } = await begin(packing);
        const closed = new Promise((resolve) => packed.response.once('close', resolve));
        await events.return?.();
        await closed;
      });
    });
  }
});
