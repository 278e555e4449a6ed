import assert from 'node:assert/strict';
import {
  EditedLines,
  type LineEdit,
  withoutOld,
} from '../../../../src/core/actions/editedLines.ts';
import { type DiffRow, StreamedDiff } from '../../../../src/core/actions/streamedDiff.ts';

function apply(lines: readonly string[], edits: readonly LineEdit[]): string[] {
  return [...edits]
    .reverse()
    .reduce<string[]>(
      (now, { first, end, lines: added }) => [...now.slice(0, first), ...added, ...now.slice(end)],
      [...lines],
    );
}

/** A document whose lines from `first` on are rewritten. */
class Edited {
  document: string[];
  readonly lines: EditedLines;
  private rows: readonly DiffRow[] = [];

  constructor(document: readonly string[], first: number, count: number) {
    this.document = [...document];
    this.lines = new EditedLines(first, document.slice(first, first + count));
  }

  show(rows: readonly DiffRow[]): void {
    this.document = apply(this.document, this.lines.towards(rows));
    this.lines.became(rows);
    this.rows = rows;
  }

  cancel(): void {
    this.document = apply(this.document, this.lines.withoutAdded());
    this.lines.cleared();
  }

  finish(): void {
    this.document = apply(this.document, withoutOld(this.lines.start, this.rows));
  }
}

const document = ['head', 'a', 'b', 'c', 'tail'];

function rewriting(...next: readonly string[]): { edited: Edited; diff: StreamedDiff } {
  const edited = new Edited(document, 1, 3);
  const diff = new StreamedDiff(document.slice(1, 4));
  for (const line of next) {
    diff.add(line);
    edited.show(diff.current());
  }
  return { edited, diff };
}

describe('Lines that are rewritten in a document', () => {
  it('grow above what they replace', () => {
    assert.deepEqual(rewriting('A', 'b').edited.document, ['head', 'A', 'a', 'b', 'c', 'tail']);
  });

  it('take its place at the end', () => {
    const { edited, diff } = rewriting('A', 'b', 'C', 'D');
    edited.show(diff.end());
    edited.finish();
    assert.deepEqual(edited.document, ['head', 'A', 'b', 'C', 'D', 'tail']);
  });

  it('go without a trace when the edit is given up', () => {
    const { edited } = rewriting('A', 'b', 'C', 'D');
    edited.cancel();
    assert.deepEqual(edited.document, document);
  });

  it('come back with the next line after they were taken out for a save', () => {
    const { edited, diff } = rewriting('A', 'B');
    edited.cancel();
    diff.add('C');
    edited.show(diff.current());
    assert.deepEqual(edited.document, ['head', 'A', 'B', 'C', 'a', 'b', 'c', 'tail']);
  });

  it('move with what is typed above and below', () => {
    const { edited, diff } = rewriting('A');
    edited.document.splice(0, 0, 'typed', 'typed too');
    const change = { startLine: 0, endLine: 0, newLines: 2, isBeforeLine: true };
    assert.equal(edited.lines.follow(change), false);
    edited.document.push('below');
    assert.equal(edited.lines.follow({ ...change, startLine: 7, endLine: 7 }), false);
    diff.add('B');
    edited.show(diff.current());
    edited.cancel();
    assert.deepEqual(edited.document, ['typed', 'typed too', ...document, 'below']);
  });

  it('move up when lines above are deleted', () => {
    const { edited } = rewriting('A');
    edited.document.shift();
    const change = { startLine: 0, endLine: 1, newLines: 0, isBeforeLine: true };
    assert.equal(edited.lines.follow(change), false);
    edited.cancel();
    assert.deepEqual(edited.document, document.slice(1));
  });

  it('belong to whoever types into them', () => {
    const { edited } = rewriting('A', 'B');
    edited.document[1] = 'A, by hand';
    const touch = { startLine: 1, endLine: 1, newLines: 0, isBeforeLine: false };
    assert.equal(edited.lines.follow(touch), true);
    edited.cancel();
    assert.deepEqual(edited.document, ['head', 'A, by hand', 'a', 'b', 'c', 'tail']);
  });

  it('leave nothing behind where somebody deletes across their beginning', () => {
    const { edited } = rewriting('A', 'B');
    edited.document.splice(0, 2, 'joined');
    const change = { startLine: 0, endLine: 1, newLines: 0, isBeforeLine: false };
    assert.equal(edited.lines.follow(change), true);
    edited.cancel();
    assert.deepEqual(edited.document, ['joined', 'a', 'b', 'c', 'tail']);
  });
});
