import { formatTraceparent } from '../../../shared/traceparent.ts';
import { genAi, slipstream } from '../../telemetry/genAiAttributes.ts';
import { operation } from '../../telemetry/spanNames.ts';
import type { TraceScope } from '../../telemetry/traceScope.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import { costUsd, type PriceCard } from '../catalogue.ts';
import { addUsage, noUsage, type Usage } from '../message.ts';
import { batchPriceShare } from './bulkEstimate.ts';
import { hashOf } from './bulkParts.ts';

const traceIdLength = 32;
const spanIdLength = 16;

/**
 * Begins what is done for a job in this window. All of it is one trace, whichever windows worked on the
 * job: the trace's id follows from the job's, which outlives them.
 */
export function beginJobTrace(
  tracing: Tracing | undefined,
  jobId: string,
  name: string = operation.bulkJob,
): TraceScope | undefined {
  const digits = hashOf(jobId);
  const traceparent = formatTraceparent({
    traceId: digits.slice(0, traceIdLength),
    spanId: digits.slice(traceIdLength, traceIdLength + spanIdLength),
  });
  return tracing?.begin(name, { traceparent, attributes: { [slipstream.surface]: 'bulk' } });
}

/** The provider works on what it was sent, and is asked again after a while. */
export function awaitProvider(trace: TraceScope | undefined): void {
  trace?.enter(operation.bulkWait, { [slipstream.isProviderTime]: true });
}

/** What a request of a batch costs, US dollars; undefined where no price is known. */
export function batchCostUsd(usage: Usage, prices: PriceCard | undefined): number | undefined {
  const usd = costUsd(usage, prices);
  return usd === undefined ? undefined : usd * batchPriceShare;
}

/** What the answers of a batch used together, for its span. */
export class BatchTotals {
  private usage: Usage = noUsage;
  private usd: number | undefined;
  private count = 0;

  add(usage: Usage, usd: number | undefined): void {
    this.count += 1;
    this.usd = usd === undefined ? this.usd : (this.usd ?? 0) + usd;
    this.usage = addUsage(this.usage, usage);
  }

  tell(trace: TraceScope | undefined): void {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = this.usage;
    trace?.set({
      [slipstream.requestCount]: this.count,
      [genAi.usageInputTokens]: inputTokens + cacheReadTokens + cacheWriteTokens,
      [genAi.usageOutputTokens]: outputTokens,
      [genAi.usageCacheReadTokens]: cacheReadTokens,
      [genAi.usageCacheWriteTokens]: cacheWriteTokens,
      ...(this.usd === undefined ? {} : { [slipstream.costUsd]: this.usd }),
    });
  }
}
