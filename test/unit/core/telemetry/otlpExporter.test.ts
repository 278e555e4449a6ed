import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseOtlpHeaders } from '../../../../src/core/telemetry/otlpHeaders.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestTelemetry } from '../../../support/tracing.ts';

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A collector that answers with these statuses in turn, then with 200. */
class Collector {
  readonly received: Received[] = [];
  private readonly server: Server;

  constructor(statuses: number[] = []) {
    this.server = createServer(async (request, response) => {
      const body = await text(request);
      this.received.push({ path: request.url, headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200, { connection: 'close' });
      response.end('{}');
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Resolves when so many requests have come. */
  async has(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

interface Kit {
  readonly collector: Collector;
  readonly clock: FakeClock;
  readonly problems: string[];
  trace(name: string): void;
  /** Lets the time pass in which a batch is gathered, and what was sent be answered. */
  send(count: number): Promise<void>;
  setEndpoint(endpoint: string): void;
}

async function withCollector(
  test: (kit: Kit) => Promise<void>,
  statuses?: number[],
): Promise<void> {
  const collector = new Collector(statuses);
  let endpoint = await collector.start();
  const clock = new FakeClock();
  const problems: string[] = [];
  const telemetry = createTestTelemetry(clock, {
    capturesContent: () => true,
    onProblem: (error) => problems.push(String(error)),
    otlpTarget: () =>
      endpoint === ''
        ? undefined
        : { endpoint, headers: async () => ({ 'x-key': 'secret' }), fetch: globalThis.fetch },
  });
  // The exporter's chunk is loaded.
  await import('../../../../src/core/telemetry/otlpExporter.ts');
  await settled();
  try {
    await test({
      collector,
      clock,
      problems,
      trace: (name) => {
        const scope = telemetry.begin(name);
        scope?.content('input', () => 'what the user wrote');
        scope?.end();
      },
      send: async (count) => {
        await clock.advance(5_000);
        await collector.has(count);
        await settled();
      },
      setEndpoint: (next) => {
        endpoint = next;
        telemetry.applySettings();
      },
    });
  } finally {
    telemetry.dispose();
    await collector.stop();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('The OTLP exporter', () => {
  it('sends spans together, with headers, and without captured content', () =>
    withCollector(async ({ collector, trace, send }) => {
      trace('one');
      trace('two');
      await send(1);
      const [request] = collector.received;
      assert.equal(request?.path, '/v1/traces');
      assert.equal(request?.headers['x-key'], 'secret');
      assert.equal(request?.headers['content-type'], 'application/json');
      assert.match(request?.body ?? '', /"name":"one".*"name":"two"/);
      assert.doesNotMatch(request?.body ?? '', /the user wrote/);
    }));

  it('sends each minute’s figures once it is over', () =>
    withCollector(async ({ collector, clock, trace, send }) => {
      trace('one');
      await send(1);
      await clock.advance(60_000);
      trace('two');
      await send(3);
      const figures = collector.received.filter(({ path }) => path === '/v1/metrics');
      assert.equal(figures.length, 1);
      assert.match(figures[0]?.body ?? '', /"stringValue":"one"/);
      assert.doesNotMatch(figures[0]?.body ?? '', /"stringValue":"two"/);
    }));

  it('sends again what a busy collector did not take, later, and tells of it once', () =>
    withCollector(
      async ({ collector, clock, problems, trace, send }) => {
        trace('one');
        await send(1);
        await clock.advance(10_000);
        await collector.has(2);
        await settled();
        await clock.advance(20_000);
        await collector.has(3);
        assert.ok(collector.received.every(({ body }) => body.includes('"name":"one"')));
        assert.equal(problems.length, 1);
      },
      [503, 429],
    ));

  it('sends spans once, where the collector is busy with figures alone', () =>
    withCollector(
      async ({ collector, clock, trace, send }) => {
        trace('one');
        await send(1);
        await clock.advance(60_000);
        trace('two');
        await send(3);
        trace('three');
        await clock.advance(10_000);
        await collector.has(5);
        const bodies = collector.received.map(({ path, body }) =>
          path === '/v1/traces' ? body : '',
        );
        for (const name of ['one', 'two', 'three']) {
          const times = bodies.filter((body) => body.includes(`"name":"${name}"`)).length;
          assert.equal(times, 1, name);
        }
        const figures = collector.received.filter(({ path }) => path === '/v1/metrics');
        assert.equal(figures.length, 2, 'figures are sent again');
      },
      [200, 200, 503],
    ));

  it('drops what a collector refuses, and says which setting to check', () =>
    withCollector(
      async ({ collector, clock, problems, trace, send }) => {
        trace('one');
        await send(1);
        await clock.advance(600_000);
        assert.equal(collector.received.length, 1);
        assert.match(problems.join(), /status 401\. Check the setting slipstream\.telemetry/);
      },
      [401],
    ));

  it('sends nothing any more once the setting is empty', () =>
    withCollector(async ({ collector, clock, trace, setEndpoint }) => {
      trace('one');
      setEndpoint('');
      trace('two');
      await clock.advance(60_000);
      await settled();
      assert.deepEqual(collector.received, []);
      assert.equal(clock.pendingTimers, 1, 'the process is still sampled');
    }));
});

describe('The headers of a collector', () => {
  it('are names with values', () => {
    assert.deepEqual(parseOtlpHeaders('x-key=a=b, Authorization=Bearer 1'), {
      'x-key': 'a=b',
      authorization: 'Bearer 1',
    });
    assert.deepEqual(parseOtlpHeaders(' '), {});
  });

  it('can hold nothing that ends a header', () => {
    for (const text of ['x', '=a', 'x=', 'x=a\r\nHost: b', 'x y=1', 'x=é']) {
      assert.equal(parseOtlpHeaders(text), undefined, text);
    }
  });
});
