import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import { CancelledError } from '../../../src/base/errors.ts';
import { DiagnosticsRest } from '../../../src/host/diagnosticsRest.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const signal = new AbortController().signal;

describe('DiagnosticsRest', () => {
  let clock: FakeClock;
  let reports: Emitter<readonly string[]>;
  let rest: DiagnosticsRest;

  beforeEach(() => {
    clock = new FakeClock();
    reports = new Emitter();
    rest = new DiagnosticsRest(reports.event, clock);
  });

  afterEach(() => {
    rest.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  /** How long `settled` takes after an edit when reports come in at these times, ms. */
  async function settlesAfter(file: string, reportTimesMs: readonly number[]): Promise<number> {
    const startMs = clock.now();
    rest.noteEdit([file]);
    let endMs: number | undefined;
    const settled = rest.settled([file], signal).then(() => {
      endMs = clock.now();
    });
    for (const timeMs of reportTimesMs) {
      await clock.advance(startMs + timeMs - clock.now());
      reports.fire([file]);
    }
    await clock.advance(10_000);
    await settled;
    return (endMs ?? Number.NaN) - startMs;
  }

  it('waits for quiet after the last report', async () => {
    assert.equal(await settlesAfter('/a.ts', [200, 400]), 700);
  });

  it('gives up at the limit where nothing comes, and where reports never end', async () => {
    assert.equal(await settlesAfter('/a.ts', []), 2_500);
    const many = Array.from({ length: 40 }, (_, index) => index * 100);
    assert.equal(await settlesAfter('/b.ts', many), 2_500);
  });

  it('counts a report that came before anybody waited', async () => {
    rest.noteEdit(['/a.ts']);
    await clock.advance(100);
    reports.fire(['/a.ts']);
    await clock.advance(1_000);
    const startMs = clock.now();
    await rest.settled(['/a.ts'], signal);
    assert.equal(clock.now(), startMs);
  });

  it('does not mind reports of other files', async () => {
    rest.noteEdit(['/a.ts']);
    const settled = rest.settled(['/a.ts'], signal);
    await clock.advance(100);
    reports.fire(['/other.ts']);
    await clock.advance(2_400);
    await settled;
    assert.equal(clock.now(), 2_500);
  });

  it('stops waiting long for files that nobody checks', async () => {
    assert.equal(await settlesAfter('/a.txt', []), 2_500);
    assert.equal(await settlesAfter('/b.txt', []), 2_500);
    assert.equal(await settlesAfter('/c.txt', []), 300);
    assert.equal(await settlesAfter('/c.ts', []), 2_500);
  });

  it('learns how quick a language is, and waits twice that for one without complaints', async () => {
    for (let edit = 0; edit < 3; edit += 1) {
      await settlesAfter('/a.ts', [500]);
    }
    assert.equal(await settlesAfter('/a.ts', []), 1_000);
    assert.equal(await settlesAfter('/a.ts', [900]), 1_000);
    assert.equal(await settlesAfter('/a.ts', []), 1_800);
  });

  it('ends at once when cancelled, and leaves nothing behind', async () => {
    const controller = new AbortController();
    rest.noteEdit(['/a.ts']);
    const settled = rest.settled(['/a.ts'], controller.signal);
    controller.abort();
    await assert.rejects(settled, CancelledError);
    await assert.rejects(rest.settled(['/a.ts'], controller.signal), CancelledError);
  });

  it('lets waiters go when disposed', async () => {
    rest.noteEdit(['/a.ts']);
    const settled = rest.settled(['/a.ts'], signal);
    rest.dispose();
    await settled;
  });
});
