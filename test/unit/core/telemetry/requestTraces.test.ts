import assert from 'node:assert/strict';
import path from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { CacheKeyGenerator } from '../../../../src/core/cache/cacheKeys.ts';
import { TieredCache } from '../../../../src/core/cache/tieredCache.ts';
import type { GatewayOptions } from '../../../../src/core/model/gateway.ts';
import type { Surface } from '../../../../src/core/model/request.ts';
import { RequestLog } from '../../../../src/core/model/requestLog.ts';
import type { SpanRecord } from '../../../../src/core/telemetry/recordingSpan.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import { explainedShare } from '../../../../src/core/telemetry/traceTree.ts';
import { answer, failure, overloaded, text } from '../../../support/messagesServerScript.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';
import { createTestTelemetry, shapeOf } from '../../../support/tracing.ts';
import { type GatewayKit, withGateway } from '../model/gatewayKit.ts';

interface Kit extends GatewayKit {
  readonly telemetry: Telemetry;
  readonly log: RequestLog;
}

async function withTraces(
  test: (kit: Kit) => Promise<void>,
  options: Partial<GatewayOptions> = {},
): Promise<void> {
  const telemetry = createTestTelemetry(systemClock);
  const log = new RequestLog();
  const observing = telemetry.observeRequests(log, () => 0.25);
  try {
    const gateway = { tracer: telemetry.tracer, log, random: () => 1, ...options };
    await withGateway((kit) => test(Object.assign(kit, { telemetry, log })), { gateway });
    assert.deepEqual(telemetry.running(), [], 'everything has ended');
  } finally {
    observing.dispose();
    log.dispose();
    telemetry.dispose();
  }
}

async function withCache(test: (kit: Kit) => Promise<void>): Promise<void> {
  const folder = createTemporaryFolder('traces');
  const cache = new TieredCache({
    clock: systemClock,
    memoryBytes: () => 1_000_000,
    diskBytes: () => 1_000_000,
    diskPath: path.join(folder.path, 'cache.db'),
    onProblem: (error) => assert.fail(String(error)),
  });
  const keys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'o' }));
  try {
    await withTraces(test, { answers: { keys, cache, isEnabled: () => true } });
  } finally {
    cache.dispose();
    folder.dispose();
  }
}

function shapes(telemetry: Telemetry): readonly string[] {
  return telemetry.traces().map(shapeOf);
}

function spanNamed(telemetry: Telemetry, name: string): SpanRecord {
  const spans = telemetry.spans.all();
  return spans.find((span) => span.name === name) ?? assert.fail(`no span ${name}`);
}

function sumOf(telemetry: Telemetry, name: 'cost' | 'cacheHit' | 'singleFlightShared'): number {
  return telemetry.recent({ name }).reduce((sum, { histogram }) => sum + histogram.sum, 0);
}

const model = 'claude-sonnet-5-5';
const minExplainedShare = 0.95;
const surfaces: readonly Surface[] = [
  'chat',
  'completion',
  'codeAction',
  'summary',
  'commitMessage',
  'bulk',
];
const sent = 'connect http.send first_token.wait stream';
const kept = {
  surface: 'codeAction' as const,
  caching: { operation: 'explain', version: 1 },
};

