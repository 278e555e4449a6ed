import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IndentationSyntax } from '../../../../src/core/syntax/indentationSyntax.ts';
import type { PlaceKind } from '../../../../src/core/syntax/syntax.ts';
import { atCursor, marked } from '../../../support/syntaxHarness.ts';

const read = (languageId: string, text: string): IndentationSyntax =>
  new IndentationSyntax({ languageId, text });

const ends: readonly (readonly [string, string])[] = [
  ['lua', 'function f()\n  ¦a()\n  b()¦\nend\nc()\n'],
  ['kotlin', 'fun f() {\n    if (a) {\n        ¦b()¦\n    }\n    c()\n}\n'],
  ['yaml', 'a:\n  ¦b: 1\n\n  c: 2¦\nd: 3\n'],
  ['lua', 'a()\n¦\nb()\n¦'],
  ['lua', 'function f()\n  a()\n  ¦¦\nend\n'],
  ['lua', 'function f()\n  ¦a()¦'],
];

const starts: readonly (readonly [string, string, boolean])[] = [
  ['kotlin', 'fun f() {\n    ¦\n}\n', true],
  ['kotlin', 'fun f() {¦}\n', true],
  ['kotlin', 'fun f() {\n    ¦\n    a()\n}\n', false],
  ['kotlin', 'fun f() {\n    a()\n    ¦\n}\n', false],
  ['yaml', 'a:\n  ¦', true],
  ['lua', 'if a then\n  ¦\nend\n', true],
  ['kotlin', 'val a = "{¦"', false],
];

const places: readonly (readonly [string, string, PlaceKind])[] = [
  ['kotlin', 'val a = "b¦"', 'string'],
  ['kotlin', 'val a = "b¦', 'string'],
  ['kotlin', 'val a = "b" ¦', 'code'],
  ['kotlin', '// a¦', 'comment'],
  ['kotlin', '/* a\n¦ */', 'comment'],
  ['kotlin', 'val a = "\\"¦"', 'string'],
  ['kotlin', 'val a = "http://b"¦', 'code'],
  ['yaml', 'a: 1 # b¦', 'comment'],
  ['yaml', 'a: b#¦c', 'code'],
  ['sql', "select 'a¦'", 'string'],
  ['sql', '-- a¦', 'comment'],
  ['html', '<!-- a¦ -->', 'comment'],
  ['plaintext', 'it\'s "a¦', 'code'],
];

describe('IndentationSyntax', () => {
  for (const [languageId, source] of ends) {
    it(`${languageId}: the block of ${JSON.stringify(source)} ends at the second mark`, () => {
      const { text, offsets } = marked(source);
      const [offset = 0, wanted] = offsets;
      assert.equal(read(languageId, text).blockEnd(offset), wanted);
    });
  }

  for (const [languageId, source, wanted] of starts) {
    it(`${languageId}: ${JSON.stringify(source)} begins ${wanted ? 'a' : 'no'} block`, () => {
      const { text, offset } = atCursor(source);
      assert.equal(read(languageId, text).isAtBlockStart(offset), wanted);
    });
  }

  for (const [languageId, source, wanted] of places) {
    it(`${languageId}: ${JSON.stringify(source)} is ${wanted}`, () => {
      const { text, offset } = atCursor(source);
      assert.equal(read(languageId, text).placeAt(offset), wanted);
    });
  }

  it('outlines what looks like definitions, with what is indented in them', () => {
    const { text, offsets } = marked(
      '¦class A {\n    ¦fun b() {\n        c()\n    }¦\n}¦\n\n¦fun d() {\n}¦\ne()\n',
    );
    const [outer, inner] = read('kotlin', text).outline();
    assert.deepEqual(
      [outer, outer?.children[0], inner].map((one) => [one?.kind, one?.name, one?.signature]),
      [
        ['class', 'A', 'class A'],
        ['function', 'b', 'fun b()'],
        ['function', 'd', 'fun d()'],
      ],
    );
    assert.deepEqual(
      [outer?.range.start, outer?.children[0]?.range.start, outer?.children[0]?.range.end],
      offsets.slice(0, 3),
    );
    assert.deepEqual([outer?.range.end, inner?.range.start, inner?.range.end], offsets.slice(3));
  });

  it('takes words before the offset for names, but not keywords, nor what is being written', () => {
    const { text, offset } = atCursor('val aa = "bb" // cc\nif (dd) ee(aa, f¦');
    assert.deepEqual(read('kotlin', text).identifiersInScope(offset, 10), ['aa', 'ee', 'dd']);
    assert.deepEqual(read('kotlin', text).identifiersInScope(offset, 1), ['aa']);
  });

  it('finds lines that import', () => {
    const text = 'import a.b\n\nfun c() {}\n';
    assert.deepEqual(read('kotlin', text).imports(), [{ start: 0, end: 10 }]);
  });

  it('finds comments and strings, ascending and apart', () => {
    const { text, offsets } = marked('val a = ¦"b"¦ ¦// c "d"¦\n¦/* " */¦ e');
    const file = read('kotlin', text);
    const both = [...file.ranges('string'), ...file.ranges('comment')];
    assert.deepEqual(
      both.flatMap(({ start, end }) => [start, end]),
      offsets,
    );
  });

  it('answers within the text, whatever it is', () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', '"', '{', '}', '\n', ' ', '\t', '/', '*', ':'),
    });
    fc.assert(
      fc.property(texts, fc.nat(), (text, place) => {
        const offset = place % (text.length + 1);
        const file = read('kotlin', text);
        const end = file.blockEnd(offset);
        assert.ok(offset <= end && end <= text.length, `${end}`);
        file.isAtBlockStart(offset);
        file.placeAt(offset);
        for (const { range, nameRange } of file.outline()) {
          assert.ok(range.start <= nameRange.start && nameRange.end <= range.end);
        }
      }),
    );
  });
});
