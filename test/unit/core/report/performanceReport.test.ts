import assert from 'node:assert/strict';
import path from 'node:path';
import { Figures } from '../../../../src/core/report/figures.ts';
import { performanceReport } from '../../../../src/core/report/performanceReport.ts';
import { reportMarkdown, traceMark } from '../../../../src/core/report/reportMarkdown.ts';
import { changeText } from '../../../../src/core/report/trends.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { recompute, runOperations } from '../../../support/recompute.ts';
import {
  historyStart,
  type MadeUpHistory,
  madeUpSpan,
  madeUpTrace,
  reportHistory,
} from '../../../support/reportHistory.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';
import { createTestTelemetry } from '../../../support/tracing.ts';

const hourMs = 60 * 60_000;
const words = { formatTime: (time: number) => new Date(time).toISOString() };

const busyDay: MadeUpHistory = {
  series: [
    { name: 'duration', operation: 'turn', surface: 'chat', count: 30, value: 9_000 },
    { name: 'duration', operation: 'chat', surface: 'chat', count: 60, value: 3_000 },
    { name: 'timeToFirstToken', surface: 'chat', model: 'sonnet', count: 60, value: 900 },
    { name: 'attempts', surface: 'chat', model: 'sonnet', count: 60, value: 1 },
    { name: 'attempts', surface: 'chat', model: 'local', count: 10, value: 1 },
    { name: 'inputTokens', surface: 'chat', model: 'sonnet', count: 60, value: 10_000 },
    { name: 'cacheReadTokens', surface: 'chat', model: 'sonnet', count: 60, value: 8_000 },
    { name: 'outputTokens', surface: 'chat', model: 'sonnet', count: 60, value: 500 },
    { name: 'cost', surface: 'chat', model: 'sonnet', count: 60, value: 0.02 },
    { name: 'error', operation: 'chat/overloaded', surface: 'chat', count: 4, value: 1 },
  ],
  seriesBefore: [
    { name: 'timeToFirstToken', surface: 'chat', model: 'sonnet', count: 60, value: 450 },
    { name: 'cost', surface: 'chat', model: 'sonnet', count: 60, value: 0.01 },
  ],
  traces: [
    madeUpTrace(
      madeUpSpan({ traceId: 'aaaaaaaa1', spanId: 'a', durationMs: 10_000 }),
      madeUpSpan({
        traceId: 'aaaaaaaa1',
        spanId: 'b',
        parentSpanId: 'a',
        name: 'approval.wait',
        durationMs: 7_000,
      }),
    ),
    madeUpTrace(madeUpSpan({ traceId: 'bbbbbbbb1', durationMs: 90_000 })),
    {
      ...madeUpTrace(madeUpSpan({ traceId: 'running', durationMs: undefined })),
      isRunning: true,
    },
    madeUpTrace(madeUpSpan({ traceId: 'old', startMs: historyStart - 9e8, durationMs: 900_000 })),
  ],
};

