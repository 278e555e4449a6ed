import assert from 'node:assert/strict';
import { prefixStart, suffixEnd } from '../../../../src/core/completion/textWindow.ts';
import { roughTokens } from '../../../../src/core/tokens/roughTokens.ts';

const definition = (index: number): string =>
  `function helper${index}(value) {\n  if (value) {\n    return ${index};\n  }\n}\n\n`;
const file = Array.from({ length: 400 }, (_, index) => definition(index)).join('');

describe('prefixStart', () => {
  it('is the file’s beginning where all of it can be paid for', () => {
    assert.equal(prefixStart('a\nb\n', 4, 100), 0);
    assert.equal(prefixStart('', 0, 100), 0);
  });

  it('is where a definition begins', () => {
    for (const lineStart of [file.length, file.indexOf('function helper300')]) {
      const start = prefixStart(file, lineStart, 500);
      assert.ok(
        file.startsWith('function helper', start),
        JSON.stringify(file.slice(start, start + 20)),
      );
      assert.ok(roughTokens(file.slice(start, lineStart)) <= 500);
      assert.ok(roughTokens(file.slice(start, lineStart)) >= 150, 'most of what can be paid for');
    }
  });

  it('stays where it is while lines are added', () => {
    const starts = new Set<number>();
    let text = file.slice(0, file.indexOf('function helper200'));
    for (let line = 0; line < 20; line += 1) {
      starts.add(prefixStart(text, text.length, 500));
      text += `const added${line} = ${line};\n`;
    }
    assert.ok(starts.size <= 2, `${starts.size} beginnings in 20 lines`);
  });

  it('is a line’s beginning where there are no better borders', () => {
    const lines = '  x();\n'.repeat(3_000);
    const start = prefixStart(lines, lines.length, 300);
    assert.equal(lines[start - 1], '\n');
  });

  it('holds a line without end within its limit', () => {
    const text = `${'x'.repeat(100_000)}\n`;
    assert.equal(prefixStart(text, text.length, 300), text.length);
  });

  it('pays more for text that is dense in tokens', () => {
    const text = '变量等于数值。\n'.repeat(2_000);
    const start = prefixStart(text, text.length, 300);
    assert.ok(roughTokens(text.slice(start)) <= 300);
  });
});

describe('suffixEnd', () => {
  it('is the file’s end where all of it can be paid for', () => {
    assert.equal(suffixEnd('a\nb\n', 0, 100), 4);
  });

  it('is before another definition begins', () => {
    const offset = file.indexOf('value) {', 5_000);
    assert.ok(file.startsWith('function helper', suffixEnd(file, offset, 300)));
  });

  it('is within its limit', () => {
    const end = suffixEnd(file, 1_000, 300);
    assert.ok(roughTokens(file.slice(1_000, end)) <= 300);
  });
});
