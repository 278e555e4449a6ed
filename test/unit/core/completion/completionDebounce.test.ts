import assert from 'node:assert/strict';
import {
  CompletionDebounce,
  type CompletionFate,
} from '../../../../src/core/completion/completionDebounce.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('CompletionDebounce', () => {
  let clock: FakeClock;
  let minMs: number;
  let debounce: CompletionDebounce;
  beforeEach(() => {
    clock = new FakeClock();
    minMs = 0;
    debounce = new CompletionDebounce({ clock, minMs: () => minMs });
  });

  it('is hardly there while what is offered gets used', () => {
    const usual = debounce.waitMs();
    judge('accepted', 5);
    assert.ok(debounce.waitMs() < usual);
    assert.ok(usual < 60);
  });

  it('grows with each offer that was not wanted, up to a limit', () => {
    let before = debounce.waitMs();
    for (let count = 0; count < 3; count += 1) {
      judge('ignored');
      assert.ok(debounce.waitMs() > before);
      before = debounce.waitMs();
    }
    judge('rejected', 20);
    assert.ok(debounce.waitMs() > 1_000);
    assert.ok(debounce.waitMs() <= 2_000);
  });

  it('comes back by itself, and at once where offers are wanted again', async () => {
    judge('ignored', 8);
    const high = debounce.waitMs();
    await clock.advance(30 * 60_000);
    assert.ok(debounce.waitMs() < high / 4);
    judge('ignored', 8);
    judge('accepted', 8);
    assert.ok(debounce.waitMs() < high / 4);
  });

  it('never ends between two keys of the user’s own rhythm once it is long', async () => {
    judge('ignored', 8);
    for (const intervalMs of [120, 400]) {
      for (let key = 0; key < 60; key += 1) {
        await clock.advance(intervalMs);
        debounce.typed();
      }
      assert.ok(debounce.waitMs() > intervalMs, `${debounce.waitMs()} at ${intervalMs}`);
    }
  });

  it('takes neither a held key nor a pause for rhythm', async () => {
    judge('ignored', 8);
    const before = debounce.waitMs();
    for (const intervalMs of [5, 2_000, 5, 2_000]) {
      await clock.advance(intervalMs);
      debounce.typed();
    }
    assert.ok(Math.abs(debounce.waitMs() - before) < before / 10);
  });

  it('asks a slow model a little earlier', () => {
    judge('ignored', 5);
    const before = debounce.waitMs();
    debounce.answered(100);
    assert.ok(debounce.waitMs() < before);
    assert.ok(debounce.waitMs() > 200, 'but not before the next key');
  });

  it('counts from the key that the editor asks about, and from now on where there was none', async () => {
    debounce.typed();
    await clock.advance(50);
    assert.equal(debounce.dueMs(), debounce.waitMs());
    await clock.advance(1_000);
    assert.equal(debounce.dueMs(), clock.now() + debounce.waitMs());
  });

  it('is never less than the user wants', () => {
    minMs = 300;
    judge('accepted', 10);
    assert.equal(debounce.waitMs(), 300);
  });

  function judge(fate: CompletionFate, count = 1): void {
    for (let index = 0; index < count; index += 1) {
      debounce.judged(fate);
    }
  }
});
