import assert from 'node:assert/strict';
import { Calibration } from '../../../../src/core/tokens/calibration.ts';

describe('Calibration', () => {
  it('starts at 1.3 and settles on what a model counts', () => {
    const calibration = new Calibration();
    assert.equal(calibration.ratioOf('claude-sonnet-5-5'), 1.3);
    for (let answer = 0; answer < 20; answer += 1) {
      calibration.learn('claude-sonnet-5-5', 10_000, 11_500);
    }
    assert.ok(Math.abs(calibration.ratioOf('claude-sonnet-5-5') - 1.15) < 0.01);
    assert.equal(calibration.ratioOf('claude-opus-5-5'), 1.3);
  });

  it('is moved little by one odd prompt, and never beyond its bounds', () => {
    const calibration = new Calibration();
    calibration.learn('m', 10_000, 90_000);
    assert.ok(calibration.ratioOf('m') <= 1.37);
    for (let answer = 0; answer < 50; answer += 1) {
      calibration.learn('m', 10_000, 90_000);
    }
    assert.ok(calibration.ratioOf('m') <= 1.6);
    for (let answer = 0; answer < 50; answer += 1) {
      calibration.learn('m', 10_000, 10);
    }
    assert.ok(calibration.ratioOf('m') >= 1);
  });

  it('learns nothing of short prompts and of servers that count nothing', () => {
    const calibration = new Calibration();
    calibration.learn('m', 200, 320);
    calibration.learn('m', 10_000, 0);
    assert.equal(calibration.ratioOf('m'), 1.3);
  });

  it('keeps what it learned, and takes no nonsense from what was kept', () => {
    let kept: Readonly<Record<string, number>> = { odd: 40, broken: Number.NaN };
    const store = {
      load: () => kept,
      save: (ratios: typeof kept) => {
        kept = ratios;
      },
    };
    const first = new Calibration(store);
    assert.equal(first.ratioOf('odd'), 1.6);
    assert.equal(first.ratioOf('broken'), 1.3);
    first.learn('m', 10_000, 10_000);
    assert.equal(new Calibration(store).ratioOf('m'), first.ratioOf('m'));
    assert.notEqual(first.ratioOf('m'), 1.3);
  });
});
