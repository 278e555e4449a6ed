/**
 * The performance report over 30 days with a million calls: reading the hours' figures from the store
 * and making the report, against working the same percentiles out of the calls themselves.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Figures } from '../../src/core/report/figures.ts';
import { performanceReport } from '../../src/core/report/performanceReport.ts';
import { reportMarkdown } from '../../src/core/report/reportMarkdown.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import { MetricHistory } from '../../src/core/telemetry/metricHistory.ts';
import { Metrics } from '../../src/core/telemetry/metrics.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { reportHistory } from '../support/reportHistory.ts';
import { medianMs, printReport, rounded } from './support.ts';

const calls = 1_000_000;
const hours = 30 * 24;
const hourMs = 60 * 60_000;
const surfaces = ['chat', 'completion', 'codeAction', 'summary'];
const models = ['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5'];

const folder = mkdtempSync(join(tmpdir(), 'report-bench-'));
const clock = new FakeClock();
const fromMs = clock.wallTime();
const { store, connection } = await openThreadStore({ path: join(folder, 'threads.db'), clock });
const metrics = new Metrics(clock);
const history = new MetricHistory({
  clock,
  metrics,
  store: connection,
  onProblem: (error) => {
    throw error;
  },
});

let state = 1;
function random(): number {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return state / 2 ** 32;
}

const durations: number[] = [];
for (let hour = 0; hour < hours; hour += 1) {
  for (let call = 0; call < calls / hours; call += 1) {
    const key = {
      operation: 'chat',
      surface: surfaces[call % surfaces.length] ?? '',
      model: models[call % models.length] ?? '',
      tier: '',
    };
    const durationMs = 400 * Math.exp(2 * random());
    durations.push(durationMs);
    metrics.record({ name: 'duration', ...key }, durationMs);
    metrics.record({ name: 'timeToFirstToken', ...key, operation: '' }, durationMs / 4);
    metrics.record({ name: 'inputTokens', ...key, operation: '' }, 4_000);
    metrics.record({ name: 'cost', ...key, operation: '' }, 0.002);
    metrics.record({ name: 'attempts', ...key, operation: '' }, 1);
  }
  history.save(true);
  await clock.advance(hourMs);
}
const toMs = clock.wallTime();

async function makeReport(): Promise<string> {
  const figures = new Figures(await history.totals({ fromMs, toMs }));
  const period = { name: 'week', fromMs, toMs } as const;
  const report = performanceReport({ ...reportHistory(), period, figures });
  return reportMarkdown(report, { formatTime: String });
}

/** Every percentile of the report's table, from the calls themselves. */
function recompute(): readonly number[] {
  const sorted = Float64Array.from(durations).sort();
  return [50, 95, 99].map((rank) => sorted[Math.ceil((rank / 100) * sorted.length) - 1] ?? 0);
}

const reportMs = await medianMs(5, async () => {
  await makeReport();
});
const naiveMs = await medianMs(5, () => {
  recompute();
});
const figures = new Figures(await history.totals({ fromMs, toMs }));
const exact = recompute();
const worstError = Math.max(
  ...[50, 95, 99].map((rank, at) => {
    const found = figures.percentile({ name: 'duration', operation: 'chat' }, rank) ?? 0;
    return Math.abs(found / (exact[at] ?? 1) - 1);
  }),
);

printReport('report', {
  calls,
  hours,
  reportMs: rounded(reportMs),
  sortingTheCallsMs: rounded(naiveMs),
  ratio: rounded(naiveMs / reportMs),
  worstPercentileErrorPercent: rounded(worstError * 100),
});

history.dispose();
store.dispose();
rmSync(folder, { recursive: true, force: true });
