import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../../../../src/base/clock.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { ModelEvent } from '../../../../src/core/model/request.ts';
import { createTransport, type Transport } from '../../../../src/core/model/transport.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import { answer, text } from '../../../support/messagesServerScript.ts';
import { createSelfSigned } from '../../../support/selfSigned.ts';
import { startTlsFront, type TlsFront } from '../../../support/tlsFront.ts';
import { aRequest, collect, failureOf, outcomeOf, textOf, typesOf } from './gatewayKit.ts';

/** Breaks off in silence. */
const stalled = { fault: { kind: 'stall', after: { deltas: 1 } } } as const;
const never = new AbortController().signal;

describe('A certificate that Node does not know', () => {
  const certificate = createSelfSigned();
  let server: MessagesServer;
  let front: TlsFront;
  let transport: Transport;
  /** What the machine trusts. */
  let machine: readonly string[];
  let asked: number;

  beforeEach(async () => {
    machine = [certificate.cert];
    asked = 0;
    server = await MessagesServer.start();
    front = await startTlsFront(server.port, certificate);
    transport = createTransport({
      clock: systemClock,
      catalogue: await loadCatalogue(),
      version: '9.8.7',
      moreAuthorities: () => {
        asked += 1;
        return machine;
      },
    });
  });

  afterEach(async () => {
    transport.dispose();
    await front.stop();
    await server.stop();
  });

  function stream(to: TlsFront = front): AsyncIterable<ModelEvent> {
    const { endpoint } = to;
    const connection = { kind: 'anthropic', endpoint, apiKey: server.apiKey } as const;
    return transport.stream(aRequest(), connection, never);
  }

  it('is accepted where the machine knows it, which is asked once', async () => {
    server.respond(() => text('Trusted.'));
    const both = await Promise.all([collect(stream()), collect(stream())]);
    assert.deepEqual(both.map(textOf), ['Trusted.', 'Trusted.']);
    assert.equal(asked, 1);
    assert.deepEqual(front.handshakes, { accepted: 2, refused: 2 });
    assert.equal(textOf(await collect(stream())), 'Trusted.');
    assert.deepEqual(front.handshakes, { accepted: 2, refused: 2 }, 'the connection is kept');
    assert.equal(server.messageRequests.length, 3);
  });

  it('is refused where the machine does not know it either, before anything is sent', async () => {
    machine = [createSelfSigned().cert];
    for (const _ of [1, 2]) {
      const { kind, message, canRetry } = failureOf(await collect(stream()));
      assert.deepEqual({ kind, canRetry }, { kind: 'connection', canRetry: false });
      const host = new URL(front.endpoint).host;
      assert.match(message, new RegExp(`^The certificate of ${host} was not accepted \\(`));
      assert.match(message, /must be trusted by this machine\.$/);
    }
    assert.equal(asked, 1);
    assert.equal(front.handshakes.accepted, 0);
    assert.deepEqual(server.requests, []);
  });

  it('is accepted once the user lets the machine’s certificates count', async () => {
    machine = [];
    assert.match(failureOf(await collect(stream())).message, /certificate/);
    machine = [certificate.cert];
    assert.equal(outcomeOf(await collect(stream())).kind, 'done');
  });

  it('leaves an answer alone that another server is giving', async () => {
    const known = createSelfSigned();
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, known.cert]);
    const other = await startTlsFront(server.port, known);
    try {
      server.reply(answer(text('From the other. '.repeat(20)), stalled));
      const events: ModelEvent[] = [];
      const reading = (async () => {
        for await (const event of stream(other)) {
          events.push(event);
        }
      })();
      await server.received(1);
      server.respond(() => text('Trusted.'));
      assert.equal(textOf(await collect(stream())), 'Trusted.');
      assert.equal(asked, 1);
      assert.equal(typesOf(events).includes('textDelta'), true);
      assert.equal(typesOf(events).includes('ended'), false);
      transport.dispose();
      await reading;
    } finally {
      setDefaultCACertificates(before);
      await other.stop();
    }
  });
});
