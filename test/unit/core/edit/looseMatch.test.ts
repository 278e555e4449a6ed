import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits, type EditResult } from '../../../../src/core/edit/match.ts';

const loosely = (text: string, oldText: string, newText: string): EditResult =>
  applyEdits(text, [{ oldText, newText }], 'whitespaceTolerant');

/** Replaces what is quoted with other white space than it has. */
function check(text: string, oldText: string, newText: string, expected: string): void {
  const result = loosely(text, oldText, newText);
  assert.ok(result.kind === 'applied', JSON.stringify(result));
  assert.equal(result.text, expected);
  assert.equal(result.loose?.length, 1);
}

function fails(text: string, oldText: string, newText: string, kind: string): void {
  const result = loosely(text, oldText, newText);
  assert.equal(result.kind === 'failed' && result.failure.kind, kind, JSON.stringify(result));
}

const tabbed = 'class A {\n\tf() {\n\t\tif (a) {\n\t\t\tb();\n\t\t}\n\t}\n}\n';

describe('matchLoosely', () => {
  it('is asked only where the text does not occur exactly, and where it is allowed', () => {
    const exact = loosely('  a\n\ta\n', '  a', 'b');
    assert.ok(exact.kind === 'applied' && exact.loose === undefined);
    const refused = applyEdits('\ta\n', [{ oldText: '  a', newText: '  b' }]);
    assert.ok(refused.kind === 'failed' && refused.failure.kind === 'missing');
  });

  it('tells which edit matched so and where', () => {
    const edits = [
      { oldText: 'x', newText: 'y' },
      { oldText: '    b();\n  }', newText: '    c();\n  }' },
    ];
    const result = applyEdits('x\n{\n\t\tb();\n\t}\n', edits, 'whitespaceTolerant');
    assert.ok(result.kind === 'applied', JSON.stringify(result));
    assert.deepEqual(result.loose, [{ editIndex: 1, startLine: 3, endLine: 4 }]);
    assert.equal(result.text, 'y\n{\n\t\tc();\n\t}\n');
  });

  describe('keeps the indentation of the file', () => {
    it('tabs where spaces were quoted, deeper and less deep', () =>
      check(
        tabbed,
        '    if (a) {\n      b();\n    }',
        '    if (a) {\n      if (c) {\n        b();\n      }\n    }\n  // end',
        'class A {\n\tf() {\n\t\tif (a) {\n\t\t\tif (c) {\n\t\t\t\tb();\n\t\t\t}\n\t\t}\n\t// end\n\t}\n}\n',
      ));
    it('spaces where tabs were quoted', () =>
      check(
        'f() {\n    a();\n}\n',
        '\tf() {\n\t\ta();\n\t}',
        '\tf() {\n\t\tif (b) {\n\t\t\ta();\n\t\t}\n\t}',
        'f() {\n    if (b) {\n        a();\n    }\n}\n',
      ));
    it('where the quote left it out', () =>
      check('\t\ta();\n\t\tb();\n', 'a();\nb();', 'a();\nc();', '\t\ta();\n\t\tc();\n'));
    it('and lines that stay, as they are', () =>
      check(
        '\ta( 1,  2 );  \n\n\tb();\n',
        'a( 1, 2 );\n\nb();',
        'a( 1, 2 );\n\nc();',
        '\ta( 1,  2 );  \n\n\tc();\n',
      ));
    it('and blank lines that stay', () =>
      check('\ta\n\t\n\tb\n', '  a\n\n  b', '  a\n\n  c', '\ta\n\t\n\tc\n'));
  });

  describe('takes newlines at the end as exact matching does', () => {
    it('where both texts have one', () => check('\ta\nb\n', '  a\n', '  x\n', '\tx\nb\n'));
    it('where lines go', () => check('\ta\n\tb\nc\n', '  a\n  b\n', '', 'c\n'));
    it('where the new text has none', () => check('\ta\nb\n', '  a\n', '  x', '\txb\n'));
    it('where the file has none', () => check('b\n\ta', '  a\n', '  x\n', 'b\n\tx'));
  });

  it('keeps CRLF', () =>
    check('{\r\n\ta\r\n}\r\n', '{\n  a\n}', '{\n  b\n  c\n}', '{\r\n\tb\r\n\tc\r\n}\r\n'));

  describe('finds nothing', () => {
    it('where more than one place would do', () => {
      fails('\ta\n x\n\t\ta\n', '  a', '  b', 'ambiguous');
      const result = loosely('\ta\n x\n\t\ta\n', '  a', '  b');
      assert.ok(result.kind === 'failed' && result.failure.kind === 'ambiguous');
      assert.deepEqual([result.failure.lines, result.failure.isLoose], [[1, 3], true]);
    });
    it('where overlapping places would do', () =>
      fails('\ta\n\ta\n\ta\n', '  a\n  a', '  b\n  b', 'ambiguous'));
    it('in the middle of a line', () => fails('x = f(a,  b)\n', 'f(a, b)', 'g()', 'missing'));
    it('where all is to be replaced', () => {
      const edits = [{ oldText: '  a', newText: '  b', replaceAll: true }];
      const result = applyEdits('\ta\n', edits, 'whitespaceTolerant');
      assert.ok(result.kind === 'failed' && result.failure.kind === 'missing');
    });
    it('where only white space is to change', () => fails('\ta\n', '  a', '    a', 'missing'));
    it('where only white space was quoted', () => fails('a\n\t\nb\n', '  \n    ', 'x', 'missing'));
    it('where white space splits or joins words', () =>
      fails('foo bar\n', ' foobar', 'x', 'missing'));
    it('where the indentation can’t be told', () =>
      // The quote has one indentation for two of the file, and the new line has it too.
      fails('\ta\n\t\tb\n', '  a\n  b', '  a\n  x', 'missing'));
  });

  const line = fc
    .tuple(
      fc.constantFrom('', ' ', '  ', '\t', '\t\t'),
      fc.constantFrom('a', 'b', 'a b', 'a  b', '{', '}', ''),
      fc.constantFrom('', ' ', '\t'),
    )
    .map((parts) => parts.join(''));
  const lines = fc.array(line, { minLength: 1, maxLength: 8 });
  const plain = (text: string): string[] =>
    text.split('\n').map((one) => one.trim().replace(/\s+/g, ' '));

  it('never picks among places, and touches nothing else', () => {
    const cases = fc.record({ file: lines, quoted: lines, fresh: lines, crlf: fc.boolean() });
    fc.assert(
      fc.property(cases, ({ file, quoted, fresh, crlf }) => {
        const text = file.join(crlf ? '\r\n' : '\n');
        const oldText = quoted.join('\n');
        const result = loosely(text, oldText, fresh.join('\n'));
        if (result.kind !== 'applied' || !result.loose) {
          return;
        }
        const wanted = plain(oldText.replace(/\n$/, ''));
        const starts = file.filter((_, start) =>
          wanted.every((one, index) => plain(file[start + index] ?? '\u0000')[0] === one),
        );
        assert.equal(starts.length, 1);
        const [{ startLine, endLine } = { startLine: 0, endLine: 0 }] = result.loose;
        const newline = crlf ? '\r\n' : '\n';
        const head = file.slice(0, startLine - 1).map((one) => one + newline);
        const tail = file.slice(endLine).join(newline);
        assert.ok(result.text.startsWith(head.join('')));
        assert.ok(result.text.endsWith(tail));
        assert.equal(!crlf && result.text.includes('\r'), false);
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads, but for white space, as an exact edit of the same lines', () => {
    const cases = fc.record({ file: lines, at: fc.nat(), count: fc.nat(3), fresh: lines });
    fc.assert(
      fc.property(cases, ({ file, at, count, fresh }) => {
        const start = at % file.length;
        const quoted = file.slice(start, start + count + 1).map((one) => `   ${one.trim()}`);
        const result = loosely(file.join('\n'), quoted.join('\n'), fresh.join('\n'));
        if (result.kind === 'applied' && result.loose) {
          const expected = file.toSpliced(start, quoted.length, ...fresh).join('\n');
          assert.deepEqual(plain(result.text), plain(expected));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
