import { noUsage } from '../../../../../src/core/model/message.ts';
import type { UsageCall, UsageCallEnd } from '../../../../../src/core/store/usageRecords.ts';

/** A call that has ended, in December 2030 unless told otherwise. */
export function usageCall(
  id: string,
  end: Pick<UsageCallEnd, 'costUsd'>,
  day = '2030-12-31',
): UsageCall {
  return {
    id,
    requestId: `request ${id}`,
    sessionId: 'session',
    surface: 'chat',
    priority: 'interactive',
    model: 'claude-test',
    endpoint: 'localhost:1',
    workspace: 'w',
    day,
    startedAt: 1_000,
    estimateUsd: 0.5,
    end: { outcome: 'done', usage: noUsage, durationMs: 12, ...end },
  };
}
