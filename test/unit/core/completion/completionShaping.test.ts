import assert from 'node:assert/strict';
import { limited, refused, type ShapeOptions, shapeStream } from './completionKit.ts';

/** The text with the completion in it; `undefined` where nothing may be shown. */
async function check(
  marked: string,
  answer: string,
  expected: string | undefined,
  options: ShapeOptions & { readonly isBare?: boolean } = {},
): Promise<void> {
  const tagged = options.isBare ? answer : `<fill>${answer}</fill>`;
  const { text } = await shapeStream(marked, [tagged], options);
  const result = text === undefined ? undefined : marked.replace('¦', () => text);
  assert.equal(result, expected);
}

interface Case {
  readonly name: string;
  readonly languageId?: string;
  readonly marked: string;
  readonly answer: string;
  readonly expected: string | undefined;
}

function cases(title: string, isMultiline: boolean, table: readonly Case[]): void {
  describe(title, () => {
    for (const { name, languageId, marked, answer, expected } of table) {
      it(`${name}${languageId ? ` (${languageId})` : ''}`, () =>
        check(marked, answer, expected, { isMultiline, ...(languageId ? { languageId } : {}) }));
    }
  });
}

cases('Completion of a line: overlap with what follows', false, [
  {
    name: 'drops a bracket that is there already',
    marked: 'foo(¦)',
    answer: 'bar)',
    expected: 'foo(bar)',
  },
  {
    name: 'keeps the brackets of a call in a call',
    marked: 'foo(¦)',
    answer: 'bar()',
    expected: 'foo(bar())',
  },
  {
    name: 'drops the rest of the statement',
    marked: 'foo(¦);',
    answer: 'a, b);',
    expected: 'foo(a, b);',
  },
  {
    name: 'closes what the answer left to the bracket of another',
    marked: 'foo(¦)',
    answer: 'bar(baz',
    expected: 'foo(bar(baz))',
  },
  {
    name: 'drops a condition’s end',
    languageId: 'java',
    marked: 'if (¦) {',
    answer: 'x > 0) {',
    expected: 'if (x > 0) {',
  },
  {
    name: 'drops the end of a word that is there',
    marked: 'val¦e = 1',
    answer: 'ue',
    expected: 'value = 1',
  },
  {
    name: 'drops a closing quote that is there',
    languageId: 'python',
    marked: 'print("¦")',
    answer: 'hello")',
    expected: 'print("hello")',
  },
  {
    name: 'keeps quotes that are escaped within a string',
    marked: 'say("¦")',
    answer: 'a \\"b\\" c")',
    expected: 'say("a \\"b\\" c")',
  },
  {
    name: 'keeps quotes that pair up',
    languageId: 'go',
    marked: 'x := "¦"',
    answer: 'a" + b + "c',
    expected: 'x := "a" + b + "c"',
  },
  {
    name: 'drops a semicolon that is there',
    languageId: 'c',
    marked: 'int x = ¦;',
    answer: '5;',
    expected: 'int x = 5;',
  },
  {
    name: 'drops an operator that is there',
    languageId: 'rust',
    marked: 'let x = ¦ + 1;',
    answer: 'a + 1;',
    expected: 'let x = a + 1;',
  },
  {
    name: 'keeps a lifetime apart from a character',
    languageId: 'rust',
    marked: "fn longest<'a>(x: &'a str, ¦) {}",
    answer: "y: &'a str) {}",
    expected: "fn longest<'a>(x: &'a str, y: &'a str) {}",
  },
  {
    name: 'shows nothing where all of it is there',
    marked: 'foo(¦a, b)',
    answer: 'a, b)',
    expected: undefined,
  },
  {
    name: 'shows nothing where the next line says it',
    languageId: 'ruby',
    marked: 'def a\n  ¦\n  puts 1\nend',
    answer: 'puts 1',
    expected: undefined,
  },
  { name: 'shows no white space alone', marked: 'foo(¦)', answer: '  ', expected: undefined },
  { name: 'shows nothing for nothing', marked: 'foo(¦)', answer: '', expected: undefined },
]);

cases('Completion of a line: overlap with what precedes', false, [
  {
    name: 'drops the line that is typed',
    marked: '  const total = ¦',
    answer: 'const total = items.length;',
    expected: '  const total = items.length;',
  },
  {
    name: 'drops the line with its indentation',
    languageId: 'python',
    marked: '    return ¦',
    answer: '    return x',
    expected: '    return x',
  },
  {
    name: 'drops the word that is half typed',
    languageId: 'csharp',
    marked: 'return cou¦',
    answer: 'count;',
    expected: 'return count;',
  },
  {
    name: 'drops the line before it, too',
    languageId: 'go',
    marked: 'a := 1\nb := ¦',
    answer: 'a := 1\nb := 2',
    expected: 'a := 1\nb := 2',
  },
  {
    name: 'drops the end of the line',
    languageId: 'php',
    marked: '$x = array_map($f, ¦',
    answer: 'array_map($f, $items);',
    expected: '$x = array_map($f, $items);',
  },
  {
    name: 'drops a space that is there',
    languageId: 'cpp',
    marked: 'auto x = ¦',
    answer: ' 5;',
    expected: 'auto x = 5;',
  },
  {
    name: 'keeps a space that is not',
    languageId: 'cpp',
    marked: 'return¦',
    answer: ' 5;',
    expected: 'return 5;',
  },
  {
    name: 'keeps an argument that comes twice',
    marked: 'max(a, ¦)',
    answer: 'a, b',
    expected: 'max(a, a, b)',
  },
]);

