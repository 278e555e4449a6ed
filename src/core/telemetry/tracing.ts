import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { MetricKey } from './metricKey.ts';
import type { TraceScope } from './traceScope.ts';

export interface OperationOptions {
  readonly attributes?: Attributes;
  readonly kind?: SpanKind;
  /** Where another process began the operation, as a `traceparent`. What is none is ignored. */
  readonly traceparent?: string | undefined;
}

/** Where operations begin their traces. Implemented by `Telemetry`. */
export interface Tracing {
  /** The root of an operation, or undefined while tracing is off. The caller ends it. */
  begin(name: string, options?: OperationOptions): TraceScope | undefined;
  /** Counts one more, for what is too quick and too frequent for a span. */
  count(key: Pick<MetricKey, 'name' | 'operation'> & Partial<MetricKey>): void;
}

/** For parts that nobody traces. */
export const noTracing: Tracing = { begin: () => undefined, count: () => undefined };
