import assert from 'node:assert/strict';
import test from 'node:test';
import { paginate } from '../src/pagination.js';

test('the last page may be short', () => {
  const page = paginate(['a', 'b', 'c', 'd', 'e'], 3, 2);
  assert.deepEqual(page, { items: ['e'], number: 3, pageCount: 3, hasNext: false });
});

test('pages that come out even have no empty one after them', () => {
  const page = paginate(['a', 'b', 'c', 'd'], 2, 2);
  assert.deepEqual(page, { items: ['c', 'd'], number: 2, pageCount: 2, hasNext: false });
});
