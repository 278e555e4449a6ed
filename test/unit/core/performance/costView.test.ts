import assert from 'node:assert/strict';
import { costView } from '../../../../src/core/performance/costView.ts';
import type { PerfPeriod } from '../../../../src/shared/perf.ts';
import { metricPoints } from '../../../support/reportHistory.ts';

const sonnet = { operation: 'chat', surface: 'chat', model: 'sonnet' } as const;
const local = { operation: 'chat', surface: 'completion', model: 'local' } as const;
const points = metricPoints([
  { name: 'inputTokens', ...sonnet, count: 3, value: 1_000 },
  { name: 'outputTokens', ...sonnet, count: 3, value: 100 },
  { name: 'cost', ...sonnet, count: 3, value: 0.5 },
  { name: 'inputTokens', ...local, count: 40, value: 500 },
  { name: 'outputTokens', ...local, count: 40, value: 10 },
]);
const thread = { name: 'A thread', calls: 3, inputTokens: 3_000, outputTokens: 300, costUsd: 1.5 };

const sources = {
  nameOf: (model: string) => `The ${model}`,
  budgets: () => [{ name: 'Today', spentUsd: 1.5, limitUsd: 25 }],
  byThread: async (period: PerfPeriod) => (period === 'week' ? [thread] : []),
};

describe('The view of cost', () => {
  it('adds up by surface and model, the dearest first, and names no price where none is known', async () => {
    const { bySurface, byModel } = await costView(points, sources, 'week');
    const figures = [
      { calls: 3, inputTokens: 3_000, outputTokens: 300, costUsd: 1.5 },
      { calls: 40, inputTokens: 20_000, outputTokens: 400 },
    ];
    assert.deepEqual(bySurface, [
      { name: 'Chat', ...figures[0] },
      { name: 'Completion', ...figures[1] },
    ]);
    assert.deepEqual(byModel, [
      { name: 'The sonnet', ...figures[0] },
      { name: 'The local', ...figures[1] },
    ]);
  });

  it('sets it against the budget, and asks the ledger for the threads of the period', async () => {
    const view = await costView(points, sources, 'week');
    assert.deepEqual(view.budgets, [{ name: 'Today', spentUsd: 1.5, limitUsd: 25 }]);
    assert.deepEqual(view.byThread, [thread]);
    assert.deepEqual((await costView(points, sources, 'day')).byThread, []);
  });

  it('has the team’s members where there is a team, and nothing of one otherwise', async () => {
    assert.equal('byMember' in (await costView(points, sources, 'week')), false);
    const rows = [{ name: 'anna', calls: 3, costUsd: 1.5 }];
    const withTeam = { ...sources, byMember: () => rows };
    assert.deepEqual((await costView(points, withTeam, 'week')).byMember, rows);
  });

  it('draws a line for each surface that cost something, with all of its models in it', async () => {
    const [cost] = metricPoints([{ name: 'cost', ...sonnet, count: 2, value: 0.5 }]);
    const [other] = metricPoints([{ name: 'cost', ...sonnet, model: 'opus', count: 1, value: 3 }]);
    const [summary] = metricPoints([
      { name: 'cost', ...sonnet, surface: 'summary', count: 1, value: 0.25 },
    ]);
    assert.ok(cost && other && summary);
    const later = { ...summary, atMs: cost.atMs + 60_000 };
    const { series } = await costView([later, cost, other], sources, 'hour');
    assert.deepEqual(series, {
      times: [cost.atMs, later.atMs],
      lines: [
        { name: 'Chat', values: [4, 0] },
        { name: 'Summary', values: [0, 0.25] },
      ],
    });
  });

  it('draws the tokens of all models, over the same times', async () => {
    const { tokens } = await costView(points, sources, 'week');
    assert.deepEqual(
      tokens.lines.map(({ name, values }) => [name, ...values]),
      [
        ['Sent', 23_000],
        ['Of these from the provider’s cache', 0],
        ['Written', 700],
      ],
    );
    assert.equal(tokens.times.length, 1);
  });

  it('draws weeks and months by the user’s own day', async () => {
    const [cost] = metricPoints([{ name: 'cost', ...sonnet, count: 1, value: 0.5 }]);
    assert.ok(cost);
    const at = (day: number, hour: number) => ({
      ...cost,
      atMs: new Date(2030, 0, day, hour).getTime(),
    });
    const hours = [at(6, 0), at(6, 23), at(7, 9)];
    const days = [new Date(2030, 0, 6).getTime(), new Date(2030, 0, 7).getTime()];
    for (const period of ['week', 'month'] as const) {
      const { series } = await costView(hours, sources, period);
      assert.deepEqual(series, { times: days, lines: [{ name: 'Chat', values: [1, 0.5] }] });
    }
    assert.equal((await costView(hours, sources, 'day')).series.times.length, 3);
  });
});
