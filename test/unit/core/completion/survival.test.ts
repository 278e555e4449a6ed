import assert from 'node:assert/strict';
import { SurvivalWatch } from '../../../../src/core/completion/survival.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('SurvivalWatch', () => {
  let clock: FakeClock;
  let documents: Map<string, string>;
  let survival: SurvivalWatch;
  let told: [number, number][];
  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    documents = new Map([['a', 'top\nlet x = compute(a);\nuse(x);\nend']]);
    survival = new SurvivalWatch({
      clock,
      readLines: (id, from, to) => documents.get(id)?.split('\n').slice(from, to),
    });
  });
  afterEach(() => survival.dispose());

  it('tells after 30 s and 5 min how much of it is still there', async () => {
    accept();
    await clock.advance(29_999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told, [[30_000, 1]]);
    documents.set('a', 'top\nlet x = compute(a);\nend');
    await clock.advance(270_000);
    assert.equal(told.length, 2);
    const [, share = 1] = told[1] ?? [];
    assert.ok(share > 0.5 && share < 0.9);
    assert.equal(survival.count, 0);
    assert.equal(clock.pendingTimers, 0);
  });

  it('tells of one that was taken back', async () => {
    accept();
    documents.set('a', 'top\nlet x\nend');
    await clock.advance(30_000);
    assert.deepEqual(told, [[30_000, 0]]);
  });

  it('finds it again after much was written above', async () => {
    accept();
    const change = { startLine: 0, startCharacter: 0, endLine: 0, endCharacter: 0 };
    documents.set('a', `${'new\n'.repeat(200)}${documents.get('a')}`);
    survival.changed('b', { ...change, text: 'other file\n' });
    survival.changed('a', { ...change, text: 'new\n'.repeat(200) });
    await clock.advance(30_000);
    assert.deepEqual(told, [[30_000, 1]]);
  });

  it('looks for the last time when the document is closed', async () => {
    accept();
    await clock.advance(31_000);
    const lines = documents.get('a')?.split('\n') ?? [];
    documents.delete('a');
    survival.closing('a', (from, to) => lines.slice(from, to));
    assert.deepEqual(told, [
      [30_000, 1],
      [300_000, 1],
    ]);
    await clock.advance(600_000);
    assert.equal(told.length, 2);
  });

  it('says nothing of a document that it cannot read', async () => {
    accept();
    documents.delete('a');
    await clock.advance(600_000);
    assert.deepEqual(told, []);
    assert.equal(survival.count, 0);
  });

  it('follows a limited number, the newest', () => {
    for (let index = 0; index < 500; index += 1) {
      accept();
    }
    assert.ok(survival.count <= 100);
    assert.ok(clock.pendingTimers <= 200);
    survival.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  function accept(): void {
    const accepted = { documentId: 'a', line: 1, text: ' = compute(a);\nuse(x);' };
    survival.accepted(accepted, (afterMs, share) => told.push([afterMs, share]));
  }
});
