import assert from 'node:assert/strict';
import {
  explainFailure,
  explainFailureWithoutContent,
} from '../../../../src/core/edit/failureText.ts';
import { applyEdits, type TextEdit } from '../../../../src/core/edit/match.ts';

function explain(
  text: string,
  edits: readonly TextEdit[],
  how: typeof explainFailure = explainFailure,
): string {
  const result = applyEdits(text, edits);
  assert.ok(result.kind === 'failed');
  return how({
    ...result,
    editCount: edits.length,
    file: 'src/a.ts',
    oldText: edits[result.editIndex]?.oldText ?? '',
  });
}

const miss = (oldText: string): TextEdit => ({ oldText, newText: 'new' });

describe('explainFailure', () => {
  it('shows tabs and spaces that differ', () => {
    const text = explain('function f() {\n\treturn 1;\n}\n', [
      miss('function f() {\n  return 1;\n}'),
    ]);
    assert.match(text, /lines 1-3 \(\d\d % alike\)/);
    assert.match(text, /at line 2/);
    assert.match(text, /file: {5}"\\treturn 1;"/);
    assert.match(text, /old_text: " {2}return 1;"/);
  });

  it('shows characters that can not be seen', () => {
    const text = explain('const a\u00a0= \u200b1;\n', [miss('const a = 1;')]);
    assert.match(text, /"const a\\u\{a0\}= \\u\{200b\}1;"/);
  });

  it('shows where long lines differ', () => {
    const text = explain(`${'a '.repeat(500)}X${'b '.repeat(500)}`, [
      miss(`${'a '.repeat(500)}Y${'b '.repeat(500)}`),
    ]);
    assert.match(text, /…".*X/);
    assert.ok(text.length < 1_500);
  });

  it('tells the lines of every occurrence', () => {
    assert.match(explain('a\nb\na', [miss('a')]), /occurs 2 times in src\/a\.ts, at lines 1, 3\./);
  });

  it('recognises line numbers that were copied along', () => {
    assert.match(explain('one\ntwo\n', [miss('1\tone\n2\ttwo')]), /leave out what read_file puts/);
  });

  it('says which of several edits failed', () => {
    const text = explain('a b', [miss('a'), miss('missing text')]);
    assert.match(text, /edit 2 of 2 does not apply \(lines as after/);
  });

  it('says so where nothing is alike', () => {
    assert.match(
      explain('a\n', [miss('class Completely extends Different {}')]),
      /nor anything like it/,
    );
  });

  it('says when the file ends before the text does', () => {
    const text = explain('const first = 1;', [miss('const first = 1;\nconst second = 2;')]);
    assert.match(text, /\(the file ends before\)/);
  });
});

describe('explainFailureWithoutContent', () => {
  it('quotes nothing of the file', () => {
    const secret = 'PASSWORD=hunter2';
    const missing = explain(secret, [miss('PASSWORD=hunter3')], explainFailureWithoutContent);
    const twice = explain('hunter2 hunter2', [miss('hunter2')], explainFailureWithoutContent);
    assert.doesNotMatch(missing, /hunter|line/);
    assert.doesNotMatch(twice, /line \d|2 times/);
  });
});
