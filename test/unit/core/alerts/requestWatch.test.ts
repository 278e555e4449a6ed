import assert from 'node:assert/strict';
import type { AlertRuleId } from '../../../../src/core/alerts/alert.ts';
import { RequestWatch } from '../../../../src/core/alerts/requestWatch.ts';
import type { RequestRecord } from '../../../../src/core/model/requestLog.ts';
import { requests, tokens } from '../../../support/reportHistory.ts';

const minuteMs = 60_000;

class Bench {
  now = 0;
  readonly watch = new RequestWatch({
    now: () => this.now,
    thresholds: () => ({ errors: 25, tokenRate: 500, promptCache: 30 }),
  });

  add(records: readonly RequestRecord[]): this {
    for (const record of records) {
      this.watch.add(record);
    }
    return this;
  }

  find(rule: AlertRuleId) {
    return this.watch.findings().find((finding) => finding.rule === rule);
  }
}

const failed = (count: number, failureKind: RequestRecord['failureKind'] = 'overloaded') =>
  requests(count, { outcome: 'failed', ...(failureKind ? { failureKind } : {}) });

describe('The watch over failures', () => {
  it('speaks where one in four fails, and names the commonest kind', () => {
    const finding = new Bench().add([...requests(14), ...failed(6)]).find('errors');
    assert.match(finding?.detail ?? '', /6 of the last 20.*“overloaded”/);
    assert.equal(finding?.severity, 'warning');
  });

  it('interrupts where most fail', () => {
    const bench = new Bench().add([...requests(5), ...failed(15)]);
    assert.equal(bench.find('errors')?.severity, 'error');
  });

  it('is silent with a few failures, with few requests and with cancelled ones', () => {
    assert.equal(new Bench().add([...requests(17), ...failed(3)]).find('errors'), undefined);
    assert.equal(new Bench().add(failed(5)).find('errors'), undefined);
    const cancelled = requests(20, { outcome: 'cancelled' });
    assert.equal(new Bench().add(cancelled).find('errors'), undefined);
  });

  it('is silent while the machine has no network', () => {
    const bench = new Bench().add([...requests(10), ...failed(10, 'connection')]);
    assert.equal(bench.find('errors'), undefined);
  });

  it('is over once requests are answered again', () => {
    const bench = new Bench().add([...requests(10), ...failed(10)]).add(requests(18));
    assert.equal(bench.find('errors'), undefined);
  });
});

describe('The watch over tokens', () => {
  const large = () => requests(1, { usage: tokens(200_000, 1_000) });

  it('speaks of half a million within five minutes, and no longer', () => {
    const bench = new Bench().add(large()).add(large()).add(large());
    assert.match(bench.find('tokenRate')?.detail ?? '', /603k tokens.*3 requests/);
    bench.now = 6 * minuteMs;
    assert.equal(bench.find('tokenRate'), undefined);
  });

  it('does not count answers that were kept', () => {
    const kept = requests(3, { usage: tokens(200_000, 1_000), answeredFrom: 'memory' });
    assert.equal(new Bench().add(kept).find('tokenRate'), undefined);
  });
});

describe('The watch over the prompt cache', () => {
  const prompts = (count: number, cacheReadTokens: number) =>
    requests(count, {
      threadId: 'thread',
      usage: { ...tokens(10_000 - cacheReadTokens, 10), cacheReadTokens },
    });

  it('speaks where prompts of a thread are mostly paid in full', () => {
    assert.match(
      new Bench().add(prompts(25, 1_000)).find('promptCache')?.detail ?? '',
      /Only 10 % of the last 20/,
    );
  });

  it('is silent where it holds, on first requests and with short prompts', () => {
    assert.equal(new Bench().add(prompts(25, 9_000)).find('promptCache'), undefined);
    const first = Array.from({ length: 25 }, (_, at) => ({
      ...prompts(1, 0)[0],
      threadId: `thread-${at}`,
    })) as RequestRecord[];
    assert.equal(new Bench().add(first).find('promptCache'), undefined);
    const short = requests(25, { threadId: 'thread', usage: tokens(500, 10) });
    assert.equal(new Bench().add(short).find('promptCache'), undefined);
  });
});
