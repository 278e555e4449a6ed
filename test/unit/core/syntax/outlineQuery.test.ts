import assert from 'node:assert/strict';
import type { OutlineSymbol } from '../../../../src/core/syntax/syntax.ts';
import { atCursor, marked, readOnce } from '../../../support/syntaxHarness.ts';

/** One line for a definition: its kind and signature, indented as it is nested. */
function lines(symbols: readonly OutlineSymbol[], indent = ''): readonly string[] {
  return symbols.flatMap(({ kind, signature, children }) => [
    `${indent}${kind} ${signature}`,
    ...lines(children, `${indent}  `),
  ]);
}

const outlines: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'typescript',
    `export const a: number = 1, b = 2;
export async function f<T>(
  c: T,
): Promise<T> { function g() {} return c; }
@D({ e: 1 })
export abstract class H extends I<string> {
  private j = 1;
  static k = () => 1;
  constructor(readonly l: number) {}
  abstract m(): void;
}
interface N { o(): void; p: { r: 1 } }
type Q = { r: 1 };
enum S { T }
declare namespace U { function v(): void }
const w = (x: number): number => x;
`,
    [
      'variable export const a: number',
      'variable export const a: number = 1, b',
      'function export async function f<T>( c: T, ): Promise<T>',
      '  function function g()',
      'class export abstract class H extends I<string>',
      '  property private j',
      '  method static k = ()',
      '  method constructor(readonly l: number)',
      '  method abstract m(): void',
      'interface interface N',
      '  method o(): void',
      '  property p: { r: 1 }',
      'type type Q',
      '  property r: 1',
      'enum enum S',
      'module declare namespace U',
      '  function function v(): void',
      'function const w = (x: number): number',
    ],
  ],
  [
    'typescriptreact',
    'export function A({ b }: P) {\n  return <p>{b}</p>;\n}\n',
    ['function export function A({ b }: P)'],
  ],
  [
    'javascript',
    'class A {\n  b = 1;\n  #c() {}\n  get d() {}\n}\nvar e = function () {};\nasync function* f() {}\n',
    [
      'class class A',
      '  property b',
      '  method #c()',
      '  method get d()',
      'function var e = function ()',
      'function async function* f()',
    ],
  ],
  [
    'python',
    'A: int = 1\n@b\nclass C(D):\n    e = 1\n    @f\n    async def g(self, h=1) -> int:\n        def i(): pass\n        return 1\ndef j(\n    k,\n): pass\n',
    [
      'variable A: int',
      'class class C(D)',
      '  property e',
      '  method async def g(self, h=1) -> int',
      '    function def i()',
      'function def j( k, )',
    ],
  ],
  [
    'go',
    'package a\ntype B struct {\n\tC int\n}\ntype D interface {\n\tE() error\n}\nfunc (b *B) F() {}\nfunc g[T any](h T) T { return h }\nconst (\n\tI = 1\n)\nvar J, K int\n',
    [
      'class type B struct',
      '  property C int',
      'interface type D interface { E() error }',
      '  method E() error',
      'method func (b *B) F()',
      'function func g[T any](h T) T',
      'variable I',
      'variable J, K int',
      'variable J, K int',
    ],
  ],
  [
    'rust',
    'pub struct A { b: i32 }\nimpl<T> C for A {\n    #[inline]\n    pub fn d(&self) -> i32 { 1 }\n}\ntrait E { fn f(&self); }\nenum G { H }\nmod i { const J: i32 = 1; }\n',
    [
      'class pub struct A',
      '  property b: i32',
      'class impl<T> C for A',
      '  method pub fn d(&self) -> i32',
      'interface trait E',
      '  method fn f(&self)',
      'enum enum G',
      'module mod i',
      '  variable const J: i32',
    ],
  ],
  [
    'java',
    '@A\npublic class B<T> {\n  @C private int d = 1;\n  public B(int e) {}\n  @Override\n  public int f() { return 1; }\n  enum G { H }\n}\ninterface I { void j(); }\nrecord K(int l) {}\n',
    [
      'class public class B<T>',
      '  property private int d',
      '  method public B(int e)',
      '  method public int f()',
      '  enum enum G',
      'interface interface I',
      '  method void j()',
      'class record K(int l)',
    ],
  ],
  [
    'c',
    '#define A 1\nstruct B { int c; };\ntypedef struct { int d; } E;\nenum F { G };\nstatic char **h(int i) { return 0; }\nint j = 1;\nvoid k(void);\n',
    [
      'variable #define A',
      'class struct B',
      '  property int c',
      'type typedef struct { int d; } E',
      '  property int d',
      'enum enum F',
      'function static char **h(int i)',
      'variable int j',
      'function void k(void)',
    ],
  ],
  [
    'cpp',
    'namespace a {\ntemplate <typename T>\nclass B : public C {\n public:\n  B(int d) : e(d) {}\n  ~B();\n  virtual int f() const = 0;\n private:\n  int e;\n};\nint &B::g() { return e; }\n}\n',
    [
      'module namespace a',
      '  class template <typename T> class B : public C',
      '    method B(int d) : e(d)',
      '    method ~B()',
      '    method virtual int f() const = 0',
      '    property int e',
      '  function int &B::g()',
    ],
  ],
  [
    'csharp',
    'namespace A;\n[B]\npublic class C : D {\n  private int e = 1;\n  public int F { get; set; }\n  public C(int g) { }\n  int H() => 1;\n}\ninterface I { void J(); }\nenum K { L }\nrecord M(int N);\n',
    [
      'class public class C : D',
      '  property private int e = 1',
      '  property public int F',
      '  method public C(int g)',
      '  method int H()',
      'interface interface I',
      '  method void J()',
      'enum enum K',
      'class record M(int N)',
    ],
  ],
  [
    'ruby',
    'module A\n  class B < C\n    D = 1\n    def e(f, g = 1)\n      h\n    end\n    def self.i; end\n  end\nend\n',
    [
      'module module A',
      '  class class B < C',
      '    property D',
      '    method def e(f, g = 1)',
      '    method def self.i; end',
    ],
  ],
  [
    'php',
    '<?php\nnamespace A;\nclass B extends C {\n  const D = 1;\n  private $e = 1;\n  public function f(int $g): int { return 1; }\n}\nfunction h() {}\ntrait I {}\n',
    [
      'class class B extends C',
      '  property const D = 1',
      '  property private $e = 1',
      '  method public function f(int $g): int',
      'function function h()',
      'class trait I',
    ],
  ],
  [
    'shellscript',
    'A=1\nexport B=2\nc() {\n  local d=1\n}\nfunction e { f; }\n',
    ['variable A', 'variable export B', 'function c()', 'function function e'],
  ],
  [
    'css',
    ':root { --a: 1px; }\n@media (b) { .c { color: red; } }\n@keyframes d { from { top: 0; } }\n',
    ['class :root', '  property --a: 1px', 'module @media (b)', '  class .c', 'class @keyframes d'],
  ],
];

