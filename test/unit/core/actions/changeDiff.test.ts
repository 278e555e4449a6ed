import assert from 'node:assert/strict';
import { type FileDiff, piecesOf, splitDiff } from '../../../../src/core/actions/changeDiff.ts';

function diffOf(path: string, body = '@@ -1 +1 @@\n-old\n+new\n', more = ''): string {
  return `diff --git a/${path} b/${path}\n${more}index 1..2 100644\n--- a/${path}\n+++ b/${path}\n${body}`;
}

function onlyOf(diff: string): FileDiff {
  const files = splitDiff(diff);
  assert.equal(files.length, 1);
  assert.ok(files[0]);
  return files[0];
}

describe('The changes of a commit', () => {
  it('are told apart by file, each with its own text', () => {
    const diff = diffOf('src/a.ts') + diffOf('src/b.ts');
    const files = splitDiff(diff);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['src/a.ts', 'src/b.ts'],
    );
    assert.equal(files.map(({ text }) => text).join(''), diff);
  });

  it('are not cut at a line of a file that looks like their head', () => {
    const body = '@@ -1 +1,2 @@\n+diff --git a/x b/x\n--- a/fake\n+++ b/fake\n';
    assert.equal(onlyOf(diffOf('notes.md', body)).path, 'notes.md');
  });

  it('are named by the new name, with spaces and letters beyond ASCII', () => {
    assert.equal(
      onlyOf(diffOf('my file.txt').replaceAll('file.txt\n', 'file.txt\t\n')).path,
      'my file.txt',
    );
    const umlaut =
      'diff --git "a/gr\\303\\274n.txt" "b/gr\\303\\274n.txt"\n--- "a/gr\\303\\274n.txt"\n+++ "b/gr\\303\\274n.txt"\n@@ -1 +1 @@\n-a\n+b\n';
    assert.equal(onlyOf(umlaut).path, 'grün.txt');
    const renamed =
      'diff --git a/old.ts b/new.ts\nsimilarity index 100%\nrename from old.ts\nrename to new.ts\n';
    assert.equal(onlyOf(renamed).path, 'new.ts');
    const deleted =
      'diff --git a/gone.ts b/gone.ts\ndeleted file mode 100644\n--- a/gone.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n';
    assert.equal(onlyOf(deleted).path, 'gone.ts');
  });

  it('leave out what is of no use or nobody’s business', () => {
    const cases: readonly (readonly [string, FileDiff['leftOut']])[] = [
      [diffOf('package-lock.json'), 'lock file'],
      [diffOf('sub/Cargo.lock'), 'lock file'],
      [diffOf('.env'), 'secrets'],
      [diffOf('keys/server.pem'), 'secrets'],
      [diffOf('.env.example'), undefined],
      [diffOf('src/lock.ts'), undefined],
      [
        'diff --git a/logo.png b/logo.png\nindex 1..2 100644\nBinary files a/logo.png and b/logo.png differ\n',
        'binary',
      ],
      [
        'diff --git a/.env b/config.txt\nsimilarity index 90%\nrename from .env\nrename to config.txt\n--- a/.env\n+++ b/config.txt\n@@ -1 +1 @@\n-a\n+b\n',
        'secrets',
      ],
    ];
    for (const [diff, expected] of cases) {
      assert.equal(onlyOf(diff).leftOut, expected, diff.split('\n', 1)[0]);
    }
  });

  it('are none where git says nothing', () => assert.deepEqual(splitDiff(''), []));
});

describe('Pieces of a long change', () => {
  it('are cut between hunks, and say of which file they are', () => {
    const hunk = `@@ -1 +1 @@\n${'+line\n'.repeat(10)}`;
    const file = onlyOf(diffOf('a.ts', hunk.repeat(5)));
    const pieces = piecesOf(file, 150);
    assert.ok(pieces.length > 1);
    for (const piece of pieces) {
      assert.match(piece, /a\.ts/);
      assert.ok(piece.length <= 150 + '(more of a.ts)\n'.length);
    }
    assert.equal(pieces.join('').replaceAll('(more of a.ts)\n', ''), file.text);
  });

  it('bound a hunk without an end and a line without one', () => {
    const file = onlyOf(
      diffOf('a.js', `@@ -1 +1 @@\n+${'x'.repeat(5_000)}\n${'+y\n'.repeat(500)}`),
    );
    for (const piece of piecesOf(file, 1_000)) {
      assert.ok(piece.length <= 1_100, String(piece.length));
    }
  });
});
