/**
 * Ranking pieces of open files by likeness, while one of them is written: with an index that takes
 * apart only what has changed, and with one that is made anew each time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SnippetDocument, SnippetIndex } from '../../src/core/completion/snippetIndex.ts';
import { repositoryDir } from '../support/paths.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const openFiles = 20;
const writtenLines = 200;
const queryCharacters = 1_200;
const maxSnippets = 4;

function sources(): readonly { readonly name: string; readonly text: string }[] {
  const folder = join(repositoryDir, 'src/core');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
    .sort((left, right) => right.text.length - left.text.length)
    .slice(0, openFiles);
}

interface Round {
  readonly documents: readonly SnippetDocument[];
  readonly query: string;
  readonly excluded: { readonly documentId: string; readonly start: number; readonly end: number };
}

/** The largest file grows line by line in its middle, with lines that another one has. */
function* writing(): Generator<Round> {
  const [first, ...others] = sources();
  const donor = others.at(-1)?.text.split('\n') ?? [];
  let text = first?.text ?? '';
  let at = text.indexOf('\n', text.length / 2) + 1;
  for (let line = 0; line < writtenLines; line += 1) {
    const added = `${donor[line % donor.length] ?? ''}\n`;
    text = text.slice(0, at) + added + text.slice(at);
    at += added.length;
    const current = text;
    yield {
      documents: [
        { documentId: 'a', path: '/a', version: line, text: () => current },
        ...others.map(({ name, text: other }) => ({
          documentId: name,
          path: `/${name}`,
          version: 0,
          text: () => other,
        })),
      ],
      query: text.slice(Math.max(0, at - queryCharacters), at),
      excluded: { documentId: 'a', start: Math.max(0, at - 4_000), end: at + 1_400 },
    };
  }
}

function rank(index: SnippetIndex, { documents, query, excluded }: Round): number {
  index.update(documents);
  return index.rank(query, excluded, maxSnippets).length;
}

const kept = new SnippetIndex();
const keptMs: number[] = [];
const anewMs: number[] = [];
let firstMs = 0;
let found = 0;
let anewPieces = 0;
for (const round of writing()) {
  let begun = performance.now();
  found += rank(kept, round);
  const ms = performance.now() - begun;
  if (firstMs === 0) {
    firstMs = ms;
  } else {
    keptMs.push(ms);
  }
  const anew = new SnippetIndex();
  begun = performance.now();
  rank(anew, round);
  anewMs.push(performance.now() - begun);
  anewPieces += anew.work.indexed;
}

const characters = sources().reduce((sum, { text }) => sum + text.length, 0);
printReport('snippets', {
  openFiles,
  characters,
  lines: writtenLines,
  snippetsPerQuery: rounded(found / writtenLines),
  firstMs: rounded(firstMs),
  kept: {
    medianMs: rounded(median(keptMs)),
    p95Ms: rounded(percentile(keptMs, 95)),
    piecesTakenApart: kept.work.indexed,
  },
  madeAnew: {
    medianMs: rounded(median(anewMs)),
    p95Ms: rounded(percentile(anewMs, 95)),
    piecesTakenApart: anewPieces,
  },
  ratio: rounded(median(anewMs) / median(keptMs)),
});
