import assert from 'node:assert/strict';
import type { Alert, Finding } from '../../../../src/core/alerts/alert.ts';
import { AlertEngine, lookPeriodMs } from '../../../../src/core/alerts/alertEngine.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const slow: Finding = {
  rule: 'latency',
  subject: 'chat sonnet',
  severity: 'warning',
  title: 'Slow',
  detail: 'It is slow.',
};

class Bench {
  readonly clock = new FakeClock();
  found: readonly Finding[] = [];
  readonly raised: Alert[] = [];
  readonly ended: Alert[] = [];
  woken = 0;
  isOn = true;
  private ids = 0;
  readonly engine = new AlertEngine({
    clock: this.clock,
    newId: () => {
      this.ids += 1;
      return `alert-${this.ids}`;
    },
    watches: [() => this.found],
    isEnabled: () => this.isOn,
    onWake: () => {
      this.woken += 1;
    },
  });

  constructor() {
    this.engine.onDidRaise((alert) => this.raised.push(alert));
    this.engine.onDidEnd((alert) => this.ended.push(alert));
  }

  async looks(count: number): Promise<void> {
    await this.clock.advance(count * lookPeriodMs);
  }
}

describe('Alerts', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => {
    bench.engine.dispose();
    assert.equal(bench.clock.pendingTimers, 0);
  });

  it('are raised once, after a second look', async () => {
    bench.found = [slow];
    await bench.looks(1);
    assert.equal(bench.raised.length, 0);
    await bench.looks(20);
    assert.equal(bench.raised.length, 1);
    assert.equal(bench.engine.all()[0]?.endedAt, undefined);
  });

  it('are not raised by what is there for one look alone', async () => {
    for (let at = 0; at < 10; at += 1) {
      bench.found = at % 2 === 0 ? [slow] : [];
      await bench.looks(1);
    }
    assert.equal(bench.raised.length, 0);
  });

  it('are over only after a minute without, and then said to be', async () => {
    bench.found = [slow];
    await bench.looks(2);
    bench.found = [];
    await bench.looks(5);
    assert.equal(bench.ended.length, 0);
    bench.found = [slow];
    await bench.looks(1);
    bench.found = [];
    await bench.looks(5);
    assert.equal(bench.ended.length, 0, 'it came back in between');
    await bench.looks(1);
    assert.equal(bench.ended.length, 1);
    assert.equal(bench.raised.length, 1);
    assert.notEqual(bench.engine.all()[0]?.endedAt, undefined);
  });

  it('are one for each thing, with the newest words', async () => {
    bench.found = [slow, { ...slow, subject: 'chat opus' }];
    await bench.looks(2);
    assert.equal(bench.raised.length, 2);
    bench.found = [
      { ...slow, detail: 'It is slower still.' },
      { ...slow, subject: 'chat opus' },
    ];
    await bench.looks(1);
    assert.ok(bench.engine.all().some(({ detail }) => detail === 'It is slower still.'));
    assert.equal(bench.raised.length, 2);
  });

  it('are none of rules that are off', async () => {
    bench.isOn = false;
    bench.found = [slow];
    await bench.looks(5);
    assert.equal(bench.raised.length, 0);
  });

  it('can be snoozed for an hour', async () => {
    bench.found = [slow];
    await bench.looks(2);
    const [alert] = bench.raised;
    assert.ok(alert);
    bench.engine.snooze(alert.id);
    assert.ok(bench.engine.isSnoozed(slow));
    await bench.clock.advance(61 * 60_000);
    assert.ok(!bench.engine.isSnoozed(slow));
  });

  it('are not raised by what was before the machine slept', () => {
    bench.found = [slow];
    bench.engine.look();
    // A timer of ten seconds that runs after an hour: the clock jumped.
    const { clock } = bench;
    const jumped = clock.now() + 60 * 60_000;
    clock.now = () => jumped;
    bench.engine.look();
    assert.equal(bench.woken, 1);
    assert.equal(bench.raised.length, 0);
  });

  it('are not raised by it either where the time of timers stood still meanwhile', () => {
    bench.found = [slow];
    bench.engine.look();
    const { clock } = bench;
    const jumped = clock.wallTime() + 60 * 60_000;
    clock.wallTime = () => jumped;
    bench.engine.look();
    assert.equal(bench.woken, 1);
    assert.equal(bench.raised.length, 0);
  });
});
