import assert from 'node:assert/strict';
import { placeBlock, putBlock } from '../../../src/host/blockPlacement.ts';

const file = `import { tax } from './tax';

function total(items) {
  let sum = 0;
  for (const item of items) {
    sum += item.price;
  }
  return sum;
}

function count(items) {
  return items.length;
}
`;

/** The file after the block was put where it belongs; the reason where that is not known. */
function check(
  before: string,
  block: string,
  expected: string,
  selection?: [number, number],
): void {
  const lines = selection && { startLine: selection[0], endLine: selection[1] };
  const placement = placeBlock(before, block, lines);
  assert.equal(
    placement.kind === 'unknown' ? placement.reason : putBlock(before, block, placement),
    expected,
  );
}

describe('A code block', () => {
  it('replaces the function that begins and ends like it', () => {
    const block = 'function total(items) {\n  return items.reduce(add, 0);\n}';
    const expected = file.replace(/function total.*?\n}/s, block);
    check(file, block, expected);
  });

  it('replaces what is selected', () => {
    check(file, 'let sum = tax(0);\n', file.replace('  let sum = 0;', 'let sum = tax(0);'), [4, 4]);
  });

  it('replaces the whole file where it repeats most of it', () => {
    const block = `// Prices\n${file.replace('let sum = 0', 'let sum = 1')}`;
    check(file, block, block);
  });

  it('fills an empty file', () => check('', 'a\nb', 'a\nb\n'));

  it('keeps CRLF, and a last line without an end', () => {
    check('a {\r\n  b\r\n}', 'a {\n  c\n}', 'a {\r\n  c\r\n}');
    check('a {\r\n  b\r\n}\r\nrest\r\n', 'a {\n  c\n}\n', 'a {\r\n  c\r\n}\r\nrest\r\n');
  });

  for (const block of [
    'const unrelated = 1;',
    'return sum;',
    'function total(items) {\n  // ... existing code ...\n}',
    'function total(items) {\n  # … rest of the function unchanged\n}',
  ]) {
    it(`is not put anywhere by guess: ${JSON.stringify(block)}`, () =>
      assert.equal(placeBlock(file, block, undefined).kind, 'unknown'));
  }

  it('is not taken for a region where its first line is there twice', () => {
    const twice = 'if (a) {\n  b();\n}\nif (a) {\n  c();\n}\nd();\ne();\nf();\ng();\n';
    assert.equal(placeBlock(twice, 'if (a) {\n  x();\n}', undefined).kind, 'unknown');
  });

  it('may use a spread without leaving anything out', () => {
    const block = 'function total(items) {\n  return sum(...items);\n}';
    assert.equal(placeBlock(file, block, undefined).kind, 'lines');
  });
});
