/**
 * OTLP's JSON (opentelemetry-proto 1.x), written by hand: spans and exponential histograms are all we
 * have. The official exporters are 392 kB minified against 5 kB, bring a whole metrics SDK along, and
 * take endpoint and headers from environment variables, which nobody set for Slipstream. A test
 * compares the result with the official serializer's. Captured content is never in it.
 */
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { histogramScale } from './exponentialHistogram.ts';
import type { MetricPoint } from './metricKey.ts';
import type { SpanRecord } from './recordingSpan.ts';

export interface OtlpResource {
  readonly version: string;
}

const scopeName = 'slipstream';
const errorStatusCode = 2;
/** OTLP counts kinds from 1, the API from 0. */
const kindOffset = 1;
const sampledFlag = 0x1;
/** That it is known whether the parent is remote. */
const flags = sampledFlag | 0x100;
const deltaTemporality = 1;

/** One `ExportTraceServiceRequest`. Spans under way are left out. */
export function otlpTraces(spans: readonly SpanRecord[], resource: OtlpResource): object {
  return {
    resourceSpans: [
      {
        resource: otlpResource(resource),
        scopeSpans: [
          {
            scope: { name: scopeName, version: resource.version },
            spans: spans.filter(({ durationMs }) => durationMs !== undefined).map(otlpSpan),
          },
        ],
      },
    ],
  };
}

/** One `ExportMetricsServiceRequest`, of what came in minutes or hours of this length. */
export function otlpMetrics(
  points: readonly MetricPoint[],
  periodMs: number,
  resource: OtlpResource,
): object {
  const byName = new Map<string, MetricPoint[]>();
  for (const point of points) {
    byName.set(point.key.name, [...(byName.get(point.key.name) ?? []), point]);
  }
  const metrics = [...byName].map(([name, own]) => ({
    name: `${scopeName}.${name}`,
    description: '',
    unit: units[name] ?? '1',
    exponentialHistogram: {
      aggregationTemporality: deltaTemporality,
      dataPoints: own.map((point) => otlpPoint(point, periodMs)),
    },
  }));
  return {
    resourceMetrics: [
      {
        resource: otlpResource(resource),
        scopeMetrics: [{ scope: { name: scopeName, version: resource.version }, metrics }],
      },
    ],
  };
}

/** By UCUM, as OTLP wants units. */
const units: Readonly<Record<string, string>> = {
  duration: 'ms',
  timeToFirstToken: 'ms',
  tokensPerSecond: '{token}/s',
  inputTokens: '{token}',
  outputTokens: '{token}',
  cacheReadTokens: '{token}',
  cacheWriteTokens: '{token}',
  cost: 'USD',
};

function otlpResource({ version }: OtlpResource): object {
  const attributes = { 'service.name': scopeName, 'service.version': version };
  return { attributes: otlpAttributes(attributes), droppedAttributesCount: 0 };
}

function otlpSpan(span: SpanRecord): object {
  const endMs = span.startMs + (span.durationMs ?? 0);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: span.kind + kindOffset,
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: otlpAttributes(span.attributes),
    droppedAttributesCount: 0,
    events: span.events.map(({ name, atMs, attributes }) => ({
      name,
      timeUnixNano: nanoseconds(atMs),
      attributes: otlpAttributes(attributes ?? {}),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: 0,
    status: { code: span.isError ? errorStatusCode : 0 },
    links: [],
    droppedLinksCount: 0,
    flags,
  };
}

function otlpPoint({ key, atMs, histogram }: MetricPoint, periodMs: number): object {
  const { name: _name, ...labels } = key;
  const attributes = Object.fromEntries(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .map(([label, value]) => [`${scopeName}.${label}`, value]),
  );
  const first = histogram.buckets[0]?.[0] ?? 0;
  const last = histogram.buckets.at(-1)?.[0] ?? -1;
  const bucketCounts = Array.from({ length: last - first + 1 }, () => 0);
  for (const [index, count] of histogram.buckets) {
    bucketCounts[index - first] = count;
  }
  return {
    attributes: otlpAttributes(attributes),
    startTimeUnixNano: nanoseconds(atMs),
    timeUnixNano: nanoseconds(atMs + periodMs),
    count: histogram.count,
    sum: histogram.sum,
    min: histogram.min,
    max: histogram.max,
    scale: histogramScale,
    zeroCount: histogram.zeroCount,
    positive: { offset: first, bucketCounts },
    negative: { offset: 0, bucketCounts: [] },
  };
}

/** 64 bits do not fit a JSON number: OTLP has them as text. */
function nanoseconds(wallTimeMs: number): string {
  const wholeMs = Math.floor(wallTimeMs);
  const rest = Math.round((wallTimeMs - wholeMs) * 1_000_000);
  return String(BigInt(wholeMs) * 1_000_000n + BigInt(rest));
}

function otlpAttributes(attributes: Attributes): readonly object[] {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => ({ key, value: otlpValue(value) }));
}

function otlpValue(value: AttributeValue | null | undefined): object {
  if (Array.isArray(value)) {
    return { arrayValue: { values: value.map((one) => otlpValue(one)) } };
  }
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
    case 'boolean':
      return { boolValue: value };
    default:
      return { stringValue: String(value) };
  }
}