cases('Completion of a line: its end', false, [
  {
    name: 'cuts at the line’s end',
    languageId: 'python',
    marked: 'x = ¦',
    answer: '1\ny = 2',
    expected: 'x = 1',
  },
  {
    name: 'passes over a line end of the answer’s form',
    marked: 'const x = ¦',
    answer: '\n1;\n',
    expected: 'const x = 1;',
  },
  {
    name: 'begins no new line behind a statement',
    marked: 'foo();¦',
    answer: '\nbar();',
    expected: undefined,
  },
  {
    name: 'closes a call that nothing closes',
    languageId: 'shellscript',
    marked: 'x=$(¦',
    answer: 'date)',
    expected: 'x=$(date)',
  },
  {
    name: 'counts no bracket in a regular expression',
    languageId: 'javascript',
    marked: 'const x = f(¦)',
    answer: '/[)]/)',
    expected: 'const x = f(/[)]/)',
  },
  {
    name: 'counts no bracket in a comment',
    languageId: 'lua',
    marked: 'f(¦)',
    answer: 'a) -- :)',
    expected: 'f(a)',
  },
]);

cases('Completion of a block', true, [
  {
    name: 'ends with the block, which nothing closes',
    marked: 'function f() {¦',
    answer: '\n  return 1;\n}\n\nfunction g() {}',
    expected: 'function f() {\n  return 1;\n}',
  },
  {
    name: 'leaves the bracket that is there on a line of its own',
    languageId: 'java',
    marked: '  void f() {¦}',
    answer: '\n    g();\n  }',
    expected: '  void f() {\n    g();\n  }',
  },
  {
    name: 'leaves out a bracket on a later line',
    languageId: 'go',
    marked: 'func f() {\n\t¦\n}',
    answer: 'g()\n\th()\n}\n',
    expected: 'func f() {\n\tg()\n\th()\n}',
  },
  {
    name: 'goes on with another branch',
    languageId: 'csharp',
    marked: 'if (a) {¦',
    answer: '\n  b();\n} else {\n  c();\n}\nd();',
    expected: 'if (a) {\n  b();\n} else {\n  c();\n}',
  },
  {
    name: 'ends where lines are indented less',
    languageId: 'python',
    marked: 'def f():¦',
    answer: '\n    return 1\n\nprint(f())',
    expected: 'def f():\n    return 1',
  },
  {
    name: 'goes on with a clause of the same statement',
    languageId: 'python',
    marked: 'if a:¦',
    answer: '\n    b()\nelse:\n    c()\nd()',
    expected: 'if a:\n    b()\nelse:\n    c()',
  },
  {
    name: 'ends with the word that ends it',
    languageId: 'ruby',
    marked: 'def f¦',
    answer: '\n  1\nend\n\ndef g',
    expected: 'def f\n  1\nend',
  },
  {
    name: 'leaves out the word that is there',
    languageId: 'lua',
    marked: 'if a then\n  ¦\nend',
    answer: 'b()\n  c()\nend',
    expected: 'if a then\n  b()\n  c()\nend',
  },
  {
    name: 'ends with a definition at the left edge',
    languageId: 'rust',
    marked: 'use a;\n\n¦\n',
    answer: 'fn f() {\n    1\n}\n\nfn g() {}',
    expected: 'use a;\n\nfn f() {\n    1\n}\n',
  },
  {
    name: 'stops before the line that follows',
    languageId: 'typescript',
    marked: 'function f() {\n  ¦\n  return x;\n}',
    answer: 'const x = 1;\n  return x;\n}',
    expected: 'function f() {\n  const x = 1;\n  return x;\n}',
  },
  {
    name: 'goes on where only a word is that of the line that follows',
    languageId: 'python',
    marked: 'if a:\n    ¦\nelse:\n    d()\n',
    answer: 'if b:\n        c()\n    else:\n        e()\nelse:\n    d()',
    expected: 'if a:\n    if b:\n        c()\n    else:\n        e()\nelse:\n    d()\n',
  },
  {
    name: 'closes what the answer left open',
    languageId: 'cpp',
    marked: 'void f() {\n  ¦\n}',
    answer: 'if (a) {\n    b();',
    expected: 'void f() {\n  if (a) {\n    b();\n  }\n}',
  },
  {
    name: 'takes the line ends of the file',
    languageId: 'csharp',
    marked: 'void F()\r\n{\r\n    ¦\r\n}\r\n',
    answer: 'G();\n    H();\n}',
    expected: 'void F()\r\n{\r\n    G();\r\n    H();\r\n}\r\n',
  },
]);

