import assert from 'node:assert/strict';
import { readJson } from '../../../../src/core/actions/jsonAnswer.ts';

describe('The JSON in an answer', () => {
  it('is found with and without words around it', () => {
    assert.deepEqual(readJson('{"a": {"b": 1}}'), { a: { b: 1 } });
    assert.deepEqual(readJson('Sure:\n```json\n{"a": 1}\n```\nDone.'), { a: 1 });
  });

  it('is missing where there is none or it is broken', () => {
    for (const answer of ['', 'none', '}{', '{"a": ', '[1]']) {
      assert.equal(readJson(answer), undefined, answer);
    }
  });
});
