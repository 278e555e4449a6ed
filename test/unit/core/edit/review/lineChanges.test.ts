import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitLines } from '../../../../../src/base/lines.ts';
import {
  joinedChanges,
  lineChanges,
  withLines,
} from '../../../../../src/core/edit/review/lineChanges.ts';
import { text } from './reviewKit.ts';

function turned(before: readonly string[], after: readonly string[]): readonly string[] {
  return [...lineChanges(before, after)].reverse().reduce(withLines, [...before]);
}

describe('lineChanges', () => {
  it('turns the one text into the other, change by change', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [before, after] = [splitLines(one), splitLines(other)];
        assert.deepEqual(turned(before, after), after);
      }),
    );
  });

  it('tells changes with a line between them apart', () => {
    assert.deepEqual(lineChanges(['a', 'b', 'c', 'd'], ['A', 'b', 'C', 'd']), [
      { start: 0, end: 1, lines: ['A'] },
      { start: 2, end: 3, lines: ['C'] },
    ]);
  });

  it('makes changes one that only a brace or an empty line lies between', () => {
    const check = (before: string[], after: string[]) =>
      joinedChanges(before, lineChanges(before, after));
    assert.deepEqual(check(['a', '  }', 'c', 'd'], ['A', '  }', 'C', 'd']), [
      { start: 0, end: 3, lines: ['A', '  }', 'C'] },
    ]);
    assert.equal(check(['a', 'b', 'c'], ['A', 'b', 'C']).length, 2);
    assert.equal(check(['a', '', '', 'c'], ['A', '', '', 'C']).length, 2);
  });

  it('takes a text that has nothing in common with the other as one change', () => {
    const lines = (mark: string): string[] =>
      Array.from({ length: 3_000 }, (_, index) => `${mark}${index}`);
    assert.deepEqual(lineChanges(lines('a'), lines('b')), [
      { start: 0, end: 3_000, lines: lines('b') },
    ]);
  });

  it('puts in more lines than a call takes arguments', () => {
    const many = Array.from({ length: 200_000 }, (_, index) => `${index}`);
    assert.deepEqual(turned(['a', 'z'], ['a', ...many, 'z']).length, 200_002);
  });
});
