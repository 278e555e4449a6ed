import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits, type EditFailure, type TextEdit } from '../../../../src/core/edit/match.ts';

/** Applies one edit, or several, and tells the new text. */
function check(text: string, edits: TextEdit | readonly TextEdit[], expected: string): void {
  const list = Array.isArray(edits) ? (edits as readonly TextEdit[]) : [edits as TextEdit];
  const result = applyEdits(text, list);
  assert.equal(result.kind, 'applied', JSON.stringify(result));
  assert.equal(result.kind === 'applied' && result.text, expected);
}

function failure(text: string, ...edits: readonly TextEdit[]): EditFailure {
  const result = applyEdits(text, edits);
  assert.ok(result.kind === 'failed', 'The edit was applied.');
  return result.failure;
}

const edit = (oldText: string, newText: string, replaceAll = false): TextEdit => ({
  oldText,
  newText,
  replaceAll,
});

describe('applyEdits', () => {
  it('replaces the one occurrence', () => check('a b c', edit('b', 'x'), 'a x c'));
  it('takes $ and other special characters as they are', () =>
    check('a.b', edit('a.b', '$& $1 $$'), '$& $1 $$'));
  it('replaces all occurrences where asked', () =>
    check('a b a', edit('a', 'aa', true), 'aa b aa'));
  it('applies edits in order, each to what the ones before left', () =>
    check('one', [edit('one', 'two'), edit('two', 'three')], 'three'));
  it('deletes', () => check('a\nb\nc\n', edit('b\n', ''), 'a\nc\n'));
  it('keeps tabs and trailing spaces', () =>
    check(
      '\tif (a) { \n\t\tb();  \n',
      edit('\t\tb();  \n', '\t\tc();\n'),
      '\tif (a) { \n\t\tc();\n',
    ));
  it('works with characters beyond the basic plane', () =>
    check('let 😀 = "ü";', edit('😀', '👩‍👩‍👧'), 'let 👩‍👩‍👧 = "ü";'));

  describe('line ends', () => {
    it('finds LF text in a CRLF file and writes CRLF', () =>
      check('a\r\nb\r\nc\r\n', edit('a\nb', 'x\ny\nz'), 'x\r\ny\r\nz\r\nc\r\n'));
    it('finds CRLF text in an LF file and writes LF', () =>
      check('a\nb\n', edit('a\r\nb', 'x\r\ny'), 'x\ny\n'));
    it('takes a match that begins or ends with a newline as whole CRLF', () => {
      check('a\r\nb\r\nc', edit('\nb\n', '\n'), 'a\r\nc');
      check('a\r\nb', edit('a\n', ''), 'b');
    });
    it('leaves what it does not touch of mixed line ends', () =>
      check('a\r\nb\nc\r\nd\n', edit('c', 'x\ny'), 'a\r\nb\nx\r\ny\r\nd\n'));
    it('uses the line end of what it replaces in a mixed file', () =>
      check('a\r\nb\r\nc\nd\n', edit('c\nd', 'x\ny'), 'a\r\nb\r\nx\ny\n'));
    it('leaves a lone carriage return alone', () => check('a\rb\n', edit('b', 'c'), 'a\rc\n'));
    it('is no change where only line ends differ', () =>
      assert.equal(failure('a\r\nb', edit('a\nb', 'a\r\nb')).kind, 'noChange'));
  });

  describe('refuses', () => {
    it('an empty old text, even in an empty file', () =>
      assert.equal(failure('', edit('', 'x')).kind, 'emptyOldText'));
    it('an edit that changes nothing', () =>
      assert.equal(failure('a', edit('a', 'a')).kind, 'noChange'));
    it('half of a surrogate pair', () =>
      assert.equal(failure('😀', edit('\ud83d', 'x')).kind, 'brokenText'));
    it('a text that occurs twice, with the lines of both', () =>
      assert.deepEqual(failure('a\nb\na\n', edit('a', 'x')), {
        kind: 'ambiguous',
        lines: [1, 3],
        hasMore: false,
      }));
    it('a text whose occurrences overlap', () =>
      assert.equal(failure('aaa', edit('aa', 'b')).kind, 'ambiguous'));
    it('more occurrences than can be told, quickly', () => {
      const told = failure('a'.repeat(1_000_000), edit('a'.repeat(1_000), 'b'));
      assert.ok(told.kind === 'ambiguous' && told.hasMore && told.lines.length === 20);
    });
    it('other indentation, with the line where it differs', () => {
      const told = failure('x\n\treturn a;\n}\n', edit('    return a;\n}', 'y'));
      assert.ok(told.kind === 'missing');
      assert.deepEqual(told.nearest[0]?.difference, {
        line: 2,
        found: '\treturn a;',
        wanted: '    return a;',
      });
    });
    it('all edits where one fails, and says which', () => {
      const result = applyEdits('a b', [edit('a', 'x'), edit('nope', 'y')]);
      assert.ok(result.kind === 'failed' && result.editIndex === 1);
    });
  });

  it('is undone by its inverse', () => {
    const text = fc.array(fc.constantFrom('a', 'b', ' ', '\n', 'ü', '😀', '\t'), { maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(40), fc.nat(10), fc.boolean(), (characters, at, length, isCrlf) => {
        const lineEnd = isCrlf ? '\r\n' : '\n';
        const original = characters.join('').replaceAll('\n', lineEnd);
        const piece = characters.slice(at, at + length).join('');
        // A marker that occurs nowhere makes both ways unambiguous.
        const forth = applyEdits(original, [edit(piece, `«${piece.replaceAll('\n', '|')}»`)]);
        if (forth.kind === 'failed') {
          return;
        }
        const inverse = edit(`«${piece.replaceAll('\n', '|')}»`, piece);
        const back = applyEdits(forth.text, [inverse]);
        // Without any line end left in the file, the new text's own is what there is to go by.
        const expected = forth.text.includes('\n') ? original : original.replaceAll('\r\n', '\n');
        assert.deepEqual(back.kind === 'applied' && back.text, expected);
      }),
    );
  });

  it('replaces exactly as many as there are, and nothing else', () => {
    const word = fc.constantFrom('ab', 'b', 'ba', 'c');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), word, (words, searched) => {
        const text = words.join('\n');
        const result = applyEdits(text, [edit(searched, '-', true)]);
        const expected = text.split(searched);
        if (expected.length === 1) {
          assert.equal(result.kind, 'failed');
        } else {
          assert.ok(result.kind === 'applied');
          assert.equal(result.text, expected.join('-'));
          assert.equal(result.replacements, expected.length - 1);
        }
      }),
    );
  });

  it('edits a file of 25,000 lines, and explains a miss in it', () => {
    const lines = Array.from({ length: 25_000 }, (_, index) => `  const value${index} = ${index};`);
    const text = lines.join('\r\n');
    check(
      text,
      edit('value20000 = 20000;\n  const value20001', 'x;\n  const y'),
      text.replace('value20000 = 20000;\r\n  const value20001', 'x;\r\n  const y'),
    );
    const told = failure(text, edit('  const value20000 = 20000\n  const value20001 = 20001;', ''));
    assert.ok(told.kind === 'missing' && told.nearest[0]?.startLine === 20_001);
  });
});
