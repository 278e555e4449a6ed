import assert from 'node:assert/strict';
import { readOnce } from '../../../support/syntaxHarness.ts';

const folded: readonly (readonly [string, string, string])[] = [
  [
    'typescript',
    "import a from 'b';\n\n\n\n/** doc */\nexport function f(c: number) {\n  function g() {}\n  return c;\n}\n\nclass A {\n  d = 1;\n  e() {\n    return 1;\n  }\n}\n",
    "import a from 'b';\n\n/** doc */\nexport function f(c: number) { … }\n\nclass A {\n  d = 1;\n  e() { … }\n}",
  ],
  ['typescriptreact', 'const A = () => <p />;\n', 'const A = () => …;'],
  ['javascript', 'const a = (b) => {\n  c();\n};\n', 'const a = (b) => { … };'],
  [
    'python',
    'class A:\n    def f(self):\n        """doc"""\n        return 1\n\nB = 1\n',
    'class A:\n    def f(self):\n        …\n\nB = 1',
  ],
  [
    'go',
    'package a\n\nfunc f() {\n\tb()\n}\n\ntype C struct {\n\tD int\n}\n',
    'package a\n\nfunc f() { … }\n\ntype C struct {\n\tD int\n}',
  ],
  ['rust', 'impl A {\n    fn b() {\n        c();\n    }\n}\n', 'impl A {\n    fn b() { … }\n}'],
  ['java', 'class A {\n  int b() {\n    return 1;\n  }\n}\n', 'class A {\n  int b() { … }\n}'],
  ['c', 'int f(void) {\n  return 1;\n}\n', 'int f(void) { … }'],
  ['csharp', 'class A {\n  int B() {\n    return 1;\n  }\n}\n', 'class A {\n  int B() { … }\n}'],
  ['ruby', 'def f\n  a\n  b\nend\n', 'def f\n  …\nend'],
  ['php', '<?php\nfunction f() {\n  a();\n}\n', '<?php\nfunction f() { … }'],
  ['shellscript', 'f() {\n  a\n}\n', 'f() { … }'],
  ['lua', 'function f()\n  a()\nend\n', 'function f()…'],
];

const long = 'class A {\n  // comment\n  f(a: number) {}\n  g() {}\n}\nfunction h() {}\n';

describe('Folded outlines', () => {
  for (const [languageId, source, wanted] of folded) {
    it(`${languageId}: bodies become an ellipsis`, async () => {
      assert.equal(
        await readOnce(languageId, source, (file) => file.foldedOutline(10_000)),
        wanted,
      );
    });
  }

  const cut: readonly (readonly [number, string])[] = [
    [60, 'class A\n  f(a: number)\n  g()\nfunction h()'],
    [36, 'class A\n  f(a: number)\n  g()\n…'],
    [10, 'class A\n…'],
    [3, '…'],
    [0, ''],
  ];
  for (const [maxCharacters, wanted] of cut) {
    it(`in ${maxCharacters} characters, keeps signatures alone, and whole lines of them`, async () => {
      const found = await readOnce('typescript', long, (file) => file.foldedOutline(maxCharacters));
      assert.equal(found, wanted);
      assert.ok(found.length <= maxCharacters);
    });
  }
});
