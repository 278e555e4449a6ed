import assert from 'node:assert/strict';
import type { CompletionFate } from '../../../../src/core/completion/completionDebounce.ts';
import { CompletionPrefetch } from '../../../../src/core/completion/completionPrefetch.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';
import { createKit, type EngineKit } from './engineKit.ts';

describe('CompletionPrefetch', () => {
  let kit: EngineKit;
  let isEnabled: boolean;
  let prefetch: CompletionPrefetch;
  beforeEach(() => {
    kit = createKit();
    isEnabled = true;
    prefetch = new CompletionPrefetch({
      engine: kit.engine,
      clock: kit.clock,
      isEnabled: () => isEnabled,
      costOf: () => 0.001,
    });
    kit.engine.onDidJudge((judged) => prefetch.judged(judged));
  });
  afterEach(() => {
    prefetch.dispose();
    kit.engine.dispose();
  });

  it('asks right after an accept, and what comes is there at once', async () => {
    const editor = new FakeEditor('let a = 1;¦');
    prefetch.accepted(editor.spot());
    await kit.clock.advance(0);
    assert.equal(kit.asked.length, 1);
    await kit.asked[0]?.answer('\nlet b = 2;');
    assert.deepEqual(kit.now(editor), ['\nlet b = 2;']);
    kit.engine.accepted();
    const counters = prefetch.counters().get('completion');
    assert.deepEqual([counters?.hits, counters?.wasted, counters?.costUsd], [1, 0, 0.001]);
  });

  it('switches itself off where too little of it is used', async () => {
    for (let index = 0; index < 20; index += 1) {
      await round(index, 'ignored');
    }
    assert.equal(prefetch.counters().get('completion')?.isOff, true);
    const before = kit.asked.length;
    await round(99, 'ignored');
    assert.equal(kit.asked.length, before);
  });

  it('goes on where enough of it is used', async () => {
    for (let index = 0; index < 20; index += 1) {
      await round(index, index % 2 === 0 ? 'followed' : 'ignored');
    }
    assert.equal(prefetch.counters().get('completion')?.isOff, false);
    assert.equal(kit.asked.length, 20);
  });

  it('asks nothing where the user does not want it or there is no money', async () => {
    isEnabled = false;
    await round(1, 'ignored');
    assert.equal(kit.asked.length, 0);
    isEnabled = true;
    prefetch.accepted(new FakeEditor('a¦').spot());
    await kit.clock.advance(0);
    await kit.asked[0]?.fail({ kind: 'overBudget' });
    assert.equal(prefetch.counters().get('completion')?.wasted, 0);
    prefetch.accepted(new FakeEditor('b¦').spot());
    await kit.clock.advance(0);
    assert.equal(kit.asked.length, 1, 'nor again while that lasts');
  });

  async function round(index: number, fate: CompletionFate): Promise<void> {
    const editor = new FakeEditor(`f${index}();¦`);
    prefetch.accepted(editor.spot());
    await kit.clock.advance(0);
    await kit.asked.at(-1)?.answer('12345678');
    kit.now(editor);
    for (const key of fate === 'followed' ? '12345!' : '!') {
      editor.type(key);
      kit.engine.moved(editor.spot());
    }
  }
});
