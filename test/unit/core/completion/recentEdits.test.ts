import assert from 'node:assert/strict';
import { RecentEdits } from '../../../../src/core/completion/recentEdits.ts';
import { TextLines } from '../../../../src/core/completion/textLines.ts';

const document = { id: 'file:///a.ts', path: '/a.ts' };

describe('RecentEdits', () => {
  let edits: RecentEdits;
  let lines: TextLines;
  beforeEach(() => {
    edits = new RecentEdits();
    lines = new TextLines('one\ntwo\nthree\nfour');
  });

  it('takes keys on the same line together', () => {
    insert(1, 3, '!');
    insert(1, 4, '?');
    assert.deepEqual(described(), [[1, 'two', 'two!?']]);
  });

  it('grows with lines that are put in, and goes on in them', () => {
    insert(1, 3, '\nnew');
    insert(2, 3, '!');
    assert.deepEqual(described(), [[1, 'two', 'two\nnew!']]);
    change(1, 0, 2, 4, 'both');
    assert.deepEqual(described(), [[1, 'two', 'both']]);
  });

  it('begins anew elsewhere, and in another file', () => {
    insert(1, 3, '!');
    insert(3, 4, '!');
    edits.willChange({ id: 'file:///b.ts', path: '/b.ts' }, lines, at(3, 0, 3, 0, 'b'));
    assert.deepEqual(described(), [
      [1, 'two', 'two!'],
      [3, 'four', 'four!'],
      [3, 'four!', 'bfour!'],
    ]);
    assert.equal(edits.all()[2]?.path, '/b.ts');
  });

  it('leaves out what came to nothing and what is too large for keys', () => {
    insert(1, 3, '!');
    change(1, 3, 1, 4, '');
    insert(3, 4, '\nx'.repeat(50));
    assert.deepEqual(described(), []);
  });

  it('remembers the last ones alone', () => {
    for (let index = 0; index < 30; index += 1) {
      insert(index % 2 === 0 ? 0 : 3, 0, 'x');
    }
    assert.ok(edits.all().length <= 12);
  });

  function insert(line: number, character: number, text: string): void {
    change(line, character, line, character, text);
  }

  function change(...place: [number, number, number, number, string]): void {
    edits.willChange(document, lines, at(...place));
    lines.apply(at(...place));
  }

  function at(line: number, from: number, endLine: number, to: number, text: string) {
    return { startLine: line, startCharacter: from, endLine, endCharacter: to, text };
  }

  function described(): readonly unknown[] {
    return edits.all().map(({ line, before, after }) => [line, before, after]);
  }
});
