// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of the languages that are read
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../../src/base/clock.ts';
import { python } from '../../../../src/core/syntax/languages/python.ts';
import { typescript } from '../../../../src/core/syntax/languages/typescript.ts';
import type { TextChange } from '../../../../src/core/syntax/syntax.ts';
import { applyChange } from '../../../../src/core/syntax/textChange.ts';
import { TreeReader } from '../../../../src/core/syntax/treeReader.ts';
import type { TreeSyntax } from '../../../../src/core/syntax/treeSyntax.ts';
import { grammarsDir } from '../../../support/syntaxHarness.ts';

const limits = { isKeystroke: false, deadlineMs: 60_000, signal: undefined, isOpen: () => true };
const documentId = 'file:///a.ts';

/** What people write, what breaks it, and what takes more than one UTF-16 unit. */
const pieces = [
  'const a = 1;\n',
  'function f(b) {\n  return b;\n}\n',
  'class A {\n  c() {}\n}\n',
  '// d\n',
  '`e${f}g`',
  '"h"',
  '😀',
  '𝒶',
  '{',
  '}',
  '(',
  '/*',
  '*/',
  '\n',
  '  ',
];

describe('TreeReader', function () {
  // Megabytes are parsed here, and machines are slow at times.
  this.timeout(0);

  let reader: TreeReader;

  beforeEach(async () => {
    reader = await TreeReader.load(await grammarsDir(), systemClock);
  });

  afterEach(() => {
    reader.dispose();
    const { trees, parsers, queries } = reader.counts().wasm;
    assert.deepEqual({ trees, parsers }, { trees: 0, parsers: 0 });
    assert.ok(queries >= 0);
  });

  async function read<T>(text: string, use: (syntax: TreeSyntax) => T, id?: string): Promise<T> {
    const language = { rules: typescript, grammar: await reader.grammar('typescript') };
    const source = { languageId: 'typescript', text, ...(id && { documentId: id }) };
    const answer = await reader.read(source, language, limits, use);
    assert.ok(answer, 'the deadline passed');
    return answer.value;
  }

  const everything = (syntax: TreeSyntax) => ({
    tree: syntax.describe(),
    ...syntax.structure(),
  });

  it('makes the same tree of a text that was edited as of one parsed at once', async () => {
    const places = fc.record({
      start: fc.nat(),
      length: fc.nat({ max: 12 }),
      text: fc.array(fc.constantFrom(...pieces), { maxLength: 3 }).map((parts) => parts.join('')),
    });
    const edits = fc.array(places, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
        edits,
        async (parts, steps) => {
          let text = parts.join('');
          await read(text, () => undefined, documentId);
          for (const step of steps) {
            const start = step.start % (text.length + 1);
            const change = {
              start,
              end: Math.min(text.length, start + step.length),
              text: step.text,
            };
            reader.changed(documentId, [change]);
            text = applyChange(text, change);
            const along = await read(text, everything, documentId);
            assert.deepEqual(along, await read(text, everything));
          }
          reader.closed(documentId);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes good for changes that it was not told of', async () => {
    await read('const a = 1;\n', () => undefined, documentId);
    const text = 'const b = 2;\nfunction f() {}\n';
    assert.deepEqual(await read(text, everything, documentId), await read(text, everything));
  });

  it('makes good for changes of a text that it never saw', async () => {
    await read('a();', () => undefined, documentId);
    reader.changed(documentId, [{ start: 50, end: 60, text: 'b();' }]);
    const text = 'function f() {}\n';
    assert.deepEqual(await read(text, everything, documentId), await read(text, everything));
  });

  it('reads a text as it would be, and keeps the tree of what is', async () => {
    const text = 'function f() {\n}\n';
    const change: TextChange = { start: 14, end: 14, text: '\n  const a = 1;' };
    await read(text, () => undefined, documentId);
    const language = { rules: typescript, grammar: await reader.grammar('typescript') };
    const source = { documentId, languageId: 'typescript', text };
    const changed = await reader.readChanged(
      { text: source, change },
      language,
      limits,
      everything,
    );
    assert.deepEqual(changed?.value, await read(applyChange(text, change), everything));
    assert.ok(reader.kept.peek(documentId)?.isOf(text));
    assert.deepEqual(await read(text, everything, documentId), await read(text, everything));
  });

  it('parses a text that has not changed only once', async () => {
    const text = 'const a = 1;\n';
    const first = await read(text, (syntax) => syntax.outline(), documentId);
    assert.equal(await read(text, (syntax) => syntax.outline(), documentId), first);
  });

  it('parses anew when a document changes its language', async () => {
    await read('a = 1\n', () => undefined, documentId);
    const language = { rules: python, grammar: await reader.grammar('python') };
    const source = { documentId, languageId: 'python', text: 'def f():\n    pass\n' };
    const answer = await reader.read(source, language, limits, (syntax) => syntax.outline());
    assert.deepEqual(
      answer?.value.map(({ name }) => name),
      ['f'],
    );
  });

  it('keeps the tree of a document that is changed while it is parsed', async () => {
    const text = 'const a = 1;\n'.repeat(20_000);
    await read('', () => undefined, documentId);
    const reading = read(text, (syntax) => syntax.outline().length, documentId);
    await new Promise((resolve) => setImmediate(resolve));
    const change = { start: 0, end: 0, text: 'const b = 1;\n' };
    reader.changed(documentId, [change]);
    assert.equal(await reading, 20_000);
    const after = await read(change.text + text, (syntax) => syntax.outline().length, documentId);
    assert.equal(after, 20_001);
  });

  it('deletes the tree that was unused for longest when there are too many', async () => {
    for (let index = 0; index < 25; index += 1) {
      await read('const a = 1;\n', () => undefined, `file:///${index}.ts`);
      await read('const a = 1;\n', () => undefined, 'file:///0.ts');
    }
    const { keptTrees, wasm } = reader.counts();
    assert.deepEqual({ keptTrees, trees: wasm.trees }, { keptTrees: 20, trees: 20 });
    assert.ok(reader.kept.peek('file:///0.ts'), 'the one in use was deleted');
    assert.equal(reader.kept.peek('file:///1.ts'), undefined);
  });

  it('keeps fewer trees where the texts are long', async () => {
    const text = 'const a = 1;\n'.repeat(70_000);
    for (let index = 0; index < 7; index += 1) {
      await read(text, () => undefined, `file:///${index}.ts`);
    }
    assert.equal(reader.counts().keptTrees, 5);
    assert.equal(reader.counts().wasm.trees, 5);
  });

  it('lets what was read throw, and leaves nothing behind', async () => {
    const failing = read('a();', () => assert.fail('mine'), undefined);
    await assert.rejects(failing, /mine/);
    assert.equal(reader.counts().wasm.trees, 0);
    assert.equal(reader.counts().parsers.get('typescript')?.inUse, 0);
  });

  it('parses ten thousand texts in memory that stops growing', async () => {
    const text = 'export class A {\n  f(a: number) {\n    return `b${a}c`;\n  }\n}\n'.repeat(10);
    const rounds: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 2_500; index += 1) {
        const id = `file:///${index % 40}.ts`;
        await read(`${text}// ${round} ${index}\n`, (syntax) => syntax.enclosing(10), id);
      }
      rounds.push(reader.counts().wasm.memoryBytes);
    }
    assert.equal(rounds.at(-1), rounds.at(1), `bytes after each round: ${rounds}`);
    assert.equal(reader.counts().wasm.trees, 20);
    assert.equal(reader.counts().wasm.parsers, 1);
  });
});
