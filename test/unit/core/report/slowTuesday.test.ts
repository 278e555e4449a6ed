import assert from 'node:assert/strict';
import {
  type PerformanceReport,
  performanceReport,
} from '../../../../src/core/report/performanceReport.ts';
import { reportMarkdown } from '../../../../src/core/report/reportMarkdown.ts';
import { type SlowCause, slowTuesday } from '../../../support/slowTuesday.ts';

function reportOn(cause: SlowCause): PerformanceReport {
  return performanceReport(slowTuesday(cause));
}

/** What a reader sees before scrolling: the first recommendation and what took longer. */
function firstScreen(report: PerformanceReport): string {
  const markdown = reportMarkdown(report, { formatTime: String });
  return markdown.split('\n').slice(0, 24).join('\n');
}

describe('A report on the day on which it got slow', () => {
  it('names a slow tool, with what it took before', () => {
    const report = reportOn('tool');
    const [first] = report.recommendations;
    assert.match(first?.title ?? '', /mcp__tickets__search is slow/);
    assert.match(first?.evidence ?? '', /, against 4\d\d ms before/);
    assert.equal(first?.action.kind === 'setting' && first.action.key, 'approvals.tools');
    assert.equal(report.slower[0]?.label, 'Tool mcp__tickets__search');
    assert.match(firstScreen(report), /Tool mcp__tickets__search/);
  });

  it('names a proxy that adds connection time', () => {
    const report = reportOn('proxy');
    assert.match(report.recommendations[0]?.title ?? '', /^The proxy/);
    assert.match(report.recommendations[0]?.evidence ?? '', /against \d+ ms before/);
    assert.equal(report.slower[0]?.label, 'Connecting');
  });

  it('says so where it knows what took longer and no setting against it', () => {
    const report = performanceReport({ ...slowTuesday('proxy'), hasProxy: false });
    assert.deepEqual(report.recommendations, []);
    const screen = firstScreen(report);
    assert.match(screen, /No setting is known that would help/);
    assert.match(screen, /\| Connecting/);
  });

  it('names tools that keep the provider’s cache from holding', () => {
    const report = reportOn('promptCache');
    assert.match(report.recommendations[0]?.title ?? '', /^The tools change/);
    assert.equal(report.slower[0]?.label, 'Waiting for the first word');
    const read = report.trends.find(({ name }) => name.startsWith('Prompts read'));
    assert.ok((read?.change ?? 0) < -0.5);
  });

  it('has nothing to say of a day like the others', () => {
    const report = reportOn('none');
    assert.deepEqual(report.recommendations, []);
    assert.deepEqual(report.slower, []);
    const spending = report.trends.find(({ name }) => name === 'Spending');
    assert.ok(Math.abs(spending?.change ?? 1) < 0.01, 'a day is compared with a day');
  });
});
