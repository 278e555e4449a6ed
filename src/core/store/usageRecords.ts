import { noUsage, type Usage } from '../model/message.ts';
import type { ModelRequest, Priority, Surface } from '../model/request.ts';
import type { SqlRow, SqlValue } from './database.ts';

/** One try of a request that may be billed, before it goes out. */
export interface NewUsageCall {
  readonly requestId: ModelRequest['id'];
  readonly surface: Surface;
  readonly priority: Priority;
  readonly model: string;
  readonly threadId?: string;
  /** Host and port. */
  readonly endpoint: string;
}

/** How a call ended. */
export interface UsageCallEnd {
  readonly outcome: 'done' | 'cancelled' | 'failed';
  readonly usage: Usage;
  /** US dollars; undefined where no price is known. */
  readonly costUsd: number | undefined;
  /** Host and port that answered, where that is known better now. */
  readonly endpoint?: string;
  /** Until the first text, thinking or tool input; absent where none came. Milliseconds. */
  readonly firstTokenMs?: number;
  readonly durationMs: number;
}

/** A row of the ledger. */
export interface UsageCall extends NewUsageCall {
  readonly id: string;
  /** Of the window that made it. */
  readonly sessionId: string;
  readonly workspace: string;
  /** The user's own calendar when it began, as `2030-12-31`. */
  readonly day: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** US dollars, told before it went out; undefined where no price is known. */
  readonly estimateUsd: number | undefined;
  /** Absent while it runs. */
  readonly end?: UsageCallEnd;
}

export type UsagePeriod = 'session' | 'day' | 'month';

/** What was spent in the running session, day or month on one surface with one model. */
export interface UsageTotals {
  readonly period: UsagePeriod;
  readonly surface: string;
  readonly model: string;
  readonly calls: number;
  /** Those that have no end yet, with those whose window died before it came. */
  readonly running: number;
  /** Those that have ended with tokens that were counted. */
  readonly answered: number;
  /** Those answered whose price is not known. */
  readonly unpriced: number;
  /** Costs, and the estimates of what runs. US dollars. */
  readonly usd: number;
  readonly usage: Usage;
}

/** What one call adds to the totals of each period that it belongs to. */
export function shareOf(call: UsageCall): Omit<UsageTotals, 'period'> {
  const { surface, model, end, estimateUsd } = call;
  const usage = end?.usage ?? noUsage;
  const isAnswered =
    usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens > 0;
  return {
    surface,
    model,
    calls: 1,
    running: end ? 0 : 1,
    answered: isAnswered ? 1 : 0,
    unpriced: isAnswered && end?.costUsd === undefined ? 1 : 0,
    usd: (end ? end.costUsd : estimateUsd) ?? 0,
    usage,
  };
}

/** The day of the user's own calendar, as `2030-12-31`. */
export function localDay(wallTimeMs: number): string {
  const date = new Date(wallTimeMs);
  const month = String(date.getMonth() + 1).padStart(2, '0');
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, '0')}`;
}

/** The month of a day, as `2030-12`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

export function usageCallRow(call: UsageCall): Readonly<Record<string, SqlValue>> {
  const { end } = call;
  const usage = end?.usage ?? noUsage;
  return {
    id: call.id,
    request_id: call.requestId,
    session_id: call.sessionId,
    surface: call.surface,
    priority: call.priority,
    model: call.model,
    endpoint: end?.endpoint ?? call.endpoint,
    thread_id: call.threadId ?? null,
    workspace: call.workspace,
    day: call.day,
    started_at: call.startedAt,
    // Not every server counts in whole tokens, which the columns insist on.
    input_tokens: Math.round(usage.inputTokens),
    output_tokens: Math.round(usage.outputTokens),
    cache_read_tokens: Math.round(usage.cacheReadTokens),
    cache_write_tokens: Math.round(usage.cacheWriteTokens),
    thinking_tokens: Math.round(usage.thinkingTokens),
    estimate_usd: call.estimateUsd ?? null,
    cost_usd: end?.costUsd ?? null,
    first_token_ms: end?.firstTokenMs ?? null,
    duration_ms: end?.durationMs ?? null,
    outcome: end?.outcome ?? 'running',
  };
}

/** A call that has ended, from its row. */
export function usageCallOf(row: SqlRow): UsageCall {
  const optional = (column: string): number | undefined =>
    row[column] === null ? undefined : Number(row[column]);
  const threadId = row['thread_id'];
  const firstTokenMs = optional('first_token_ms');
  const end: UsageCallEnd = {
    outcome: row['outcome'] as UsageCallEnd['outcome'],
    usage: usageOf(row),
    costUsd: optional('cost_usd'),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    durationMs: Number(row['duration_ms']),
  };
  return {
    id: String(row['id']),
    requestId: String(row['request_id']),
    sessionId: String(row['session_id']),
    surface: row['surface'] as Surface,
    priority: row['priority'] as Priority,
    model: String(row['model']),
    endpoint: String(row['endpoint'] ?? ''),
    ...(typeof threadId === 'string' ? { threadId } : {}),
    workspace: String(row['workspace']),
    day: String(row['day']),
    startedAt: Number(row['started_at']),
    estimateUsd: optional('estimate_usd'),
    end,
  };
}

export function readUsageTotals(row: SqlRow): UsageTotals {
  const period = String(row['period']);
  return {
    period: period.startsWith('day/') ? 'day' : period.startsWith('month/') ? 'month' : 'session',
    surface: String(row['surface']),
    model: String(row['model']),
    calls: Number(row['calls']),
    running: Number(row['running']),
    answered: Number(row['answered']),
    unpriced: Number(row['unpriced']),
    usd: Number(row['usd']),
    usage: usageOf(row),
  };
}

function usageOf(row: SqlRow): Usage {
  return {
    inputTokens: Number(row['input_tokens']),
    outputTokens: Number(row['output_tokens']),
    cacheReadTokens: Number(row['cache_read_tokens']),
    cacheWriteTokens: Number(row['cache_write_tokens']),
    thinkingTokens: Number(row['thinking_tokens']),
  };
}
