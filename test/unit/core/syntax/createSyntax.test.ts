import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import { CancelledError } from '../../../../src/base/errors.ts';
import {
  createSyntax,
  maxLocalLength,
  type OwnedSyntax,
} from '../../../../src/core/syntax/createSyntax.ts';
import { createTestSyntax, grammarsDir, workerFile } from '../../../support/syntaxHarness.ts';
import { createTempDir, removeTempDir } from '../../../support/tempDir.ts';

/** Every look at it takes so long, ms. */
function slowClock(stepMs: number): Clock {
  let now = 0;
  return {
    ...systemClock,
    now: () => {
      now += stepMs;
      return now;
    },
  };
}

const long = 'export function f(a: number) {\n  return "b"; // c\n}\n'.repeat(
  Math.ceil(maxLocalLength / 50),
);

describe('createSyntax', function () {
  // Megabytes are parsed here, and machines are slow at times.
  this.timeout(0);

  let syntax: OwnedSyntax;

  beforeEach(async () => {
    // Its time, so that long parses pause.
    syntax = await createTestSyntax(systemClock);
  });

  afterEach(() => syntax.dispose());

  it('loads nothing before the first text', () => {
    assert.equal(syntax.counts().wasm, undefined);
    syntax.changed('file:///a.ts', [{ start: 0, end: 0, text: 'a' }]);
    syntax.closed('file:///a.ts');
    assert.equal(syntax.counts().wasm, undefined);
  });

  it('answers by indentation where there is no grammar', async () => {
    const source = await syntax.read({ languageId: 'lua', text: 'a = 1' }, (file) => file.source);
    assert.equal(source, 'indentation');
    assert.equal(syntax.counts().wasm, undefined);
  });

  it('answers by indentation where the grammar cannot be loaded, and says so once', async () => {
    const folder = createTempDir('noGrammars');
    const errors: string[] = [];
    const broken = createSyntax({
      grammarsDir: folder,
      workerFile,
      clock: systemClock,
      onError: (_, action) => errors.push(action),
    });
    try {
      for (let time = 0; time < 2; time += 1) {
        const text = { languageId: 'typescript', text: 'function f() {}' };
        const names = await broken.read(text, (file) => file.outline().map(({ name }) => name));
        assert.deepEqual(names, ['f']);
      }
      assert.deepEqual(errors, ['Loading the grammar for typescript']);
    } finally {
      broken.dispose();
      removeTempDir(folder);
    }
  });

  it('answers by indentation from then on where a grammar fails in the middle of a parse', async () => {
    const errors: string[] = [];
    let calls = Number.NEGATIVE_INFINITY;
    const now = (): number => {
      calls += 1;
      // The first look is the pool's.
      if (calls === 2) {
        throw new Error('trap');
      }
      return systemClock.now();
    };
    const breaking = createSyntax({
      grammarsDir: await grammarsDir(),
      workerFile,
      clock: { ...systemClock, now },
      onError: ({ message }, action) => errors.push(`${action}: ${message}`),
    });
    try {
      const text = { languageId: 'typescript', text: 'a();' };
      assert.equal(await breaking.read(text, (file) => file.source), 'tree');
      calls = 0;
      assert.equal(await breaking.read(text, (file) => file.source), 'indentation');
      assert.equal(await breaking.read(text, (file) => file.source), 'indentation');
      assert.deepEqual(errors, ['Parsing typescript: A grammar failed: trap']);
      assert.equal(breaking.counts().parsers.get('typescript')?.inUse, 0);
      const python = { languageId: 'python', text: 'a()' };
      assert.equal(await breaking.read(python, (file) => file.source), 'tree');
    } finally {
      breaking.dispose();
    }
  });

  it('leaves nothing behind when it is disposed while a grammar loads', async () => {
    const reading = syntax.read({ languageId: 'go', text: 'package a' }, () => undefined);
    syntax.dispose();
    await assert.rejects(reading, CancelledError);
    assert.equal(syntax.counts().wasm?.parsers ?? 0, 0);
  });

  it('answers by indentation when the deadline of a keystroke passes, and parses the next text', async () => {
    const slow = await createTestSyntax(slowClock(40));
    try {
      const text = { languageId: 'typescript', text: 'function f() {}\n'.repeat(2_000) };
      const priority = { priority: 'keystroke' } as const;
      assert.equal(await slow.read(text, (file) => file.source, priority), 'indentation');
      assert.equal(slow.counts().missedDeadlines, 1);
      assert.equal(slow.counts().wasm?.trees, 0);
      const short = { languageId: 'typescript', text: 'a();' };
      const answer = await slow.read(short, (file) => [
        file.source,
        file.hasErrorIn({ start: 0, end: 4 }),
      ]);
      assert.deepEqual(answer, ['tree', false]);
    } finally {
      slow.dispose();
    }
  });

  it('parses a document that a keystroke could not wait for, so that the next can', async () => {
    let stepMs = 40;
    let now = 0;
    const clock = { ...systemClock, now: () => (now += stepMs) };
    const slow = await createTestSyntax(clock);
    try {
      const text = 'function f() {}\n'.repeat(2_000);
      const document = { documentId: 'file:///a.ts', languageId: 'typescript', text };
      const priority = { priority: 'keystroke' } as const;
      assert.equal(await slow.read(document, (file) => file.source, priority), 'indentation');
      stepMs = 0.01;
      while (slow.counts().keptTrees === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const next = { ...document, text: `${text}function g() {}\n` };
      assert.equal(await slow.read(next, (file) => file.source, priority), 'tree');
      assert.equal(slow.counts().missedDeadlines, 1);
    } finally {
      slow.dispose();
    }
  });

  it('has a keystroke parsed while a large file pauses', async () => {
    const done: string[] = [];
    const large = { languageId: 'typescript', text: long.slice(0, maxLocalLength) };
    const background = syntax.read(large, () => done.push('large'));
    const small = { languageId: 'typescript', text: 'a();' };
    await syntax.read(small, () => done.push('small'), { priority: 'keystroke' });
    await background;
    assert.deepEqual(done, ['small', 'large']);
  });

  it('stops parsing when nobody wants the answer any more', async () => {
    const controller = new AbortController();
    const large = { languageId: 'typescript', text: long.slice(0, maxLocalLength) };
    await syntax.read({ languageId: 'typescript', text: '' }, () => undefined);
    const reading = syntax.read(large, () => assert.fail('used'), { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await assert.rejects(reading, CancelledError);
    assert.equal(syntax.counts().wasm?.trees, 0);
    await assert.rejects(
      syntax.read(large, () => undefined, { signal: controller.signal }),
      CancelledError,
    );
  });

  it('stops parsing when it is disposed', async () => {
    const large = { languageId: 'typescript', text: long.slice(0, maxLocalLength) };
    await syntax.read({ languageId: 'typescript', text: '' }, () => undefined);
    const reading = syntax.read(large, () => assert.fail('used'));
    await new Promise((resolve) => setImmediate(resolve));
    syntax.dispose();
    await assert.rejects(reading, CancelledError);
    assert.equal(syntax.counts().wasm?.parsers, 0);
    await assert.rejects(
      syntax.read(large, () => undefined),
      CancelledError,
    );
  });

  it('keeps no tree of a document that is closed while it is read', async () => {
    const document = { documentId: 'file:///a.ts', languageId: 'typescript', text: 'a();' };
    const reading = syntax.read(document, (file) => file.source);
    syntax.closed(document.documentId);
    assert.equal(await reading, 'tree');
    assert.equal(syntax.counts().keptTrees, 0);
    assert.equal(syntax.counts().wasm?.trees, 0);
  });

  it('keeps the tree of an open document until it is closed', async () => {
    const documentId = 'file:///a.ts';
    await syntax.read({ documentId, languageId: 'typescript', text: 'a();' }, () => undefined);
    assert.equal(syntax.counts().keptTrees, 1);
    syntax.closed(documentId);
    assert.equal(syntax.counts().wasm?.trees, 0);
  });

  describe('with a text over the limit', () => {
    it('parses it in a worker, which ends with it', async () => {
      const text = { languageId: 'typescript', text: long };
      const found = await syntax.read(text, (file) => ({
        source: file.source,
        definitions: file.outline().length,
        around: file.enclosing(20)?.signature,
        strings: file.ranges('string').length,
        place: file.placeAt(long.indexOf('b"')),
        isWrong: file.hasErrorIn({ start: 0, end: long.length }),
      }));
      const count = Math.ceil(maxLocalLength / 50);
      assert.deepEqual(found, {
        source: 'tree',
        definitions: count,
        around: 'export function f(a: number)',
        strings: count,
        place: 'string',
        isWrong: false,
      });
      assert.equal(syntax.counts().isWorkerRunning, true);
      assert.equal(syntax.counts().wasm, undefined);
    });

    it('lets the worker go on with the next text when one is cancelled', async () => {
      const controller = new AbortController();
      const text = { languageId: 'typescript', text: long };
      const cancelled = syntax.read(text, () => undefined, { signal: controller.signal });
      controller.abort();
      await assert.rejects(cancelled, CancelledError);
      const python = { languageId: 'python', text: 'def f():\n    pass\n'.repeat(60_000) };
      assert.equal(await syntax.read(python, (file) => file.outline().length), 60_000);
    });

    it('answers by indentation where there is no grammar or no worker', async () => {
      const lua = { languageId: 'lua', text: long };
      assert.equal(await syntax.read(lua, (file) => file.source), 'indentation');
      assert.equal(syntax.counts().isWorkerRunning, false);
      const errors: string[] = [];
      const broken = createSyntax({
        grammarsDir: await grammarsDir(),
        workerFile: `${workerFile}.missing`,
        clock: systemClock,
        onError: (_, action) => errors.push(action),
      });
      try {
        const text = { languageId: 'typescript', text: long };
        assert.equal(await broken.read(text, (file) => file.source), 'indentation');
        assert.deepEqual(errors, ['Parsing a long file']);
      } finally {
        broken.dispose();
      }
    });
  });
});
