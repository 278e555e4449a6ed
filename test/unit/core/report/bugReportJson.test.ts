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
const asked = { surface: 'chat', model: 'Sonnet', calls: 25 };
const report = performanceReport(
  reportHistory({
    series: [
      { ...attempts, model: 'Sonnet', count: 6 },
      { ...attempts, model: 'secret', count: 2 },
      { ...attempts, model: 'secret-large', count: 3 },
      { name: 'duration', operation: 'execute_tool mcp__payroll__raise', count: 30, value: 9_000 },
      { name: 'duration', operation: 'execute_tool read_file', count: 30, value: 9 },
      { name: 'error', operation: 'execute_tool mcp__audit__log/UserError', count: 1, value: 1 },
    ],
    endpoints: [
      { ...asked, endpoint: 'models.acme.example:8443', medianMs: 2_000 },
      { ...asked, endpoint: 'api.anthropic.com', medianMs: 400 },
    ],
    traces: [madeUpTrace(madeUpSpan({ traceId: 'cafe0001' }))],
    members: [{ member: 'anna', calls: 3, usd: 1.5 }],
    alerts: [
      {
        rule: 'latency',
        title: 'cached-secret is slow',
        detail: 'It stood at models.other.example.',
        sinceMs: historyStart - 1_000,
      },
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
  });

  it('names no tool of others, and no server but the provider’s', () => {
    const planted = JSON.stringify(report);
    for (const name of ['payroll', 'audit', 'acme']) {
      assert.ok(planted.includes(name), `${name} was planted`);
      assert.ok(!json.includes(name), `${name} is left`);
    }
    assert.match(json, /"The tool a tool of your own is slow"/);
    assert.match(json, /"a server of your own is slower than api\.anthropic\.com"/);
    assert.match(json, /"Tool read_file"/);
  });

  it('leaves of alerts what they were about, which may be in none of the figures', () => {
    assert.ok(JSON.stringify(report).includes('models.other.example'), 'the server was planted');
    const { alerts } = JSON.parse(json);
    assert.deepEqual(alerts, [{ rule: 'latency', sinceMs: historyStart - 1_000 }]);
  });

  it('says nothing of what others of a team spent', () => {
    assert.ok(JSON.stringify(report).includes('anna'), 'the member is in the report');
    assert.ok(!json.includes('anna') && !json.includes('byMember'));
  });

  it('leaves the ids of traces out', () => {
    assert.ok(JSON.stringify(report).includes('cafe0001'), 'the trace is in the report');
    assert.ok(!json.includes('cafe0001'));
  });
});
