import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import type {
  PerfData,
  PerfRequests,
  PerfUpdate,
  RequestRow,
} from '../../../../src/shared/perf.ts';
import {
  mergeRows,
  PerfPanel,
  type PerfRequester,
} from '../../../../src/webview/perf/perfPanel.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

type UpdateParams = PerfRequests['perf/update']['params'];

class Bench {
  readonly clock = new FakeClock();
  readonly asked: UpdateParams[] = [];
  answer: (params: UpdateParams) => PerfUpdate | Promise<PerfUpdate> = (params) => update(params);
  readonly panel = new PerfPanel({
    clock: this.clock,
    request: (async (name: string, params: UpdateParams) => {
      if (name !== 'perf/update') {
        return null;
      }
      this.asked.push(params);
      return await this.answer(params);
      // Answers by name as the host does; the table of requests has the types.
    }) as PerfRequester,
  });

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }
}

function update({ section, since }: UpdateParams, rows: readonly RequestRow[] = []): PerfUpdate {
  const data: PerfData =
    section === 'models'
      ? { section, models: [] }
      : { section: 'requests', isWhole: since === 0, rows };
  return { sequence: since + 1, isOn: true, running: [], alertCount: 0, data };
}

function row(id: string, durationMs = 1): RequestRow {
  return {
    id,
    startedAt: 0,
    surface: 'Chat',
    model: 'Haiku',
    durationMs,
    inputTokens: 0,
    cacheReadTokens: 0,
    outputTokens: 0,
    source: 'model',
    outcome: 'done',
  };
}

describe('The performance panel', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench.panel.dispose());

  it('asks for everything once and then for changes, twice a second', async () => {
    bench.panel.setVisible(true);
    await bench.pass(500);
    await bench.pass(499);
    assert.deepEqual(
      bench.asked.map(({ since }) => since),
      [0, 1],
    );
    await bench.pass(1);
    assert.equal(bench.asked.length, 3);
  });

  it('asks for nothing while it is hidden', async () => {
    bench.panel.setVisible(true);
    await bench.pass(0);
    bench.panel.setVisible(false);
    await bench.pass(60_000);
    assert.equal(bench.asked.length, 1);
    bench.panel.setVisible(true);
    await bench.pass(0);
    assert.equal(bench.asked.at(-1)?.since, 0, 'all of it, as much may have changed');
  });

  it('does not show an answer for a section that was left', async () => {
    let answerLate: (late: PerfUpdate) => void = () => assert.fail('Nobody asked.');
    bench.answer = () =>
      new Promise((resolve) => {
        answerLate = resolve;
      });
    bench.panel.setVisible(true);
    await bench.pass(0);
    bench.answer = (params) => update(params);
    bench.panel.choose('models');
    await bench.pass(0);
    answerLate(update({ section: 'requests', since: 0, period: 'hour' }, [row('late')]));
    await bench.pass(0);
    assert.equal(bench.panel.data.value?.section, 'models');
    assert.deepEqual(bench.panel.rows.value, []);
  });

  it('tells of a failure, tries again after a while, and recovers', async () => {
    bench.answer = () => {
      throw new UserError('The store is closed.');
    };
    bench.panel.setVisible(true);
    await bench.pass(0);
    assert.equal(bench.panel.failure.value, 'The store is closed.');
    bench.answer = (params) => update(params);
    await bench.pass(3_000);
    assert.equal(bench.panel.failure.value, '');
    assert.ok(bench.panel.isReady.value);
  });
});

describe('Rows that come', () => {
  it('replace their earlier selves in place, and new ones are added at the end', () => {
    const merged = mergeRows([row('a'), row('b')], [row('c'), row('a', 9)]);
    assert.deepEqual(
      merged.map(({ id, durationMs }) => `${id} ${durationMs}`),
      ['a 9', 'b 1', 'c 1'],
    );
  });

  it('push the oldest out where there are too many', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => row(`row-${index}`));
    const merged = mergeRows(many, [row('new')]);
    assert.equal(merged.length, 10_000);
    assert.equal(merged[0]?.id, 'row-1');
    assert.equal(merged.at(-1)?.id, 'new');
  });
});
