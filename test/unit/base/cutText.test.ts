import assert from 'node:assert/strict';
import { cutText } from '../../../src/base/cutText.ts';

describe('cutText', () => {
  it('gives so many units, or the text where it is shorter', () => {
    assert.equal(cutText('abc', 2), 'ab');
    assert.equal(cutText('abc', 3), 'abc');
    assert.equal(cutText('abc', 9), 'abc');
    assert.equal(cutText('abc', 0), '');
  });

  it('leaves out a character of which only half would fit', () => {
    assert.equal(cutText('a😀b', 2), 'a');
    assert.equal(cutText('a😀b', 3), 'a😀');
    assert.equal(cutText('😀', 1), '');
  });
});
