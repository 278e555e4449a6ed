import assert from 'node:assert/strict';
import { atCursor, readOnce } from '../../../support/syntaxHarness.ts';

async function check(languageId: string, source: string, wanted: string): Promise<void> {
  const { text, offset } = atCursor(source);
  const names = await readOnce(languageId, text, (syntax) =>
    syntax.identifiersInScope(offset, 100),
  );
  assert.equal(names.join(' '), wanted);
}

const cases: readonly (readonly [string, string, string])[] = [
  [
    'typescript',
    'const a = 1;\nfunction f(b: string, { c, d: e }) {\n  const g = 1;\n  ¦\n}',
    'g c e b f a',
  ],
  ['typescript', 'import a, { b as c, d } from "e";\n¦', 'a c d'],
  ['typescript', 'for (const a of b) {\n  const c = 1;\n  ¦\n}', 'c a'],
  ['typescript', 'try {} catch (a) {\n  ¦\n}', 'a'],
  ['typescript', 'const a = (b: number, ...c: number[]) => {\n  ¦\n};', 'c b a'],
  ['typescript', 'const a = ¦', ''],
  ['typescript', '{ const a = 1; }\n¦', ''],
  ['typescript', 'function f() {\n  ¦\n  const a = 1;\n}\nconst b = 1;\nfunction g() {}', 'f b g'],
  [
    'typescript',
    'interface A {}\ntype B<C> = 1;\nenum D {}\nclass E<F> {\n  f(g: A) {\n    ¦\n  }\n}',
    'g F E D B A',
  ],
  ['javascript', 'const { a, b: { c } } = d;\nf((e, g = 1) => {\n  ¦\n});', 'e g a c'],
  ['typescriptreact', 'function A({ b }: P) {\n  return <p>{¦}</p>;\n}', 'b A'],
  [
    'python',
    'import a\nfrom b import c as d, e\nf = 1\ndef g(self, h, *i, j=1, **k):\n    l, m = 1, 2\n    ¦\n',
    'l m self h i j k g f d e a',
  ],
  ['python', 'with open(a) as b:\n    for c in b:\n        d()\n        ¦\n', 'c b'],
  ['python', 'for a in b:\n    ¦\n', 'a'],
  // Broken as yet: what stands there is taken for names.
  ['typescript', 'const a = 1;\nfoo(b, c,¦', 'c b foo a'],
  [
    'go',
    'package a\nfunc f(b int, c ...string) {\n\td, e := 1, 2\n\tfor g, h := range d {\n\t\t¦\n\t}\n}\nvar i int\n',
    'g h d e c b f i',
  ],
  [
    'rust',
    'use a::b;\nfn f(c: i32) {\n    let (d, mut e) = g;\n    for h in d {\n        ¦\n    }\n}\nconst I: i32 = 1;\n',
    'h d e c f b I',
  ],
  [
    'java',
    'class A {\n  int b;\n  void f(int c) {\n    int d = 1;\n    for (String e : g) {\n      ¦\n    }\n  }\n  int h() {}\n}\n',
    'e d c f b h A',
  ],
  ['c', 'int a;\nint f(int b, char *c) {\n  int d = 1, *e;\n  ¦\n}\n', 'd e c b f a'],
  [
    'cpp',
    'class A {};\nvoid f(int &b) {\n  auto c = 1;\n  for (auto &d : c) {\n    ¦\n  }\n}\n',
    'd c b f A',
  ],
  [
    'csharp',
    'class A {\n  int b = 1;\n  void F(int c) {\n    var d = 1;\n    foreach (var e in d) {\n      ¦\n    }\n  }\n}\n',
    'e d c F b A',
  ],
  ['ruby', 'def f(a, b = 1, *c)\n  d = 1\n  e.each do |g|\n    ¦\n  end\nend\n', 'g d a b c f'],
  [
    'php',
    '<?php\nfunction f($a) {\n  $b = 1;\n  foreach ($b as $c => $d) {\n    ¦\n  }\n}\n',
    '$c $d $b $a f',
  ],
  ['shellscript', 'a=1\nf() {\n  local b=2\n  for c in d; do\n    ¦\n  done\n}\n', 'c b f a'],
];

describe('Names in scope', () => {
  for (const [languageId, source, wanted] of cases) {
    it(`${languageId}: ${JSON.stringify(source)}`, () => check(languageId, source, wanted));
  }

  it('stops at the limit', async () => {
    const names = await readOnce(
      'typescript',
      'const a = 1; const b = 2; const c = 3; ',
      (syntax) => syntax.identifiersInScope(39, 2),
    );
    assert.deepEqual(names, ['c', 'b']);
  });
});
