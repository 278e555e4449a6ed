import assert from 'node:assert/strict';
import type { HrTime } from '@opentelemetry/api';
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { otlpMetrics, otlpTraces } from '../../../../src/core/telemetry/otlp.ts';
import type { SpanRecord } from '../../../../src/core/telemetry/recordingSpan.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestTelemetry } from '../../../support/tracing.ts';

type OfficialSpan = Parameters<typeof JsonTraceSerializer.serializeRequest>[0][number];
type OfficialMetrics = Parameters<typeof JsonMetricsSerializer.serializeRequest>[0];
type OfficialMetric = OfficialMetrics['scopeMetrics'][number]['metrics'][number];

const version = '1.2.3';
const resource = resourceFromAttributes({
  'service.name': 'slipstream',
  'service.version': version,
});
const scope = { name: 'slipstream', version };

function hrTime(wallTimeMs: number): HrTime {
  const seconds = Math.floor(wallTimeMs / 1_000);
  return [seconds, Math.round((wallTimeMs - seconds * 1_000) * 1_000_000)];
}

/** The same span as the official SDK has it. */
function official(span: SpanRecord): OfficialSpan {
  const context = (spanId: string) => ({ traceId: span.traceId, spanId, traceFlags: 1 });
  const { parentSpanId, durationMs = 0 } = span;
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context(span.spanId),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: context(parentSpanId) }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.startMs + durationMs),
    duration: hrTime(durationMs),
    status: { code: span.isError ? 2 : 0 },
    attributes: span.attributes,
    events: span.events.map(({ name, atMs, attributes = {} }) => ({
      name,
      time: hrTime(atMs),
      attributes,
      droppedAttributesCount: 0,
    })),
    links: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function decoded(bytes: Uint8Array | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function withSpans(test: (telemetry: Telemetry) => void): Promise<void> {
  const clock = new FakeClock();
  const telemetry = createTestTelemetry(clock, { capturesContent: () => true });
  try {
    const root = telemetry.begin('turn', {
      attributes: { 'slipstream.request.surface': 'chat', list: ['a', 'b'], 'share.of': 0.25 },
    });
    const request = root?.child('chat claude-sonnet-5-5', { tokens: 12, 'is.it': true }, 2);
    request?.content('input', () => 'what the user wrote');
    await clock.advance(12.5);
    request?.span.addEvent('slipstream.first_token', { after: 1 });
    request?.failAs('overloaded');
    request?.end();
    root?.child('still running');
    root?.end();
    test(telemetry);
  } finally {
    telemetry.dispose();
  }
}

describe('OTLP', () => {
  it('is what the official serializer makes of the same spans', () =>
    withSpans(({ spans }) => {
      const ended = spans.all().filter(({ durationMs }) => durationMs !== undefined);
      assert.equal(ended.length, 2);
      const ours: unknown = JSON.parse(JSON.stringify(otlpTraces(spans.all(), { version })));
      const theirs = JsonTraceSerializer.serializeRequest(ended.map(official));
      assert.deepEqual(ours, decoded(theirs));
      // The official types take them all.
      assert.ok(ProtobufTraceSerializer.serializeRequest(ended.map(official)));
    }));

  it('never has captured content in it', () =>
    withSpans(({ spans }) => {
      assert.ok(spans.all().some(({ content }) => content?.['input'] !== undefined));
      assert.doesNotMatch(JSON.stringify(otlpTraces(spans.all(), { version })), /the user wrote/);
    }));

  it('has figures as exponential histograms, as the official serializer does', () =>
    withSpans(({ metrics }) => {
      const points = metrics.read({ operation: 'turn' });
      const [point] = points;
      assert.ok(point);
      const { buckets, ...figures } = point.histogram;
      const offset = buckets[0]?.[0] ?? 0;
      const bucketCounts = buckets.map(([, count]) => count);
      const metric = {
        descriptor: { name: 'slipstream.duration', description: '', unit: 'ms', valueType: 1 },
        aggregationTemporality: 0,
        dataPointType: 1,
        dataPoints: [
          {
            startTime: hrTime(point.atMs),
            endTime: hrTime(point.atMs + 60_000),
            attributes: { 'slipstream.operation': 'turn', 'slipstream.surface': 'chat' },
            value: {
              ...figures,
              scale: 5,
              positive: { offset, bucketCounts },
              negative: { offset: 0, bucketCounts: [] },
            },
          },
        ],
      } satisfies OfficialMetric;
      const theirs = JsonMetricsSerializer.serializeRequest({
        resource,
        scopeMetrics: [{ scope, metrics: [metric] }],
      });
      const ours: unknown = JSON.parse(JSON.stringify(otlpMetrics(points, 60_000, { version })));
      assert.deepEqual(ours, decoded(theirs));
    }));
});
