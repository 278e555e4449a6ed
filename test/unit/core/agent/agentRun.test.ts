import assert from 'node:assert/strict';
import { runAgent } from '../../../support/agentRun.ts';

const minuteMs = 60_000;

describe('A run of forty turns against the strict Messages API', () => {
  it('is never rejected, only appends, and is read from the provider’s cache', async function run() {
    // Real sockets and files for hundreds of requests: seconds, and more on a busy machine.
    this.timeout(120_000);
    const report = await runAgent({ turns: 40, fileLines: 15 });
    assert.equal(report.requests, 168);
    assert.deepEqual([report.rejected, report.unstable, report.notes], [0, 0, []]);
    assert.ok(report.readShare >= 0.9, `${report.readShare}`);
    assert.ok(report.costUsd < report.naiveCostUsd / 2, `${report.costUsd}`);
    assert.ok(Math.abs(report.ledgerCostUsd - report.costUsd) < 1e-6, `${report.ledgerCostUsd}`);
  });

  it('keeps the cache over pauses once they are seen to be long', async () => {
    const pauseMs = (turn: number): number => (turn % 3 === 2 ? 12 * minuteMs : minuteMs);
    const auto = await runAgent({ turns: 12, pauseMs, isAlone: true });
    const short = await runAgent({ turns: 12, pauseMs, lifetime: '5m', isAlone: true });
    assert.deepEqual([auto.rejected, auto.unstable], [0, 0]);
    assert.ok(auto.costUsd < short.costUsd, `${auto.costUsd} against ${short.costUsd}`);
    assert.ok(auto.notes.every((note) => note.startsWith('Kept for an hour')));
    assert.equal(short.notes.length, 0);
    assert.ok(Math.abs(auto.ledgerCostUsd - auto.costUsd) < 1e-6, `${auto.ledgerCostUsd}`);
  });
});
