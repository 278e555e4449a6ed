// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of the languages that are read
import assert from 'node:assert/strict';
import type { PlaceKind } from '../../../../src/core/syntax/syntax.ts';
import { atCursor, marked, readOnce } from '../../../support/syntaxHarness.ts';

const places: readonly (readonly [string, string, PlaceKind])[] = [
  ['typescript', 'a¦ = 1', 'code'],
  ['typescript', 'a = "b¦c"', 'string'],
  ['typescript', 'a = ¦"bc"', 'code'],
  ['typescript', 'a = "bc"¦', 'code'],
  ['typescript', 'a = "¦', 'string'],
  ['typescript', 'a = "it is¦', 'string'],
  ['typescript', 'a = `b${c¦}d`', 'code'],
  ['typescript', 'a = `b${c}d¦`', 'string'],
  ['typescript', '// a¦', 'comment'],
  ['typescript', '// a¦\nb', 'comment'],
  ['typescript', '// a\n¦b', 'code'],
  ['typescript', '/* a¦ */', 'comment'],
  ['typescript', '/* a */¦', 'code'],
  ['typescript', 'a = /b¦c/', 'string'],
  ['typescriptreact', 'a = <p title="b¦">c</p>', 'string'],
  ['javascript', "a('b¦')", 'string'],
  ['python', 'a = """b\n¦c"""', 'string'],
  ['python', 'a = f"b{c¦}"', 'code'],
  ['python', '# a¦', 'comment'],
  ['go', 'package a\nvar b = `c¦`\n', 'string'],
  ['go', 'package a\n// b¦\n', 'comment'],
  ['rust', '/// a¦\nfn f() {}\n', 'comment'],
  ['rust', '/// a\n¦fn f() {}\n', 'code'],
  ['rust', "fn f() { let a = 'b¦'; }", 'string'],
  ['java', 'class A { String b = "c¦"; }', 'string'],
  ['c', '#include <a¦.h>\n', 'string'],
  ['cpp', 'auto a = R"(b¦)";', 'string'],
  ['csharp', 'class A { string b = $"c{d¦}"; }', 'code'],
  ['ruby', 'a = "b#{c¦}"', 'code'],
  ['ruby', "a = 'b¦'", 'string'],
  ['php', '<?php $a = "b¦"; ', 'string'],
  ['php', '<?php # a¦\n', 'comment'],
  ['shellscript', 'a="b ${c¦}"', 'code'],
  ['shellscript', "a='b¦'", 'string'],
  ['css', '/* a¦ */ .b {}', 'comment'],
];

/** Marks come in pairs around what is to be found. */
async function checkRanges(
  languageId: string,
  kind: 'comment' | 'string',
  source: string,
): Promise<void> {
  const { text, offsets } = marked(source);
  const ranges = await readOnce(languageId, text, (syntax) => syntax.ranges(kind));
  assert.deepEqual(
    ranges.flatMap(({ start, end }) => [start, end]),
    offsets,
  );
}

const errors: readonly (readonly [string, string, boolean])[] = [
  ['typescript', '¦const a = 1;¦\nconst = ;', false],
  ['typescript', 'const a = 1;\n¦const = ;¦', true],
  ['typescript', 'function f() {\n¦  a(;¦\n}\n', true],
  ['typescript', '¦function f() {¦', true],
  ['python', '¦a = (1¦\n', true],
  ['go', 'package a\n¦func f() {}¦\n', false],
  ['java', 'class A { ¦int a¦ }', true],
];

describe('Places in a tree', () => {
  for (const [languageId, source, wanted] of places) {
    it(`${languageId}: ${JSON.stringify(source)} is ${wanted}`, async () => {
      const { text, offset } = atCursor(source);
      assert.equal(await readOnce(languageId, text, (syntax) => syntax.placeAt(offset)), wanted);
    });
  }

  it('finds strings, less the code in them', () =>
    checkRanges('typescript', 'string', "a = ¦'b'¦ + ¦`c¦${d + ¦'e'¦}¦f`¦; // 'g'"));

  it('finds comments, without the end of their line', () =>
    checkRanges('rust', 'comment', '¦/// a¦\nfn f() {} ¦// b¦\n¦/* c */¦\n'));

  it('counts in UTF-16 units', () =>
    checkRanges('typescript', 'string', "const 𝒶 = ¦'😀'¦; /* 😀 */ const b = ¦'é'¦;"));

  for (const [languageId, source, wanted] of errors) {
    it(`${languageId}: ${JSON.stringify(source)} is ${wanted ? 'wrong' : 'right'}`, async () => {
      const { text, offsets } = marked(source);
      const [start = 0, end = 0] = offsets;
      const hasError = await readOnce(languageId, text, (syntax) =>
        syntax.hasErrorIn({ start, end }),
      );
      assert.equal(hasError, wanted);
    });
  }
});
