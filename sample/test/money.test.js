import assert from 'node:assert/strict';
import test from 'node:test';
import { formatPrice, parsePrice, percentOf } from '../src/money.js';

test('a price survives reading and writing', () => {
  for (const text of ['0.00', '2.95', '4.60', '12.30', '19.99', '100.05']) {
    assert.equal(formatPrice(parsePrice(text)), `€ ${text}`);
  }
});

test('what is not a price is refused', () => {
  assert.throws(() => parsePrice('cheap'), RangeError);
  assert.throws(() => parsePrice('-1'), RangeError);
});

test('a percentage is whole cents', () => {
  assert.equal(percentOf(1999, 10), 200);
});
