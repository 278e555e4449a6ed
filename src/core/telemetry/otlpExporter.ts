import type { Clock } from '../../base/clock.ts';
import { toError, UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { Metrics } from './metrics.ts';
import { minuteMs } from './metrics.ts';
import { otlpMetrics, otlpTraces } from './otlp.ts';
import type { SpanRecord } from './recordingSpan.ts';

/** Where spans and figures are sent, as the user has set it. */
export interface OtlpTarget {
  /** Base address of a collector, to which `/v1/traces` and `/v1/metrics` are added. */
  readonly endpoint: string;
  /** Credentials for that address. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  readonly fetch: typeof globalThis.fetch;
}

export interface OtlpExporterOptions extends OtlpTarget {
  readonly clock: Clock;
  /** Slipstream's own. */
  readonly version: string;
  readonly metrics: Metrics;
  /** Told once while sending fails. */
  readonly onProblem: (error: unknown) => void;
}

/** As the official batch processor has it. */
const batchPeriodMs = 5_000;
const maxBatchSpans = 512;
/** Some minutes of an agent: more is dropped while the collector cannot be reached, oldest first. */
const maxQueuedSpans = 8_192;
const longestPauseMs = 5 * minuteMs;
const requestLimitMs = 10_000;
/** What OTLP/HTTP says may be sent again. */
const retryableStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

class CollectorBusyError extends Error {
  override readonly name = 'CollectorBusyError';
}

/**
 * Sends spans and figures by OTLP/HTTP with JSON, every few seconds while there are any. What is
 * recorded less than that before the end is not sent. Captured content never is.
 */
export class OtlpExporter implements Disposable {
  private readonly options: OtlpExporterOptions;
  private readonly resources = new ResourceManager('otlpExporter');
  private readonly signal: AbortSignal;
  private queue: SpanRecord[] = [];
  private timer: Disposable | undefined;
  private pauseMs = batchPeriodMs;
  private sentUntilMs: number;
  private hasTold = false;

  constructor(options: OtlpExporterOptions) {
    this.options = options;
    this.signal = this.resources.abortController().signal;
    this.sentUntilMs = startOfMinute(options.clock.wallTime());
  }

  /** Takes a span that has ended. */
  add(span: SpanRecord): void {
    if (this.queue.push(span) > maxQueuedSpans) {
      this.queue.shift();
    }
    this.timer ??= this.options.clock.setTimeout(() => void this.send(), this.pauseMs);
  }

  dispose(): void {
    this.timer?.dispose();
    this.queue = [];
    this.resources.dispose();
  }

  /** Never rejects: what fails is told, and tried again where that may help. */
  private async send(): Promise<void> {
    let unsent: readonly SpanRecord[] = this.queue.splice(0, maxBatchSpans);
    try {
      await this.post('traces', otlpTraces(unsent, this.options));
      // They have arrived, whatever becomes of the figures: sent again they would count twice.
      unsent = [];
      await this.sendMetrics();
      this.pauseMs = batchPeriodMs;
      this.hasTold = false;
    } catch (error) {
      this.failed(unsent, error);
    }
    const isOver = this.signal.aborted || this.queue.length === 0;
    this.timer = isOver
      ? undefined
      : this.options.clock.setTimeout(() => void this.send(), this.pauseMs);
  }

  /** The minutes that are over since the last time. */
  private async sendMetrics(): Promise<void> {
    const { clock, metrics } = this.options;
    const toMs = startOfMinute(clock.wallTime());
    const points = metrics.read({ fromMs: this.sentUntilMs, toMs });
    if (points.length > 0) {
      await this.post('metrics', otlpMetrics(points, minuteMs, this.options));
    }
    this.sentUntilMs = toMs;
  }

  private failed(spans: readonly SpanRecord[], error: unknown): void {
    if (this.signal.aborted) {
      return;
    }
    if (error instanceof CollectorBusyError) {
      this.queue = [...spans, ...this.queue].slice(-maxQueuedSpans);
      this.pauseMs = Math.min(this.pauseMs * 2, longestPauseMs);
    }
    if (!this.hasTold) {
      this.hasTold = true;
      this.options.onProblem(error);
    }
  }

  private async post(kind: 'traces' | 'metrics', message: object): Promise<void> {
    const { endpoint, headers, fetch } = this.options;
    const credentials = await headers();
    const limit = AbortSignal.timeout(requestLimitMs);
    const response = await fetch(addressOf(endpoint, kind), {
      method: 'POST',
      headers: { ...credentials, 'content-type': 'application/json' },
      body: JSON.stringify(message),
      // Credentials are for this address alone.
      redirect: 'error',
      signal: AbortSignal.any([this.signal, limit]),
    }).catch((error: unknown) => {
      throw new CollectorBusyError(`${kind} could not be sent: ${toError(error).message}`);
    });
    // Read to its end, so that the connection is free again.
    await response.arrayBuffer();
    if (retryableStatuses.has(response.status)) {
      throw new CollectorBusyError(`The collector answered ${response.status}.`);
    }
    if (!response.ok) {
      throw new UserError(
        `The collector at ${new URL(endpoint).host} does not take ${kind}: status ${response.status}. Check the setting slipstream.telemetry.otlpEndpoint and the headers.`,
      );
    }
  }
}

function addressOf(endpoint: string, kind: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/${kind}`;
}

function startOfMinute(wallTimeMs: number): number {
  return Math.floor(wallTimeMs / minuteMs) * minuteMs;
}
