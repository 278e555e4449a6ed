import assert from 'node:assert/strict';
import { type DiffRow, StreamedDiff } from '../../../../src/core/actions/streamedDiff.ts';

const signs: Readonly<Record<DiffRow['kind'], string>> = {
  kept: ' ',
  added: '+',
  removed: '-',
  pending: '?',
};

function shown(rows: readonly DiffRow[]): string[] {
  return rows.map(({ kind, text }) => `${signs[kind]}${text}`);
}

/** Puts lines in one by one: what is shown must only grow, and end with the new lines. */
function check(old: readonly string[], next: readonly string[], expected: readonly string[]): void {
  const diff = new StreamedDiff(old);
  for (const line of next) {
    diff.add(line);
    const rows = diff.current();
    const oldNow = rows.flatMap(({ kind, text }) => (kind === 'added' ? [] : [text]));
    assert.deepEqual(oldNow, old, 'every old line stays where it is until the end');
  }
  const end = diff.end();
  assert.deepEqual(shown(end), expected);
  assert.deepEqual(
    end.flatMap(({ kind, text }) => (kind === 'removed' ? [] : [text])),
    next,
  );
}

describe('A difference while it is written', () => {
  it('keeps what stays, and shows what comes and goes', () =>
    check(['a', 'b', 'c'], ['a', 'B', 'c'], [' a', '+B', '-b', ' c']));

  it('puts a comment before what it is about', () =>
    check(
      ['function f() {', '}'],
      ['// Adds.', 'function f() {', '}'],
      ['+// Adds.', ' function f() {', ' }'],
    ));

  it('takes no brace for another one', () =>
    check(
      ['a {', '}', 'b {', '}'],
      ['x {', '}', 'b {', '}'],
      ['+x {', '+}', '-a {', '-}', ' b {', ' }'],
    ));

  it('removes what is left over, and all of it where nothing comes', () => {
    check(['a', 'b'], ['a'], [' a', '-b']);
    check(['a', 'b'], [], ['-a', '-b']);
  });

  it('writes where nothing was', () => check([''], ['new'], ['+new', '-']));

  it('shows what has not been reached as pending', () => {
    const diff = new StreamedDiff(['a', 'b']);
    diff.add('x');
    assert.deepEqual(shown(diff.current()), ['+x', '?a', '?b']);
  });
});
