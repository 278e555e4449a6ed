/**
 * Our side of a request for a completion: its prompt, and what is made of its answer, in a file of 2,000
 * lines with 15 others open. A cold request is for another line, after a change; on a blank line the
 * file is parsed along, in a line that is begun it need not be. Others are for the next key in the same
 * line. Beside it stands a full parse of the file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { CompletionPlace } from '../../src/core/completion/completion.ts';
import { createCompletionPrompts } from '../../src/core/completion/completionPrompts.ts';
import { createCompletionShaping } from '../../src/core/completion/completionShaping.ts';
import type { CompletionSurroundings } from '../../src/core/completion/completionSurroundings.ts';
import { repositoryDir } from '../support/paths.ts';
import { createTestSyntax } from '../support/syntaxHarness.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const lines = 2_000;
const openFiles = 15;
const requests = 200;
const keysInLine = 5;

function sources(): readonly { readonly path: string; readonly text: string }[] {
  const folder = join(repositoryDir, 'src/core');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}

const files = sources();
const long = files
  .map(({ text }) => text)
  .join('\n')
  .split('\n')
  .slice(0, lines)
  .join('\n');
const others = files.slice(-openFiles);
const path = join(repositoryDir, 'src/core/long.ts');
const documentId = `file://${path}`;

let version = 0;
let current = long;
const surroundings: CompletionSurroundings = {
  roots: () => [{ name: 'repository', path: repositoryDir }],
  displayPath: (file) => file.slice(repositoryDir.length + 1),
  nearbyTexts: () => [
    { documentId, path, languageId: 'typescript', version, text: () => current },
    ...others.map(({ path: other, text }) => ({
      documentId: `file://${other}`,
      path: other,
      languageId: 'typescript',
      version: 1,
      text: () => text,
    })),
  ],
  recentEdits: () => [],
  problems: () => [],
  onDidChangeFile: () => ({ dispose: () => undefined }),
};

const answer = ['<fill>', 'const added', ' = value', '.map((one)', ' => one.text);', '\n'];
const options = { trigger: 'automatic', model: 'claude-haiku-5-5', alternative: 0 } as const;
const { signal } = new AbortController();
const syntax = await createTestSyntax();
const prompts = createCompletionPrompts({ surroundings, syntax, clock: systemClock });
const shaping = createCompletionShaping({ syntax });

async function request(place: CompletionPlace): Promise<number> {
  const begun = process.cpuUsage();
  const prompt = await prompts.build(place, options, signal);
  if (!prompt) {
    throw new Error('There is no prompt.');
  }
  const shaper = await shaping.begin(place, prompt);
  for (const delta of answer) {
    if (shaper.push(delta) === 'enough') {
      break;
    }
  }
  await shaper.finish('enough');
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}

function insert(offset: number, text: string): void {
  current = current.slice(0, offset) + text + current.slice(offset);
  // An editor's text is one piece; looking for something makes it so here.
  current.indexOf('\0');
  version += 1;
  syntax.changed(documentId, [{ start: offset, end: offset, text }]);
}

/** While one more of the open files is read for each request. */
const earlyMs: number[] = [];
const blankMs: number[] = [];
const begunMs: number[] = [];
const warmMs: number[] = [];
const placeAt = (offset: number): CompletionPlace => ({
  documentId,
  path,
  languageId: 'typescript',
  text: current,
  offset,
});
const firstMs = await request(placeAt(current.indexOf('\n', current.length / 2)));
for (let round = 0; round < requests; round += 1) {
  let offset = current.indexOf('\n', Math.floor((current.length * ((round * 7) % 100)) / 110));
  const isBlank = round % 2 === 0;
  const line = isBlank ? '\n  ' : '\n  const value = ';
  insert(offset, line);
  offset += line.length;
  const durations = round < openFiles ? earlyMs : isBlank ? blankMs : begunMs;
  durations.push(await request(placeAt(offset)));
  for (let key = 0; key < keysInLine; key += 1) {
    insert(offset, 'v');
    offset += 1;
    warmMs.push(await request(placeAt(offset)));
  }
}

const parseMs: number[] = [];
for (let run = 0; run < 20; run += 1) {
  const begun = process.cpuUsage();
  await syntax.read({ languageId: 'typescript', text: `${current}\n// ${run}` }, (file) =>
    file.outline(),
  );
  const { user, system } = process.cpuUsage(begun);
  parseMs.push((user + system) / 1_000);
}
prompts.dispose();
syntax.dispose();

printReport('completionRequests', {
  lines,
  openFiles,
  firstCpuMs: rounded(firstMs),
  early: { cpuMsMedian: rounded(median(earlyMs)), cpuMsP95: rounded(percentile(earlyMs, 95)) },
  blankLine: { cpuMsMedian: rounded(median(blankMs)), cpuMsP95: rounded(percentile(blankMs, 95)) },
  begunLine: { cpuMsMedian: rounded(median(begunMs)), cpuMsP95: rounded(percentile(begunMs, 95)) },
  nextKey: { cpuMsMedian: rounded(median(warmMs)), cpuMsP95: rounded(percentile(warmMs, 95)) },
  fullParseWithOutline: { cpuMsMedian: rounded(median(parseMs)) },
  ratio: rounded(median(parseMs) / median(blankMs)),
});
