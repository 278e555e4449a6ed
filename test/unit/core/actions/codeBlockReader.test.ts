import assert from 'node:assert/strict';
import { CodeBlockReader } from '../../../../src/core/actions/codeBlockReader.ts';

/** What comes of an answer, whole and in pieces of every size. */
function check(answer: string, expected: readonly string[] | undefined): void {
  for (let size = 1; size <= answer.length; size += 1) {
    const reader = new CodeBlockReader();
    const lines: string[] = [];
    for (let at = 0; at < answer.length; at += size) {
      lines.push(...reader.push(answer.slice(at, at + size)));
    }
    const last = reader.end();
    const all = last && [...lines, ...last];
    assert.deepEqual(all, expected, `in pieces of ${size}`);
  }
}

describe('The code in an answer', () => {
  it('is what stands between the fences', () => {
    check('```ts\nconst a = 1;\n\n  b();\n```\n', ['const a = 1;', '', '  b();']);
    check('```ts\nconst a = 1;\n```', ['const a = 1;']);
    check('~~~\nx\n~~~', ['x']);
  });

  it('may be nothing at all', () => check('```\n```', []));

  it('leaves out what the model says around it', () =>
    check('Here it is:\n\n```js src/a.js\nx\n```\nI hope that helps.\n', ['x']));

  it('holds fences of its own where another follows', () => {
    check('```md\nUse:\n```\nnpm test\n```\nDone.\n```', [
      'Use:',
      '```',
      'npm test',
      '```',
      'Done.',
    ]);
    check('````md\n```js\nx\n```\n````', ['```js', 'x', '```']);
  });

  it('ends before another block', () => check('```js\nx\n```\nOr:\n```js\ny\n```\n', ['x']));

  it('has the line ends of no platform', () => check('```\r\nx\r\ny\r\n```\r\n', ['x', 'y']));

  it('is missing where there is no block or it has no end', () => {
    check('I cannot do that.', undefined);
    check('```js\nx\ny', undefined);
  });

  it('comes line by line, as soon as a line is certain', () => {
    const reader = new CodeBlockReader();
    assert.deepEqual(reader.push('```js\none\ntw'), ['one']);
    assert.deepEqual(reader.push('o\n```\n'), ['two']);
    assert.deepEqual(reader.end(), []);
  });
});