describe('The performance report', () => {
  const report = performanceReport(reportHistory(busyDay));

  it('breaks the time down by operation, what took longest in all first', () => {
    assert.deepEqual(
      report.operations.map(({ label, count, totalMs }) => [label, count, totalMs]),
      [
        ['Chat turn', 30, 270_000],
        ['Request to a model', 60, 180_000],
      ],
    );
  });

  it('lists the slowest finished operations of the period, with what they mostly were', () => {
    assert.deepEqual(
      report.slowest.map(({ traceId, mostly }) => [traceId, mostly]),
      [
        ['bbbbbbbb1', '–'],
        ['aaaaaaaa1', 'Waiting for your approval (70 %)'],
      ],
    );
  });

  it('compares with the stretch before, in direction and size', () => {
    const change = (name: string) =>
      changeText(report.trends.find((trend) => trend.name === name)?.change);
    assert.equal(change('First word in the chat, median'), '100 % more');
    assert.equal(change('Spending'), '100 % more');
    assert.equal(change('Prompts read from the provider’s cache'), '–');
  });

  it('shows tokens and no dollar where no price is known', () => {
    assert.deepEqual(
      report.byModel.map(({ name, requests, costUsd }) => [
        name,
        requests,
        costUsd === undefined ? undefined : Number(costUsd.toFixed(2)),
      ]),
      [
        ['sonnet', 60, 1.2],
        ['local', 10, undefined],
      ],
    );
  });

  it('counts errors by kind and what was saved', () => {
    assert.deepEqual(report.errors, [{ kind: 'Request to a model: overloaded', count: 4 }]);
    assert.equal(report.savings.promptCacheShare, 0.8);
  });

  it('tells what each member of a team spent, most first, and of many the sum of the last', () => {
    const members = Array.from({ length: 13 }, (_, n) => ({
      member: `member ${n}`,
      calls: 1_000,
      usd: n + 0.25,
    }));
    const text = (given: MadeUpHistory) =>
      reportMarkdown(performanceReport(reportHistory({ ...busyDay, ...given })), words);
    const lines = text({ members }).split('\n');
    const from = lines.indexOf('## Spending by member');
    assert.deepEqual(
      lines.slice(from + 4, from + 7).map((line) => line.replaceAll(/ +/g, ' ')),
      [
        '| Member | Calls | Cost |',
        '| --------- | ----: | -----: |',
        '| member 12 | 1,000 | $12.25 |',
      ],
    );
    assert.match(
      lines.slice(from).join('\n'),
      /\| member 3 .*\n\| 3 others +\| 3,000 \| +\$3\.75 \|\n\n/,
    );
    assert.match(text({ members: [] }), /## Spending by member\n\n.*\n\nNo model was asked\./);
    assert.match(
      text({ members: 'unavailable' }),
      /## Spending by member\n\nThe team’s database can’t/,
    );
    assert.doesNotMatch(text({}), /by member/);
  });

  it('is JSON as a whole', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(report)).slowest, report.slowest);
  });

  it('reads as markdown, with a mark for each trace and a heading for each recommendation', () => {
    const markdown = reportMarkdown(report, words);
    assert.match(markdown, /^# Performance report\n/);
    assert.ok(markdown.includes(traceMark('bbbbbbbb1')));
    const headings = markdown.split('\n').filter((line) => line.startsWith('### '));
    assert.equal(headings.length, report.recommendations.length);
    for (const line of markdown.split('\n').filter((one) => one.startsWith('|'))) {
      assert.match(line, /^\|.*\|$/);
    }
  });

  it('says so where nothing was measured', () => {
    const empty = performanceReport(reportHistory());
    assert.ok(empty.isEmpty);
    assert.match(reportMarkdown(empty, words), /Nothing was measured in this period/);
  });
});

describe('The percentiles of a report', () => {
  it('are those of the exported spans, by way of the store', async () => {
    const folder = createTemporaryFolder('report-percentiles');
    const clock = new FakeClock();
    const { store, connection } = await openThreadStore({
      path: path.join(folder.path, 'threads.db'),
      clock,
    });
    const telemetry = createTestTelemetry(clock, { store: connection });
    try {
      const fromMs = Math.ceil(clock.wallTime() / hourMs) * hourMs;
      await clock.advance(fromMs - clock.wallTime());
      await runOperations(telemetry, clock);
      const period = { name: 'day', fromMs, toMs: clock.wallTime() + 1 } as const;
      const figures = new Figures(await telemetry.totals(period));
      const { operations } = performanceReport({ ...reportHistory(), period, figures });
      const exported = await telemetry.exportJson({ isRedacted: false });
      const ids = new Map([
        ['Request to a model', 'chat'],
        ['Pausing before asking', 'debounce'],
      ]);
      assert.equal(operations.length, ids.size);
      for (const { label, count, p50Ms, p95Ms, p99Ms } of operations) {
        assert.equal(count, 200);
        const id = ids.get(label) ?? '';
        for (const [rank, found] of [
          [50, p50Ms],
          [95, p95Ms],
          [99, p99Ms],
        ] as const) {
          const exact = recompute(exported, rank, ({ name }) => name).get(id) ?? Number.NaN;
          assert.ok(Math.abs(found / exact - 1) <= 0.02, `${id}, p${rank}: ${found} for ${exact}`);
        }
      }
    } finally {
      telemetry.dispose();
      store.dispose();
      folder.dispose();
    }
  });
});