describe('The trace of a request', () => {
  for (const surface of surfaces) {
    it(`comes from the surface ${surface} and passes the stages that there are`, () =>
      withTraces(async ({ server, telemetry, collect }) => {
        server.reply([text('Hello')]);
        await collect({ surface });
        assert.deepEqual(shapes(telemetry), [`chat ${model}(${sent})`]);
        const spans = telemetry.spans.all();
        assert.ok(spans.every((span) => span.surface === surface));
      }));

    it(`is explained by its phases on the surface ${surface}`, () =>
      withTraces(async ({ server, telemetry, collect }) => {
        // So long that a pause of the garbage collector between two phases does not count.
        server.reply(overloaded(), answer([text('Hello')], { firstEventDelayMs: 300 }));
        await collect({ surface });
        const [trace] = telemetry.traces();
        const share = trace ? explainedShare(trace.root, trace.spans, 0) : 0;
        assert.ok(share >= minExplainedShare, `${share}`);
      }));
  }

  it('tells whether a connection was open', () =>
    withTraces(async ({ server, telemetry, collect }) => {
      server.reply([text('One')], [text('Two')]);
      await collect();
      await collect();
      const reused = telemetry.spans
        .all()
        .filter(({ name }) => name === 'http.send')
        .map(({ attributes }) => attributes['slipstream.connection.is_reused']);
      assert.deepEqual(reused, [false, true]);
    }));

  it('tells which way a connection went, and counts both ways apart', () => {
    let way: 'proxy' | 'direct' | undefined;
    return withTraces(
      async ({ server, telemetry, collect }) => {
        for (way of ['proxy', 'direct', undefined] as const) {
          server.reply([text('Hello')]);
          await collect();
        }
        for (const operation of ['connect', 'http.send']) {
          const tiers = telemetry
            .recent({ name: 'duration', operation })
            .map(({ key }) => key.tier);
          assert.deepEqual(tiers, ['proxy', 'direct', ''], operation);
        }
      },
      { wayTo: () => way },
    );
  });

  it('has every try in it, and the wait between them', () =>
    withTraces(async ({ server, telemetry, collect }) => {
      server.reply(overloaded(), [text('Hello')]);
      await collect();
      const [shape] = shapes(telemetry);
      const failed = 'connect http.send first_token.wait';
      assert.equal(shape, `chat ${model}(${failed} retry.wait ${sent})`);
      assert.equal(spanNamed(telemetry, 'retry.wait').attributes['slipstream.attempt'], 2);
    }));

  it('names the kind of a failure', () =>
    withTraces(async ({ server, telemetry, collect }) => {
      server.reply(failure(401, 'authentication_error', { message: 'Wrong.' }));
      await collect();
      const span = spanNamed(telemetry, `chat ${model}`);
      assert.equal(span.isError, true);
      assert.equal(span.attributes['error.type'], 'authentication');
      const [point] = telemetry.recent({ name: 'error' });
      assert.equal(point?.key.operation, 'chat/authentication');
    }));

  it('ends when it is stopped', () =>
    withTraces(async ({ server, telemetry, ask }) => {
      server.reply(answer([text('Hello')], { firstEventDelayMs: 60_000 }));
      const controller = new AbortController();
      const events = ask({}, controller.signal)[Symbol.asyncIterator]();
      const next = events.next();
      await server.received(1);
      assert.equal(telemetry.running()[0]?.root.name, `chat ${model}`);
      controller.abort();
      await next;
      const { attributes } = spanNamed(telemetry, `chat ${model}`);
      assert.equal(attributes['slipstream.request.outcome'], 'cancelled');
    }));

  it('has the tiers of the cache in it, and what was found where', () =>
    withCache(async ({ server, telemetry, log, collect }) => {
      server.reply([text('Hello')]);
      await collect(kept);
      await collect(kept);
      const tiers = 'cache.lookup(cache.tier cache.tier)';
      assert.deepEqual(shapes(telemetry), [
        `chat ${model}(single_flight.wait ${tiers} ${sent})`,
        `chat ${model}(single_flight.wait cache.lookup(cache.tier) stream)`,
      ]);
      const lookups = telemetry.spans.all().filter(({ name }) => name === 'cache.lookup');
      assert.deepEqual(
        lookups.map(({ attributes }) => [
          attributes['slipstream.cache.outcome'],
          attributes['slipstream.cache.tier'],
        ]),
        [
          ['miss', undefined],
          ['hit', 'memory'],
        ],
      );
      assert.deepEqual(
        log.all().map(({ answeredFrom }) => answeredFrom),
        [undefined, 'memory'],
      );
      // One by the request, one by its tier.
      assert.equal(sumOf(telemetry, 'cacheHit'), 2);
      // What came from the cache costs nothing.
      assert.equal(sumOf(telemetry, 'cost'), 0.25);
    }));

  it('tells of a request that another’s call answered', () =>
    withCache(async ({ server, telemetry, collect }) => {
      server.reply(answer([text('Hello')], { firstEventDelayMs: 50 }));
      await Promise.all([collect(kept), collect({ ...kept, id: 'request-2' })]);
      assert.equal(server.messageRequests.length, 1);
      const shared = telemetry.spans
        .all()
        .filter(({ attributes }) => attributes['slipstream.request.is_shared'] === true);
      assert.equal(shared.length, 1);
      assert.equal(sumOf(telemetry, 'singleFlightShared'), 1);
      assert.ok(shapes(telemetry).includes(`chat ${model}(single_flight.wait stream)`));
    }));

  it('is found from the record of the request', () =>
    withTraces(async ({ server, telemetry, log, collect }) => {
      server.reply([text('Hello')]);
      await collect();
      const [record] = log.all();
      assert.ok(record?.traceId);
      assert.equal(telemetry.trace(record.traceId)?.root.name, `chat ${model}`);
    }));
});
