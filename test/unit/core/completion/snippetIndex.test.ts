import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunkRanges } from '../../../../src/core/completion/snippetChunks.ts';
import {
  type SnippetDocument,
  SnippetIndex,
} from '../../../../src/core/completion/snippetIndex.ts';
import { repositoryDir } from '../../../support/paths.ts';

const nowhere = { documentId: 'none', start: 0, end: 0 };

function documentOf(name: string, text: string, version = 1): SnippetDocument {
  return { documentId: name, path: `/project/${name}`, version, text: () => text };
}

function part(index: number, word: string): string {
  return `export function ${word}Part${index}() {\n  const ${word}Value = read${word}(${index});\n  return ${word}Value;\n}\n\n`;
}

function parts(count: number, word: string): string {
  return Array.from({ length: count }, (_, index) => part(index, word)).join('');
}

describe('SnippetIndex', () => {
  it('finds what shares rare words, the most alike first', () => {
    const index = new SnippetIndex();
    index.update([
      documentOf('colours.ts', parts(3, 'colour')),
      documentOf('users.ts', parts(3, 'userAccount')),
      documentOf('roles.ts', `${part(0, 'role')}const account = userAccountOf(role);\n`),
    ]);
    const ranked = index.rank('saveUserAccount(userAccountValue)', nowhere, 5);
    assert.equal(ranked[0]?.path, '/project/users.ts');
    assert.ok(!ranked.some(({ path }) => path === '/project/colours.ts'));
    assert.ok((ranked[0]?.similarity ?? 0) > (ranked.at(-1)?.similarity ?? 1));
  });

  it('finds nothing where nothing is alike', () => {
    const index = new SnippetIndex();
    index.update([documentOf('colours.ts', parts(5, 'colour'))]);
    assert.deepEqual(index.rank('matrix.transpose(determinant)', nowhere, 5), []);
  });

  it('leaves out what the prompt holds anyway', () => {
    const index = new SnippetIndex();
    const text = parts(1, 'invoice');
    index.update([documentOf('a.ts', text), documentOf('b.ts', parts(4, 'colour'))]);
    const all = { documentId: 'a.ts', start: 0, end: text.length };
    assert.deepEqual(index.rank('readinvoice(invoiceValue)', all, 5), []);
    assert.equal(index.rank('readinvoice(invoiceValue)', nowhere, 5).length, 1);
  });

  it('takes apart only what has changed', () => {
    const index = new SnippetIndex();
    const before = parts(60, 'invoice');
    index.update([documentOf('a.ts', before), documentOf('b.ts', parts(60, 'colour'))]);
    const { indexed } = index.work;
    index.update([documentOf('a.ts', before), documentOf('b.ts', parts(60, 'colour'))]);
    assert.equal(index.work.indexed, indexed, 'the same version is not even asked for its text');
    const at = before.indexOf('export function invoicePart30');
    const after = `${before.slice(0, at)}const added = 1;\n${before.slice(at)}`;
    index.update([documentOf('a.ts', after, 2), documentOf('b.ts', parts(60, 'colour'))]);
    assert.ok(index.work.indexed - indexed <= 3, `${index.work.indexed - indexed} pieces`);
  });

  it('is after any changes as if it had been made anew', () => {
    const folder = join(repositoryDir, 'src/core/model');
    const names = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .slice(0, 12);
    const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
    const changed = new SnippetIndex();
    let version = 0;
    let state = 3;
    const random = (below: number): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return Math.floor((state / 4_294_967_296) * below);
    };
    for (let round = 0; round < 60; round += 1) {
      version += 1;
      const which = random(texts.length);
      const text = texts[which] ?? '';
      const at = random(text.length);
      texts[which] = text.slice(0, at) + text.slice(at + random(300), at + 2_000) + text.slice(at);
      const open = names
        .map((name, index) => documentOf(name, texts[index] ?? '', version))
        .filter(() => random(10) > 0);
      changed.update(open);
      const fresh = new SnippetIndex();
      fresh.update(open);
      const query = text.slice(at, at + 500);
      const told = ({ rank }: { rank: SnippetIndex['rank'] }, index: SnippetIndex): unknown =>
        rank
          .call(index, query, nowhere, 50)
          .map(({ path, text: piece, similarity }) =>
            [path, piece, similarity.toFixed(9)].join('|'),
          )
          .sort();
      assert.deepEqual(told(changed, changed), told(fresh, fresh));
    }
  });

  it('forgets closed files and leaves out huge ones', () => {
    const index = new SnippetIndex();
    index.update([
      documentOf('a.ts', parts(5, 'invoice')),
      documentOf('b.ts', 'x'.repeat(300_000)),
    ]);
    index.update([]);
    assert.deepEqual(index.rank('readinvoice(invoiceValue)', nowhere, 5), []);
  });
});

describe('chunkRanges', () => {
  it('gives all of a text, in whole lines', () => {
    for (const text of ['', 'a', 'a\n', '\n\n', parts(20, 'x'), `${'line\n'.repeat(100)}end`]) {
      const chunks = chunkRanges(text);
      assert.equal(chunks.map(({ start, end }) => text.slice(start, end)).join(''), text);
      for (const { end } of chunks.slice(0, -1)) {
        assert.equal(text[end - 1], '\n');
      }
    }
  });

  it('tells pieces apart that differ in a character', () => {
    const [one] = chunkRanges('const a = 1;\n');
    const [other] = chunkRanges('const a = 2;\n');
    assert.notEqual(one?.hash, other?.hash);
  });
});
