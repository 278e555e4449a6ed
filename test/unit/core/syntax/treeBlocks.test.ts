// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of the languages that are read
import assert from 'node:assert/strict';
import { atCursor, marked, readOnce } from '../../../support/syntaxHarness.ts';

/** The first mark is asked about, the second is the answer. */
async function checkEnd(languageId: string, source: string): Promise<void> {
  const { text, offsets } = marked(source);
  const [offset = 0, wanted = offset] = offsets;
  const end = await readOnce(languageId, text, (syntax) => syntax.blockEnd(offset));
  assert.equal(`${text.slice(0, end)}¦`, `${text.slice(0, wanted)}¦`);
}

async function checkStart(languageId: string, source: string, wanted: boolean): Promise<void> {
  const { text, offset } = atCursor(source);
  assert.equal(await readOnce(languageId, text, (syntax) => syntax.isAtBlockStart(offset)), wanted);
}

const ends: readonly (readonly [string, string])[] = [
  ['typescript', 'function f() {\n  a¦();\n  b();¦\n}\nc();'],
  ['typescript', 'class A {\n  ¦\n  f() {\n    a();\n  }¦\n}\n'],
  ['typescript', 'if (a) {\n  b();\n  ¦¦\n}\nc();'],
  ['typescript', 'a();\n¦\nb();\n¦'],
  ['typescript', 'const x = `${[1].map((y) => { ¦return y;¦ })}`;'],
  ['typescriptreact', 'function A() {\n  ¦return <p>{b}</p>;¦\n}'],
  ['javascript', 'f(() => {\n  ¦g({ a: 1 });¦\n});'],
  ['javascript', 'const o = {\n  a: 1,¦\n  b: 2,¦\n};'],
  ['python', 'def f(a):\n    b = ¦1\n    return b¦\n\nc = 1\n'],
  [
    'python',
    'class A:\n    def f(self):\n        a()\n        ¦¦\n\n    def g(self):\n        b()\n',
  ],
  [
    'python',
    'class A:\n    def f(self):\n        a()\n\n    ¦\n    def g(self):\n        b()¦\nc()\n',
  ],
  ['python', 'a = 1\n¦\nb = 2\n¦'],
  ['go', 'func f() {\n\tfor i := range a {\n\t\t¦b(i)¦\n\t}\n}\n'],
  ['rust', 'impl A {\n    fn f(&self) -> i32 {\n        match ¦self.a { _ => 1 }¦\n    }\n}\n'],
  ['java', 'class A {\n  void f() {\n    if (a) {\n      ¦b();¦\n    }\n    c();\n  }\n}\n'],
  ['c', 'int f(void) {\n  ¦return 1;¦\n}\nint g;\n'],
  ['cpp', 'namespace n {\n¦\nclass A {};¦\n}\n'],
  ['csharp', 'class A {\n  int F() {\n    ¦return 1;¦\n  }\n}\n'],
  ['ruby', 'def f(a)\n  ¦b = a\n  b¦\nend\n\nc\n'],
  ['ruby', 'if a\n  ¦b¦\nelse\n  c\nend\n'],
  ['ruby', 'if a\n  b\nelse\n  ¦c¦\nend\n'],
  ['ruby', 'a.each do |b|\n  ¦puts b¦\nend\n'],
  ['php', '<?php\nfunction f() {\n  ¦return 1;¦\n}\n$a = 1;\n'],
  ['shellscript', 'f() {\n  ¦a\n  b¦\n}\nc\n'],
  ['shellscript', 'if a; then\n  ¦b¦\nelse\n  c\nfi\n'],
  ['shellscript', 'for i in a b; do\n  ¦echo "$i"¦\ndone\n'],
  ['css', '.a {\n  ¦color: red;¦\n}\n.b {}\n'],
  // Nothing closes the block: indentation tells where it ends.
  ['typescript', 'function f() {\n  if (a) {\n    ¦b();¦\n  c();\n'],
];

const starts: readonly (readonly [string, string, boolean])[] = [
  ['typescript', 'function f() {¦}', true],
  ['typescript', 'function f() {\n  ¦\n}', true],
  ['typescript', 'function f() {\n  // first\n  ¦\n}', true],
  ['typescript', 'function f() {\n  a();\n  ¦\n}', false],
  ['typescript', 'function f() {\n  ¦\n  a();\n}', false],
  ['typescript', 'a();\n¦', false],
  ['typescript', "const s = '{¦'", false],
  ['typescript', 'function f() {\n  ¦', true],
  ['typescriptreact', 'class A {\n  ¦\n}', true],
  ['javascript', 'if (a) {¦}', true],
  ['python', 'def f():\n    ¦', true],
  ['python', 'def f():\n    ¦\n\ndef g():\n    pass\n', true],
  ['python', 'def f():\n    a()\n    ¦', false],
  ['python', 'a = 1\n¦', false],
  ['go', 'func f() {\n\t¦\n}\n', true],
  ['rust', 'fn f() {\n    ¦\n}\n', true],
  ['java', 'class A {\n  void f() {\n    ¦\n  }\n}\n', true],
  ['c', 'int f(void) {\n  ¦\n}\n', true],
  ['cpp', 'class A {\n  ¦\n};\n', true],
  ['csharp', 'class A {\n  ¦\n}\n', true],
  ['ruby', 'def f(a)\n  ¦\nend\n', true],
  ['ruby', 'def f(a)\n  b\n  ¦\nend\n', false],
  ['ruby', 'a.each do\n  ¦\nend\n', true],
  ['php', '<?php\nfunction f() {\n  ¦\n}\n', true],
  ['shellscript', 'f() {\n  ¦\n}\n', true],
  ['css', '.a {\n  ¦\n}\n', true],
];

describe('Blocks in a tree', () => {
  describe('end after their last statement', () => {
    for (const [languageId, source] of ends) {
      it(`${languageId}: ${JSON.stringify(source)}`, () => checkEnd(languageId, source));
    }
  });

  describe('begin where nothing is in them yet', () => {
    for (const [languageId, source, wanted] of starts) {
      it(`${languageId}: ${JSON.stringify(source)} is ${wanted ? 'one' : 'none'}`, () =>
        checkStart(languageId, source, wanted));
    }
  });
});
