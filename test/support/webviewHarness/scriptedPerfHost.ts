import { UserError } from '../../../src/base/errors.ts';
import type {
  PerfData,
  PerfRequests,
  PerfSection,
  RequestRow,
  SeriesView,
  TraceView,
} from '../../../src/shared/perf.ts';
import type { RequestHandlers } from '../../../src/shared/requestTable.ts';

/** A fixed moment, so that pictures are alike. */
const startedAt = Date.UTC(2030, 0, 1, 9, 0, 0);
const surfaces = ['Chat', 'Completion', 'Code action', 'Summary'];
const models = ['Claude Haiku 5.5', 'Claude Sonnet 5.5', 'Claude Opus 5.5'];

/** Answers the performance panel from made-up figures, and remembers what it was asked. */
export class ScriptedPerfHost {
  readonly asked: { readonly name: string; readonly params: unknown }[] = [];
  readonly handlers: RequestHandlers<PerfRequests>;
  /** Said instead of every update, where it is set. */
  failure: string | undefined;
  isOn = true;
  private rows: RequestRow[];
  private changes: RequestRow[] = [];
  private sequence = 1;

  constructor(rows: number) {
    this.rows = Array.from({ length: rows }, (_, index) => requestRow(index));
    const note =
      (name: string) =>
      async (params: unknown): Promise<null> => {
        this.asked.push({ name, params });
        return null;
      };
    this.handlers = {
      'perf/update': async (params) => {
        this.asked.push({ name: 'perf/update', params });
        if (this.failure !== undefined) {
          throw new UserError(this.failure);
        }
        return {
          sequence: this.sequence,
          isOn: this.isOn,
          alertCount: 1,
          running: [
            {
              id: 'run-1',
              title: 'Chat turn',
              phase: 'waiting for the first word',
              startedAt: Date.now() - 1_800,
              traceId: 'trace-1',
            },
          ],
          data: this.dataOf(params.section, params.since),
        };
      },
      'perf/trace': async ({ traceId }) => (traceId === 'trace-gone' ? null : trace(traceId)),
      'perf/copyTrace': note('perf/copyTrace'),
      'perf/openThread': note('perf/openThread'),
      'perf/export': note('perf/export'),
      'perf/clear': async (params) => {
        this.rows = [];
        this.sequence += 1;
        return await note('perf/clear')(params);
      },
      'perf/openReport': note('perf/openReport'),
      'perf/openSettings': note('perf/openSettings'),
      'perf/snoozeAlert': note('perf/snoozeAlert'),
    };
  }

  /** Another request has ended. */
  addRow(): void {
    const row = requestRow(this.rows.length);
    this.rows.push(row);
    this.changes.push(row);
    this.sequence += 1;
  }

  private dataOf(section: PerfSection, since: number): PerfData {
    if (section !== 'requests') {
      return sections[section];
    }
    if (since === 0) {
      this.changes = [];
      return { section, isWhole: true, rows: this.rows };
    }
    return { section, isWhole: false, rows: this.changes.splice(0) };
  }
}

function requestRow(index: number): RequestRow {
  const isFailed = index % 17 === 5;
  const isCached = index % 9 === 4;
  return {
    id: `request-${index}`,
    traceId: index % 23 === 7 ? 'trace-gone' : `trace-${index}`,
    threadId: `thread-${index % 3}`,
    startedAt: startedAt + index * 7_000,
    surface: surfaces[index % surfaces.length] ?? '',
    model: models[index % models.length] ?? '',
    ...(isFailed ? {} : { firstTokenMs: isCached ? 1 : 180 + ((index * 37) % 900) }),
    durationMs: isCached ? 3 : 400 + ((index * 131) % 9_000),
    inputTokens: 1_200 + ((index * 977) % 60_000),
    cacheReadTokens: index % 4 === 0 ? 1_100 : 0,
    outputTokens: isFailed ? 0 : 40 + ((index * 53) % 2_000),
    ...(index % 11 === 3 ? {} : { costUsd: ((index * 7) % 90) / 1_000 }),
    source: isCached ? 'disk' : 'model',
    outcome: isFailed ? 'failed' : index % 29 === 8 ? 'cancelled' : 'done',
    ...(isFailed ? { failure: 'The model is overloaded.' } : {}),
  };
}

function trace(traceId: string): TraceView {
  const span = (
    id: string,
    parentId: string | undefined,
    name: string,
    startMs: number,
    durationMs: number,
  ): TraceView['spans'][number] => ({
    id,
    ...(parentId === undefined ? {} : { parentId }),
    name,
    startMs,
    durationMs,
    isUserTime: name === 'Approval',
    isProviderTime: false,
    isError: name === 'run_command',
    isRunning: false,
    attributes: [
      ['gen_ai.request.model', 'claude-sonnet-5-5'],
      ['slipstream.request.surface', 'chat'],
    ],
  });
  return {
    traceId,
    title: 'Chat turn',
    startedAt,
    durationMs: 8_400,
    threadId: 'thread-1',
    modelReason: 'Claude Sonnet 5.5, because the task is of middling difficulty.',
    cacheMissCause: 'tools changed',
    spans: [
      span('a', undefined, 'Chat turn', 0, 8_400),
      span('b', 'a', 'Context', 0, 40),
      span('c', 'a', 'Request', 40, 2_600),
      span('d', 'c', 'Queue', 42, 12),
      span('e', 'c', 'Connection', 54, 38),
      span('f', 'c', 'First word', 92, 840),
      span('g', 'c', 'Streaming', 932, 1_700),
      span('h', 'a', 'Approval', 2_650, 3_900),
      span('i', 'a', 'run_command', 6_550, 1_200),
      span('j', 'a', 'Request', 7_760, 640),
    ],
  };
}

