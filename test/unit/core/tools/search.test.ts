import assert from 'node:assert/strict';
import { CancelledError } from '../../../../src/base/errors.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { findRipgreps, reportMissingRipgrep } from '../../../support/ripgrep.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

const signal = new AbortController().signal;

const files = {
  '.gitignore': 'dist/\n',
  '.slipstreamignore': 'private.ts\n',
  '.env': 'total = secret',
  '.github/ci.yml': 'total: 1\n',
  'a.ts': 'const total = 1;\nconst Total = 2;\n\nexport { total };\n',
  'bin.dat': new Uint8Array([...Buffer.from('total\n'), 0, 1]),
  'crlf.ts': 'first\r\nthe total\r\nlast\r\n',
  'dist/out.js': 'total',
  'src/b.ts': 'let x = "a.b*c"; // ünïcode total\n',
  'src/c.md': 'total recall\n',
  'private.ts': 'total',
};

const engines = [{ program: undefined, version: 'JavaScript alone' }, ...findRipgreps()];

if (engines.length === 1) {
  it('search with ripgrep', function () {
    reportMissingRipgrep();
    this.skip();
  });
}

for (const { program, version } of engines) {
  describe(`search with ${version}`, () => {
    let harness: ToolHarness;
    beforeEach(async () => {
      harness = await createToolHarness(files);
      harness.workspace.ripgrep = program;
    });
    afterEach(() => harness.dispose());

    async function check(input: object, expected: string | RegExp): Promise<void> {
      const { text, isError } = await harness.call('search', input);
      assert.equal(isError, false, text);
      if (typeof expected === 'string') {
        assert.equal(text, expected);
      } else {
        assert.match(text, expected);
      }
    }

    it('finds text in files that are listed, sorted by file and line', () =>
      check(
        { pattern: 'total' },
        [
          '.github/ci.yml:1: total: 1',
          'a.ts:1: const total = 1;',
          'a.ts:2: const Total = 2;',
          'a.ts:4: export { total };',
          'crlf.ts:2: the total',
          'src/b.ts:1: let x = "a.b*c"; // ünïcode total',
          'src/c.md:1: total recall',
        ].join('\n'),
      ));

    it('tells upper and lower case apart where asked', () =>
      check({ pattern: 'Total', is_case_sensitive: true }, 'a.ts:2: const Total = 2;'));

    it('takes special characters as they are', async () => {
      await check({ pattern: 'a.b*c' }, 'src/b.ts:1: let x = "a.b*c"; // ünïcode total');
      await check({ pattern: 'A.B*C' }, /src\/b\.ts:1/);
      await check({ pattern: 'a.*b' }, /No matches\. .*set is_regex/);
      await check({ pattern: '--help' }, 'No matches.');
    });

    it('takes regular expressions where asked', async () => {
      await check({ pattern: '^const \\w+ = \\d;$', is_regex: true }, /^a\.ts:1: .*\na\.ts:2: .*$/);
      await check({ pattern: 'total$', is_regex: true, glob: 'crlf.ts' }, 'crlf.ts:2: the total');
      await check({ pattern: '\\btotal(?= recall)', is_regex: true }, 'src/c.md:1: total recall');
      await check({ pattern: '(?i)TOTAL RE', is_regex: true, is_case_sensitive: true }, /c\.md:1/);
      await check({ pattern: 'ünï\\w+', is_regex: true, path: 'src/b.ts' }, /b\.ts:1/);
    });

    it('shows lines around matches', () =>
      check(
        { pattern: 'Total = 2|export', is_regex: true, path: 'a.ts', context_lines: 1 },
        'a.ts-1- const total = 1;\na.ts:2: const Total = 2;\na.ts-3- \na.ts:4: export { total };',
      ));

    it('parts groups of lines that do not touch', async () => {
      await harness.folder.add({ 'long.txt': 'x\n1\n2\n3\nx\n' });
      await check(
        { pattern: 'x', path: 'long.txt', context_lines: 1 },
        'long.txt:1: x\nlong.txt-2- 1\n--\nlong.txt-4- 3\nlong.txt:5: x',
      );
    });

    it('looks where it is told to', async () => {
      await check({ pattern: 'total', path: 'src' }, /^src\/b\.ts:1: .*\nsrc\/c\.md:1: .*$/);
      await check({ pattern: 'total', path: 'src', glob: '*.md' }, 'src/c.md:1: total recall');
      await check({ pattern: 'total', glob: 'src/*.{md,txt}' }, 'src/c.md:1: total recall');
      await check({ pattern: 'total', glob: '!*.ts', path: 'src' }, 'src/c.md:1: total recall');
      await check({ pattern: 'total', path: 'dist' }, 'dist/out.js:1: total');
      await check({ pattern: 'total', path: 'src/c.md' }, 'src/c.md:1: total recall');
    });

    it('searches unsaved editors in place of their files', async () => {
      harness.workspace.edit(harness.folder.join('a.ts'), 'nothing\r\nmy TOTAL\r\n');
      harness.workspace.edit(harness.folder.join('src/new.ts'), 'new total\n');
      harness.workspace.edit(harness.folder.join('dist/out.js'), 'ignored total\n');
      harness.workspace.edit(harness.folder.join('private.ts'), 'hidden total\n');
      harness.workspace.edit(harness.folder.join('.env'), 'secret total\n');
      await check(
        { pattern: 'total', glob: '*.ts' },
        /^a\.ts:2: my TOTAL\ncrlf.*\nsrc\/b.*\nsrc\/new\.ts:1: new total$/,
      );
      await check({ pattern: 'my (?:total)', is_regex: true }, 'a.ts:2: my TOTAL');
      await check({ pattern: 'total', path: 'a.ts' }, 'a.ts:2: my TOTAL');
      await check({ pattern: 'ignored|hidden|secret', is_regex: true }, /No matches/);
    });

    it('says how many more there are', async () => {
      await check(
        { pattern: 'total', limit: 2 },
        /ci\.yml.*\na\.ts:1.*\n\n\[The first 2 of 7 matches in 5 files\./,
      );
      await harness.folder.add({
        'many.txt': 'hit\n'.repeat(900),
        'more.txt': 'hit\n'.repeat(2_000),
      });
      await check({ pattern: 'hit', limit: 1 }, /The first 1 of 1900 matches in 2 files/);
    });

    it('stops at more matches than anybody reads', async () => {
      const many = Array.from({ length: 13 }, (_, index) => [
        `m${index}.txt`,
        'hit\n'.repeat(1_000),
      ]);
      await harness.folder.add(Object.fromEntries(many));
      await check({ pattern: 'hit', limit: 1 }, /of more than 10000 matches/);
    });

    it('cuts long lines around the match', async () => {
      await harness.folder.add({ 'min.js': `${'ü'.repeat(5_000)}needle${'y'.repeat(5_000)}` });
      const { text } = await harness.call('search', { pattern: 'needle' });
      assert.match(text, /^min\.js:1: …ü{100}needley{194}…$/);
    });

    it('searches a line of 16 MB where the file is named', async () => {
      await harness.folder.add({ 'line.txt': `${'x'.repeat(16_000_000)}needle` });
      await check({ pattern: 'needle', path: 'line.txt' }, /^line\.txt:1: …x+needle$/);
      await check({ pattern: 'needle' }, 'No matches.');
    });

    it('tells what is wrong with a pattern', async () => {
      const invalid = await harness.call('search', { pattern: '(unclosed', is_regex: true });
      assert.ok(invalid.isError);
      assert.match(invalid.text, /unclosed group|Unterminated group/i);
      for (const input of [{ pattern: 'a\nb' }, { pattern: 'a\\nb', is_regex: true }]) {
        assert.match((await harness.call('search', input)).text, /line by line/);
      }
      await check({ pattern: 'a\\\\nb', is_regex: true }, 'No matches.');
    });

    it('is not hung by a pattern that tries for ever', async () => {
      await harness.folder.add({ 'evil.txt': `${'a'.repeat(60)}!\n` });
      // Look-around, which ripgrep lacks, sends it to JavaScript's engine in any case.
      const input = { pattern: '(?=a)(a+)+$', is_regex: true, path: 'evil.txt' };
      const { text, isError } = await harness.call('search', input);
      assert.ok(isError);
      assert.match(text, /takes too long/);
    });

    it('passes over what it can not read, and fails for what is not there', async () => {
      assert.match(
        (await harness.call('search', { pattern: 'x', path: 'none' })).text,
        /no file or folder none/,
      );
      await check({ pattern: 'total', path: 'bin.dat' }, /No matches|binary/).catch(
        (error: unknown) => assert.match(String(error), /binary/),
      );
    });

    it('stops when aborted', async () => {
      const call = await harness.prepare('search', { pattern: 'total' });
      await assert.rejects(
        call.run(() => undefined, AbortSignal.abort()),
        CancelledError,
      );
    });
  });
}

describe('search', () => {
  let harness: ToolHarness;
  afterEach(() => harness.dispose());

  it('asks for leave outside, and for a file of secrets that is named', async () => {
    harness = await createToolHarness(
      { 'app/.env': 'KEY=value', 'other/x.ts': 'value' },
      { roots: ['app'] },
    );
    const secret = await harness.prepare('search', { pattern: 'value', path: '.env' });
    assert.equal(secret.access[0]?.kind === 'read' && secret.access[0].isSensitive, true);
    assert.equal((await secret.run(() => undefined, signal)).text, '.env:1: KEY=value');
    const outside = await harness.prepare('search', { pattern: 'value', path: '../other' });
    assert.equal(outside.access[0]?.kind === 'read' && outside.access[0].isInWorkspace, false);
    assert.deepEqual((await harness.prepare('search', { pattern: 'value' })).access.length, 1);
  });

  it('searches all open folders', async () => {
    harness = await createToolHarness(
      { 'app/a.ts': 'find me', 'lib/b.ts': 'find me' },
      { roots: ['app', 'lib'] },
    );
    const { text } = await harness.call('search', { pattern: 'find' });
    assert.equal(text, 'app/a.ts:1: find me\nlib/b.ts:1: find me');
  });

  it('tells what it found when its time is over', async () => {
    const clock = new FakeClock();
    harness = await createToolHarness({ 'a.ts': 'hit', 'b.ts': 'hit' }, { clock });
    harness.workspace.edit(harness.folder.join('a.ts'), 'hit');
    const { readText } = harness.workspace;
    harness.workspace.readText = async (path) => {
      await clock.advance(31_000);
      return readText.call(harness.workspace, path);
    };
    const { text, isError } = await harness.call('search', { pattern: 'hit' });
    assert.equal(isError, false);
    assert.match(text, /^a\.ts:1: hit\n\n\[Stopped after 30 s: there may be more\.\]$/);
    assert.equal(clock.pendingTimers, 0);
  });

  it('does without ripgrep where it can not be started', async () => {
    harness = await createToolHarness({ 'a.ts': 'hit' });
    harness.workspace.ripgrep = harness.folder.join('no-such-program');
    assert.equal((await harness.call('search', { pattern: 'hit' })).text, 'a.ts:1: hit');
    assert.equal(
      (await harness.call('search', { pattern: 'hit', path: 'a.ts' })).text,
      'a.ts:1: hit',
    );
  });

  it('searches output that was kept, without asking for leave', async () => {
    harness = await createToolHarness();
    const file = await harness.context.spill.create('command');
    await file.write('one\ntwo\n');
    await file.close();
    const call = await harness.prepare('search', { pattern: 'two', path: file.path });
    assert.deepEqual(call.access, []);
    assert.equal((await call.run(() => undefined, signal)).text, `${file.path}:2: two`);
  });
});