/** The marks are around the whole definition and then around its name. */
const ranges: readonly (readonly [string, string])[] = [
  ['typescript', '// other\n\n¦/** doc */\n// more\nexport function ¦f¦() {}¦\n'],
  ['typescript', 'a(); // of a\n¦function ¦f¦() {}¦'],
  ['typescript', '¦/** doc */\n@D()\nexport class ¦A¦ {}¦'],
  ['python', '¦# doc\n@a\ndef ¦f¦(): pass¦\n'],
  ['go', 'package a\n\n¦// B is.\ntype ¦B¦ struct{}¦\n'],
  ['rust', '¦/// doc\n#[derive(A)]\n// more\nstruct ¦B¦;¦\n'],
  ['java', '¦/** doc */\n@A class ¦B¦ {}¦\n'],
  ['c', '¦/* doc */\nint ¦f¦(void) { return 1; }¦\n'],
  ['csharp', '¦/// doc\n[A]\nclass ¦B¦ {}¦\n'],
  ['ruby', '¦# doc\ndef ¦f¦\nend¦\n'],
  ['php', '<?php\n¦/** doc */\nfunction ¦f¦() {}¦\n'],
  ['shellscript', '¦# doc\n¦f¦() { a; }¦\n'],
  ['typescript', 'const 𝒶 = "😀";\n¦/* 😀 */ function ¦é𝒷¦() {}¦ // 😀'],
];

