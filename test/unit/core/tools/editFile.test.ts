import assert from 'node:assert/strict';
import type { WorkspaceDiagnostic } from '../../../../src/core/tools/workspace.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

const signal = new AbortController().signal;
const one = (oldText: string, newText: string, replaceAll?: boolean) => [
  { old_text: oldText, new_text: newText, ...(replaceAll && { replace_all: true }) },
];

function problem(path: string, startLine: number, message: string): WorkspaceDiagnostic {
  return {
    path,
    startLine,
    startColumn: 1,
    endLine: startLine,
    severity: 'error',
    message,
    source: 'ts',
  };
}

describe('edit_file', () => {
  let harness: ToolHarness;
  afterEach(() => harness.dispose());

  const edit = (path: string, edits: readonly object[]) =>
    harness.call('edit_file', { path, edits });

  /** Edits a file of these bytes and compares all of its bytes. */
  async function check(before: string, edits: readonly object[], after: string): Promise<void> {
    harness = await createToolHarness({ 'file.txt': before });
    const output = await edit('file.txt', edits);
    assert.equal(output.isError, false, output.text);
    assert.equal(await harness.folder.read('file.txt'), after);
    assert.deepEqual(output.changedPaths, [harness.folder.join('file.txt')]);
  }

  for (const [name, mark] of [
    ['without', ''],
    ['with', '\uFEFF'],
  ] as const) {
    for (const [lineEnds, newline] of [
      ['LF', '\n'],
      ['CRLF', '\r\n'],
    ] as const) {
      for (const [indentName, indent] of [
        ['tabs', '\t'],
        ['spaces', '    '],
      ] as const) {
        it(`keeps ${lineEnds}, ${indentName} and a file ${name} byte-order mark`, async () => {
          const file = (value: string): string =>
            `${mark}function f() {${newline}${indent}return ${value};${newline}}${newline}`;
          await check(
            file('1'),
            one(`f() {\n${indent}return 1;`, `f() {\n${indent}return 2;`),
            file('2'),
          );
        });
      }
    }
  }

  it('keeps mixed line ends where it does not touch them', () =>
    check('a\r\nb\nc\r\n', one('b', 'x'), 'a\r\nx\nc\r\n'));

  it('edits text beyond ASCII', () => check('naïve 😀 café', one('😀', '👍🏽'), 'naïve 👍🏽 café'));

  it('shows the diff when it asks for leave, and changes nothing before', async () => {
    harness = await createToolHarness({ 'src/a.ts': 'one\ntwo\n' });
    const call = await harness.prepare('edit_file', { path: 'src/a.ts', edits: one('two', '2') });
    assert.equal(call.title, 'Edit src/a.ts');
    assert.deepEqual(call.access, [
      {
        kind: 'edit',
        path: harness.folder.join('src/a.ts'),
        isInWorkspace: true,
        diff: '--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n',
      },
    ]);
    assert.equal(await harness.folder.read('src/a.ts'), 'one\ntwo\n');
  });

  it('leaves every byte as it was where one of several edits fails', async () => {
    const before = '\uFEFFone\r\ntwo\nthree';
    harness = await createToolHarness({ 'a.txt': before });
    const { text, isError } = await edit('a.txt', [...one('one', '1'), ...one('four', '4')]);
    assert.ok(isError);
    assert.match(text, /edit 2 of 2 does not apply/);
    assert.equal(await harness.folder.read('a.txt'), before);
    assert.equal(harness.workspace.applied.length, 0);
  });

  it('refuses a change that another one overtook', async () => {
    harness = await createToolHarness({ 'a.txt': 'one' });
    const call = await harness.prepare('edit_file', { path: 'a.txt', edits: one('one', '1') });
    harness.workspace.edit(harness.folder.join('a.txt'), 'one, as typed by the user');
    const output = await call.run(() => undefined, signal);
    assert.ok(output.isError);
    assert.match(output.text, /changed meanwhile/);
    const { text } = await harness.workspace.readText(harness.folder.join('a.txt'));
    assert.equal(text, 'one, as typed by the user');
    assert.equal(await harness.folder.read('a.txt'), 'one');
  });

  it('edits what an unsaved editor shows', async () => {
    harness = await createToolHarness({ 'a.txt': 'on disk' });
    harness.workspace.edit(harness.folder.join('a.txt'), 'in the editor');
    assert.ok((await edit('a.txt', one('on disk', 'x'))).isError);
    assert.equal((await edit('a.txt', one('editor', 'window'))).isError, false);
    const { text, isDirty } = await harness.workspace.readText(harness.folder.join('a.txt'));
    assert.deepEqual([text, isDirty], ['in the window', true]);
    assert.equal(await harness.folder.read('a.txt'), 'on disk');
  });

  it('refuses to follow a link that was put in its way after leave was given', async () => {
    harness = await createToolHarness(
      { 'app/dir/a.txt': 'one', 'out/a.txt': 'one' },
      { roots: ['app'] },
    );
    const call = await harness.prepare('edit_file', { path: 'dir/a.txt', edits: one('one', '1') });
    const { rm } = await import('node:fs/promises');
    await rm(harness.folder.join('app/dir'), { recursive: true });
    await harness.folder.add({ 'app/dir': { linkTo: '../out' } });
    assert.match((await call.run(() => undefined, signal)).text, /leads somewhere else/);
    assert.equal(await harness.folder.read('out/a.txt'), 'one');
  });

  it('does nothing when aborted before', async () => {
    harness = await createToolHarness({ 'a.txt': 'one' });
    const call = await harness.prepare('edit_file', { path: 'a.txt', edits: one('one', '1') });
    await assert.rejects(
      call.run(() => undefined, AbortSignal.abort()),
      /Cancelled/,
    );
    assert.equal(await harness.folder.read('a.txt'), 'one');
  });

  it('tells errors that can be acted on', async () => {
    harness = await createToolHarness({
      'src/cart.ts': 'let a;\nlet a;\n',
      '.git/config': 'x',
      'bin.dat': new Uint8Array([0, 1]),
      '.slipstreamignore': 'hidden.ts',
      'hidden.ts': 'x',
    });
    const expectations: readonly [string, readonly object[], RegExp][] = [
      ['src/cart.ts', one('let a;', 'x'), /occurs 2 times in src\/cart\.ts, at lines 1, 2/],
      ['src/cart.ts', one('let b;', 'x'), /Nearest: line 1/],
      ['src/cart.ts', one('', 'x'), /write_file for a new file/],
      ['src/cart.ts', one('let', 'let'), /are the same/],
      [
        'src/cart.ts',
        [...one('let a;\n', 'z\n', true), ...one('z\n', 'let a;\n', true)],
        /undo one another/,
      ],
      ['src/card.ts', one('a', 'b'), /Did you mean src\/cart\.ts/],
      ['src', one('a', 'b'), /is a folder/],
      ['.git/config', one('x', 'y'), /git's own files/],
      ['bin.dat', one('x', 'y'), /binary/],
      ['hidden.ts', one('x', 'y'), /\.slipstreamignore/],
    ];
    for (const [path, edits, expected] of expectations) {
      const output = await edit(path, edits);
      assert.ok(output.isError);
      assert.match(output.text, expected);
    }
  });

  it('quotes no file that there is no leave to read', async () => {
    harness = await createToolHarness(
      { 'app/.env': 'TOKEN=hunter2\n', 'out/b.txt': 'TOKEN=hunter2\n' },
      { roots: ['app'] },
    );
    for (const path of ['.env', '../out/b.txt']) {
      const { text } = await edit(path, one('TOKEN=hunter3', 'x'));
      assert.match(text, /does not occur in .*Read the file first/);
      assert.doesNotMatch(text, /hunter2/);
    }
    const { access } = await harness.prepare('edit_file', {
      path: '../out/b.txt',
      edits: one('TOKEN', 'KEY'),
    });
    assert.equal(access[0]?.kind === 'edit' && access[0].isInWorkspace, false);
  });

  describe('feeds problems back', () => {
    let file: string;
    beforeEach(async () => {
      harness = await createToolHarness({ 'a.ts': 'one\n' });
      file = harness.folder.join('a.ts');
    });

    it('the new ones first, then those that were there before', async () => {
      harness.workspace.problems = [problem(file, 1, 'old'), problem(file, 2, 'gone')];
      harness.workspace.problemsAfterChange = () => [
        problem(file, 3, 'old'),
        problem(file, 4, 'new'),
        { ...problem(file, 5, 'a hint'), severity: 'hint' },
      ];
      const { text } = await edit('a.ts', one('one', 'two'));
      assert.equal(
        text,
        'Edited a.ts: 1 replacement.\nNew problems (1):\na.ts:4:1 error: new (ts)\nProblems as before (1):\na.ts:3:1 error: old (ts)',
      );
    });

    it('at most 20 of them', async () => {
      harness.workspace.problemsAfterChange = () =>
        Array.from({ length: 30 }, (_, index) => problem(file, index + 1, `problem ${index}`));
      const { text } = await edit('a.ts', one('one', 'two'));
      assert.match(text, /New problems \(30\):/);
      assert.match(text, /… and 10 more$/);
      assert.equal(text.match(/error:/g)?.length, 20);
    });

    it('and nothing where there are none', async () => {
      assert.equal((await edit('a.ts', one('one', 'two'))).text, 'Edited a.ts: 1 replacement.');
    });
  });

  it('says so to the user and the model where white space was matched loosely', async () => {
    const before = '\tf() {\r\n\t\ta();\r\n\t}\r\n';
    harness = await createToolHarness({ 'a.ts': before }, { matching: 'whitespaceTolerant' });
    const input = { path: 'a.ts', edits: one('f() {\n  a();\n}', 'f() {\n  b();\n}') };
    const prepared = await harness.prepare('edit_file', input);
    const [access] = prepared.access;
    assert.match((access?.kind === 'edit' && access.note) || '', /loosely at lines 1-3/);
    const output = await prepared.run(() => undefined, signal);
    assert.match(output.text, /1 replacement\. White space was matched loosely at lines 1-3/);
    assert.equal(await harness.folder.read('a.ts'), before.replace('a()', 'b()'));
  });

  it('leaves the file alone where several places are alike but for white space', async () => {
    const before = '\ta\n  x\n\t\ta\n';
    harness = await createToolHarness({ 'a.ts': before }, { matching: 'whitespaceTolerant' });
    const output = await edit('a.ts', one('    a', '    b'));
    assert.match(output.text, /but for white space it occurs 2 times, at lines 1, 3/);
    assert.equal(await harness.folder.read('a.ts'), before);
  });
});
