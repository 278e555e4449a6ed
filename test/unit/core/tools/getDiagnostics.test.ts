import assert from 'node:assert/strict';
import type { WorkspaceDiagnostic } from '../../../../src/core/tools/workspace.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

describe('get_diagnostics', () => {
  let harness: ToolHarness;
  beforeEach(async () => {
    harness = await createToolHarness({ 'a.ts': '', 'b.ts': '' });
  });
  afterEach(() => harness.dispose());

  function problem(
    file: string,
    line: number,
    rest: Partial<WorkspaceDiagnostic> = {},
  ): WorkspaceDiagnostic {
    return {
      path: harness.folder.join(file),
      startLine: line,
      startColumn: 2,
      endLine: line,
      severity: 'warning',
      message: `message ${line}`,
      ...rest,
    };
  }

  it('tells all problems by file, the worst first', async () => {
    harness.workspace.problems = [
      problem('a.ts', 9),
      problem('a.ts', 3, { severity: 'hint' }),
      problem('b.ts', 5, {
        severity: 'error',
        message: 'two\n  lines',
        source: 'ts',
        code: '2304',
      }),
    ];
    assert.equal(
      (await harness.call('get_diagnostics', {})).text,
      [
        '1 errors, 1 warnings, 1 others',
        'b.ts',
        '  5:2 error: two lines (ts 2304)',
        'a.ts',
        '  9:2 warning: message 9',
        '  3:2 hint: message 3',
      ].join('\n'),
    );
  });

  it('tells those of the files that are named', async () => {
    harness.workspace.problems = [problem('a.ts', 1), problem('b.ts', 2)];
    const { text } = await harness.call('get_diagnostics', { paths: ['b.ts'] });
    assert.match(text, /^0 errors, 1 warnings, 0 others\nb\.ts\n {2}2:2/);
    const call = await harness.prepare('get_diagnostics', { paths: ['b.ts', 'a.ts'] });
    assert.equal(call.title, 'Problems of b.ts and 1 more');
    assert.equal(call.access.length, 2);
  });

  it('tells 100 at most', async () => {
    harness.workspace.problems = Array.from({ length: 150 }, (_, index) =>
      problem('a.ts', index + 1),
    );
    const { text } = await harness.call('get_diagnostics', {});
    assert.match(text, /^0 errors, 150 warnings, 0 others; the first 100 are shown\n/);
    assert.equal(text.match(/warning:/g)?.length, 100);
  });

  it('leaves out files that the user hides', async () => {
    await harness.folder.add({ '.slipstreamignore': 'b.ts\n' });
    harness.workspace.problems = [problem('a.ts', 1), problem('b.ts', 2)];
    assert.doesNotMatch((await harness.call('get_diagnostics', {})).text, /b\.ts/);
  });

  it('says so where there are none, or no such file', async () => {
    assert.match((await harness.call('get_diagnostics', {})).text, /^No problems\./);
    const missing = await harness.call('get_diagnostics', { paths: ['c.ts'] });
    assert.match(missing.text, /no file c\.ts/);
  });
});