cases('Completion: indentation', true, [
  {
    name: 'writes tabs where the file has them',
    languageId: 'go',
    marked: 'func f() {\n\tif a {\n\t\tb()\n\t}\n\t¦\n}',
    answer: 'if c {\n        d()\n    }',
    expected: 'func f() {\n\tif a {\n\t\tb()\n\t}\n\tif c {\n\t\td()\n\t}\n}',
  },
  {
    name: 'writes spaces where the file has them',
    languageId: 'php',
    marked: 'function f() {\n  if ($a) {\n    b();\n  }\n  ¦\n}',
    answer: 'if ($c) {\n\t\td();\n\t}',
    expected: 'function f() {\n  if ($a) {\n    b();\n  }\n  if ($c) {\n    d();\n  }\n}',
  },
  {
    name: 'keeps the alignment of a file that mixes both',
    languageId: 'c',
    marked: 'int f(void)\n{\n  g();\n  ¦\n}\n',
    answer: 'h(a,\n    b);\n  k(a,\n\t  b);',
    expected: 'int f(void)\n{\n  g();\n  h(a,\n    b);\n  k(a,\n\t  b);\n}\n',
  },
  {
    name: 'moves an answer that begins at the left edge',
    marked: 'class A {\n  f() {\n    ¦\n  }\n}',
    answer: 'if (a) {\n  b();\n}\nc();',
    expected: 'class A {\n  f() {\n    if (a) {\n      b();\n    }\n    c();\n  }\n}',
  },
  {
    name: 'does not repeat the indentation of the cursor',
    languageId: 'python',
    marked: 'def f():\n    ¦',
    answer: '    a()\n    b()',
    expected: 'def f():\n    a()\n    b()',
  },
]);

describe('Completion: form and fate of an answer', () => {
  it('takes the code out of a fence', () =>
    check('const x = ¦', '```ts\n1;\n```', 'const x = 1;', { isBare: true }));

  it('takes the code out of a fence within the tags', () =>
    check('const x = ¦', '\n```\n1;\n```\n', 'const x = 1;'));

  it('keeps a fence in Markdown', () =>
    check('See:\n\n¦', '```sh\nls\n```', 'See:\n\n```sh\nls\n```', {
      languageId: 'markdown',
      isMultiline: true,
    }));

  it('passes over words before the tag', async () => {
    const { text } = await shapeStream('const x = ¦', ['Here it is:\n<fill>1;</fill> Done.']);
    assert.equal(text, '1;');
  });

  it('takes an answer without tags for code, at its end', () =>
    check('const x = ¦', '1;\n', 'const x = 1;', { isBare: true }));

  it('shows nothing of such an answer before, as it may be talk', async () => {
    const { shown, text } = await shapeStream('const x = ¦', ['Here it is:\n', '<fill>1;\n']);
    assert.deepEqual([shown, text], [['', '1;'], '1;']);
  });

  it('ends at the mark of a model’s end', () =>
    check('const x = ¦', '1;<|endoftext|>', 'const x = 1;', { isBare: true }));

  it('completes a file that begins with blank lines', () =>
    check('\n\nfoo(¦)', 'bar)', '\n\nfoo(bar)'));

  it('drops the mark of the cursor', () => check('f(¦)', 'a<cursor/>', 'f(a)'));

  it('shows nothing of a refusal', () =>
    check('const x = ¦', '1;', undefined, { outcome: refused, isBare: true }));

  it('shows nothing of a stream that broke', () =>
    check('const x = ¦', '1;', undefined, { outcome: { kind: 'cancelled' }, isBare: true }));

  it('keeps whole lines of an answer that was too long', async () => {
    const options = { isMultiline: true, outcome: limited, languageId: 'python' };
    const { text } = await shapeStream('def f():\n    ¦', ['<fill>a()\n    b()\n    c('], options);
    assert.equal(text, 'a()\n    b()');
  });

  it('shows nothing of half a line', async () => {
    const { text } = await shapeStream('const x = ¦', ['<fill>call(a, '], { outcome: limited });
    assert.equal(text, undefined);
  });

  it('is enough at the line’s end, without what follows', async () => {
    const deltas = ['<fill>1', ';\n', 'const y', ' = 2'];
    const { text, taken } = await shapeStream('const x = ¦', deltas);
    assert.deepEqual({ text, taken }, { text: '1;', taken: 2 });
  });

  it('cuts where the syntax tree says that the block ends', async () => {
    const marked = 'def f():\n    ¦\n';
    const answer = 'a()\n    b()';
    const blockEnd = (): number => marked.indexOf('¦') + 'a()'.length;
    const options = {
      isMultiline: true,
      languageId: 'python',
      syntax: { source: 'tree', blockEnd },
    } as const;
    const { text } = await shapeStream(marked, [`<fill>${answer}</fill>`], options);
    assert.equal(text, 'a()');
  });
});
