import assert from 'node:assert/strict';
import { measureBatchAnswer, measureRequest } from '../../../../src/core/telemetry/measures.ts';
import type { MetricName } from '../../../../src/core/telemetry/metricKey.ts';
import { Metrics } from '../../../../src/core/telemetry/metrics.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { madeUpRequest, tokens } from '../../../support/reportHistory.ts';

describe('What is measured of requests', () => {
  let metrics: Metrics;
  beforeEach(() => {
    metrics = new Metrics(new FakeClock());
  });

  function sums(name: MetricName): readonly (readonly [operation: string, sum: number])[] {
    return metrics.read({ name }).map(({ key, histogram }) => [key.operation, histogram.sum]);
  }

  it('has why the provider’s cache missed, in the provider’s words alone', () => {
    for (const promptCacheMiss of ['tools_changed', 'tools_changed', 'Because of /home/ada']) {
      measureRequest(metrics, madeUpRequest({ promptCacheMiss }), undefined);
    }
    measureRequest(
      metrics,
      madeUpRequest({ promptCacheMiss: 'tools_changed', answeredFrom: 'memory' }),
      undefined,
    );
    assert.deepEqual(sums('promptCacheMiss'), [
      ['chat/tools_changed', 2],
      ['chat/unknown', 1],
    ]);
  });

  it('has the answers of batches, without a price where none is known', () => {
    const usage = { ...tokens(100, 20), cacheReadTokens: 900 };
    measureBatchAnswer(metrics, { model: 'sonnet', usage, costUsd: 0.5 });
    measureBatchAnswer(metrics, { model: 'local', usage, costUsd: undefined });
    assert.deepEqual(sums('attempts'), [
      ['bulk.read', 1],
      ['bulk.read', 1],
    ]);
    assert.deepEqual(
      sums('inputTokens').map(([, sum]) => sum),
      [1_000, 1_000],
    );
    assert.deepEqual(sums('cost'), [['bulk.read', 0.5]]);
  });
});