/** The name of the definition around the cursor. */
const enclosing: readonly (readonly [string, string, string | undefined])[] = [
  ['typescript', '¦\n\nfunction f() {}', undefined],
  ['typescript', 'function f() {\n  ¦\n}', 'f'],
  ['typescript', '/** ¦ */\nfunction f() {}', 'f'],
  ['typescript', 'class A {\n  f() { ¦ }\n}', 'f'],
  ['typescript', 'class A {\n  ¦\n  f() {}\n}', 'A'],
  ['typescript', 'function f() {}\n\n¦\nfunction g() {}', undefined],
  ['python', 'def f():\n    a()\n    ¦\n\ndef g(): pass\n', 'f'],
  ['python', 'class A:\n    def f(self):\n        a()\n\n    ¦\n', 'A'],
  ['python', 'def f():\n    ¦', 'f'],
  ['python', 'def f():\n    pass\n\n¦\n', undefined],
  ['go', 'package a\nfunc (b *B) F() {\n\t¦\n}\n', 'F'],
  ['rust', 'impl A {\n    fn b(&self) { ¦ }\n}\n', 'b'],
  ['java', 'class A {\n  void f() { ¦ }\n}', 'f'],
  ['cpp', 'int A::b() {\n  ¦\n}\n', 'A::b'],
  ['csharp', 'class A {\n  void F() { ¦ }\n}', 'F'],
  ['ruby', 'class A\n  def f\n    ¦\n  end\nend\n', 'f'],
  ['php', '<?php\nfunction f() { ¦ }\n', 'f'],
  ['shellscript', 'f() {\n  ¦\n}\n', 'f'],
];

const imports: readonly (readonly [string, string])[] = [
  ['typescript', "¦import a from 'b';¦\n¦export * from 'c';¦\nexport const d = 1;\n"],
  ['javascript', "¦import 'a';¦\nb();\n"],
  ['python', '¦import a¦\n¦from b import (\n    c,\n)¦\nd = 1\n'],
  ['go', 'package a\n\n¦import (\n\t"b"\n)¦\n'],
  ['rust', '¦use a::{b, c};¦\nfn d() {}\n'],
  ['java', 'package a;\n¦import b.C;¦\nclass D {}\n'],
  ['c', '¦#include <a.h>¦\n¦#include "b.h"¦\nint c;\n'],
  ['cpp', '¦#include <a>¦\n¦using namespace b;¦\n'],
  ['csharp', '¦using A;¦\nclass B {}\n'],
  ['ruby', "¦require 'a'¦\nputs 'b'\n"],
  ['php', "<?php\n¦use A\\B;¦\n¦require 'c.php';¦\nd();\n"],
  ['shellscript', '¦source a.sh¦\n¦. b.sh¦\nc\n'],
  ['css', "¦@import 'a';¦\n.b {}\n"],
];

describe('Outlines of trees', () => {
  for (const [languageId, source, wanted] of outlines) {
    it(`${languageId}: kinds and signatures, nested`, async () => {
      assert.deepEqual(await readOnce(languageId, source, (file) => lines(file.outline())), wanted);
    });
  }

  for (const [languageId, source] of ranges) {
    it(`${languageId}: ${JSON.stringify(source)} reaches from mark to mark`, async () => {
      const { text, offsets } = marked(source);
      const found = await readOnce(languageId, text, (file) =>
        file
          .outline()
          .filter(({ kind }) => kind !== 'variable')
          .flatMap(({ range, nameRange }) => [
            range.start,
            nameRange.start,
            nameRange.end,
            range.end,
          ]),
      );
      assert.deepEqual(found, offsets);
    });
  }

  for (const [languageId, source, wanted] of enclosing) {
    it(`${languageId}: ${JSON.stringify(source)} is in ${wanted}`, async () => {
      const { text, offset } = atCursor(source);
      const found = await readOnce(languageId, text, (file) => file.enclosing(offset)?.name);
      assert.equal(found, wanted);
    });
  }

  for (const [languageId, source] of imports) {
    it(`${languageId}: ${JSON.stringify(source)} imports from mark to mark`, async () => {
      const { text, offsets } = marked(source);
      const found = await readOnce(languageId, text, (file) => file.imports());
      assert.deepEqual(
        found.flatMap(({ start, end }) => [start, end]),
        offsets,
      );
    });
  }
});

describe('What is around an offset', () => {
  it('is the same whether all of the file was looked at or what is near', async () => {
    const method = (index: number): string =>
      `  /**\n   * 😀 ${index}\n   */\n  f${index}(a: number) {\n    return [1].map((b) => b);\n  }\n\n`;
    const type = (name: string): string =>
      `// ${name}\nexport class ${name} {\n${Array.from({ length: 60 }, (_, index) => method(index)).join('')}}\n\n`;
    const text = type('A') + type('B');
    const offsets = Array.from({ length: 150 }, (_, index) => (index * 97) % text.length);
    const near = await readOnce('typescript', text, (file) =>
      offsets.map((at) => file.enclosing(at)),
    );
    const all = await readOnce('typescript', text, (file) => {
      file.outline();
      return offsets.map((at) => file.enclosing(at));
    });
    assert.deepEqual(near, all);
    assert.ok(near.some((one) => one?.name === 'B') && near.some((one) => one?.name === 'f59'));
  });
});