const series: SeriesView = {
  times: Array.from({ length: 60 }, (_, index) => startedAt + index * 60_000),
  lines: ['p50', 'p95', 'p99'].map((name, line) => ({
    name,
    values: Array.from({ length: 60 }, (_, index) =>
      index % 13 === 6 ? null : 400 * (line + 1) + Math.round(300 * Math.sin(index / 5 + line)),
    ),
  })),
};

const spending = (name: string, costUsd?: number) => ({
  name,
  calls: 412,
  inputTokens: 1_240_000,
  outputTokens: 86_000,
  ...(costUsd === undefined ? {} : { costUsd }),
});

const sections: Readonly<Record<Exclude<PerfSection, 'requests'>, PerfData>> = {
  latency: {
    section: 'latency',
    latency: {
      series,
      rows: [
        {
          operation: 'Request',
          surface: 'Chat',
          count: 340,
          p50Ms: 820,
          p95Ms: 4_200,
          p99Ms: 9_800,
        },
        {
          operation: 'Request',
          surface: 'Completion',
          count: 2_140,
          p50Ms: 210,
          p95Ms: 480,
          p99Ms: 900,
        },
        {
          operation: 'Tool: search',
          surface: 'Chat',
          count: 96,
          p50Ms: 34,
          p95Ms: 120,
          p99Ms: 480,
        },
      ],
    },
  },
  cost: {
    section: 'cost',
    cost: {
      budgets: [
        { name: 'Today', spentUsd: 3.2, limitUsd: 25 },
        { name: 'This month', spentUsd: 221.4, limitUsd: 250 },
        { name: 'This window', spentUsd: 0.84 },
      ],
      series: {
        ...series,
        lines: series.lines.slice(0, 1).map((line) => ({ ...line, name: 'Chat' })),
      },
      tokens: {
        ...series,
        lines: ['Sent', 'Of these from the provider’s cache', 'Written'].map((name, at) => ({
          name,
          values: (series.lines[0]?.values ?? []).map(
            (value) => (value ?? 0) * (40 / (at * 2 + 1)),
          ),
        })),
      },
      bySurface: [spending('Chat', 2.4), spending('Completion', 0.3)],
      byModel: [spending('Claude Sonnet 5.5', 2.1), spending('qwen2.5-coder')],
      byThread: [spending('Why is the total off by a cent?', 0.9)],
      byMember: [
        { name: 'anna', calls: 1_240, costUsd: 31.4 },
        { name: 'ben', calls: 410, costUsd: 9.75 },
      ],
    },
  },
  cache: {
    section: 'cache',
    cache: {
      savedMs: 182_000,
      savedUsd: 1.42,
      tiers: [
        {
          name: 'Memory',
          hits: 212,
          misses: 640,
          bytes: 1_400_000,
          limitBytes: 32_000_000,
          evictions: 3,
          savedMs: 128_000,
          savedUsd: 1.01,
        },
        {
          name: 'Disk',
          hits: 88,
          misses: 552,
          bytes: 18_200_000,
          limitBytes: 200_000_000,
          evictions: 0,
          savedMs: 54_000,
          savedUsd: 0.41,
        },
        { name: 'Provider’s prompt cache', hits: 301, misses: 39, savedUsd: 2.9 },
      ],
      sharing: [
        { name: 'Single-flight', used: 41, wasted: 0 },
        { name: 'Prepared prompt cache', used: 12, wasted: 3 },
      ],
    },
  },
  models: {
    section: 'models',
    models: [
      {
        model: 'Claude Haiku 5.5',
        calls: 2_140,
        success: 0.91,
        firstTokenMs: 210,
        tokensPerSecond: 182,
      },
      {
        model: 'Claude Sonnet 5.5',
        calls: 340,
        success: 0.96,
        firstTokenMs: 820,
        tokensPerSecond: 74,
      },
      { model: 'Claude Opus 5.5', calls: 0 },
    ],
  },
  system: {
    section: 'system',
    system: {
      queue: { running: 3, waiting: 2 },
      pools: [
        { name: 'Parsers', created: 6, inUse: 1, idle: 3, waiting: 0, waits: 12, totalWaitMs: 48 },
      ],
      databases: [{ name: 'Threads', queries: 4_210, totalMs: 980, errors: 0, rowsPerBatch: 7.4 }],
      memoryBytes: 212_000_000,
      heapBytes: 64_000_000,
      loopDelayMs: { p50: 1.2, p99: 24, max: 190 },
      openHandles: 14,
      series: {
        ...series,
        lines: series.lines
          .slice(0, 2)
          .map((line, index) => ({ ...line, name: ['Memory', 'Delay'][index] ?? '' })),
      },
    },
  },
  alerts: {
    section: 'alerts',
    alerts: [
      {
        id: 'alert-1',
        severity: 'warning',
        title: 'Answers of Claude Sonnet 5.5 are slow',
        detail:
          'The first word took 3.1 s at the median of the last 20 requests, against 0.8 s this week. The provider is busy; another model or endpoint may be quicker.',
        since: startedAt,
        isSnoozed: false,
        isElsewhere: false,
        traceId: 'trace-4',
      },
      {
        id: 'alert-3',
        severity: 'warning',
        title: '84 % of a limit is spent',
        detail: 'Today: $21.00 of $25.00. Slipstream takes cheaper models where it may choose.',
        since: startedAt - 600_000,
        isSnoozed: false,
        isElsewhere: true,
      },
      {
        id: 'alert-2',
        severity: 'error',
        title: 'One request in four failed',
        detail: '6 of 24 requests failed with “overloaded”.',
        since: startedAt - 6 * 86_400_000,
        endedAt: startedAt - 6 * 86_400_000 + 1_800_000,
        isSnoozed: false,
        isElsewhere: false,
      },
    ],
  },
};
