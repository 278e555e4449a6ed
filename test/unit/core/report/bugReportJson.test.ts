import assert from 'node:assert/strict';
import { bugReportJson } from '../../../../src/core/report/bugReportJson.ts';
import { performanceReport } from '../../../../src/core/report/performanceReport.ts';
import {
  historyStart,
  madeUpSpan,
  madeUpTrace,
  reportHistory,
} from '../../../support/reportHistory.ts';

const attempts = { name: 'attempts', operation: 'chat', surface: 'chat', value: 1 } as const;
const report = performanceReport(
  reportHistory({
    series: [
      { ...attempts, model: 'Sonnet', count: 6 },
      { ...attempts, model: 'secret', count: 2 },
      { ...attempts, model: 'secret-large', count: 3 },
    ],
    traces: [madeUpTrace(madeUpSpan({ traceId: 'cafe0001' }))],
    alerts: [
      { title: 'secret-large is slow', detail: 'Against secret.', sinceMs: historyStart - 1_000 },
    ],
  }),
);
const json = bugReportJson(report, (name) => name === 'Sonnet');

describe('The report for a bug report', () => {
  it('has the figures', () => {
    const { byModel, slowest } = JSON.parse(json);
    assert.deepEqual(
      byModel.map(({ name, requests }: (typeof report.byModel)[number]) => [name, requests]),
      [
        ['Sonnet', 6],
        ['a model of your own', 2],
        ['a model of your own', 3],
      ],
    );
    assert.equal(slowest[0].durationMs, 1_000);
  });

  it('names no model that its owner has named, wherever it stands', () => {
    assert.ok(JSON.stringify(report).includes('secret'), 'the name was planted');
    assert.ok(!json.includes('secret'), json);
    assert.match(json, /"a model of your own is slow"/);
  });

  it('leaves the ids of traces out', () => {
    assert.ok(JSON.stringify(report).includes('cafe0001'), 'the trace is in the report');
    assert.ok(!json.includes('cafe0001'));
  });
});
