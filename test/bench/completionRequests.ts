/**
 * Our side of a request for a completion: its prompt, and what is made of its answer, in a file of 2,000
 * lines with 15 others open. A cold request is for another line, after a change; on a blank line the
 * file is parsed along, in a line that is begun it need not be. Of half of them the prompt is prepared
 * between the key and the request, as the editor does it: then both are told apart. Others are for the
 * next key in the same line. Each line is taken out again, as nobody leaves 200 that are not finished.
 * Beside it stands a full parse of the file.
 */
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { CompletionPlace } from '../../src/core/completion/completion.ts';
import { createCompletionPrompts } from '../../src/core/completion/completionPrompts.ts';
import { createCompletionShaping } from '../../src/core/completion/completionShaping.ts';
import type { CompletionSurroundings } from '../../src/core/completion/completionSurroundings.ts';
import { coreSources } from '../support/coreSources.ts';
import { repositoryDir } from '../support/paths.ts';
import { createTestSyntax } from '../support/syntaxHarness.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const lines = 2_000;
const openFiles = 15;
const requests = 400;
const keysInLine = 5;

const files = coreSources();
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

async function prepare(place: CompletionPlace): Promise<number> {
  const begun = process.cpuUsage();
  await prompts.prepare(place, signal);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}

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

function replace(start: number, end: number, text: string): void {
  current = current.slice(0, start) + text + current.slice(end);
  // An editor's text is one piece; looking for something makes it so here.
  current.indexOf('\0');
  version += 1;
  syntax.changed(documentId, [{ start, end, text }]);
}

/** While one more of the open files is read for each request. */
const earlyMs: number[] = [];
const whole = { blank: [] as number[], begun: [] as number[] };
/** What is done between key and request, and what is left for the request. */
const ahead = { blank: [] as number[], begun: [] as number[] };
const left = { blank: [] as number[], begun: [] as number[] };
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
  const kind = round % 2 === 0 ? 'blank' : 'begun';
  const isPrepared = round % 4 > 1;
  const line = kind === 'blank' ? '\n  ' : '\n  const value = ';
  const start = offset;
  replace(offset, offset, line);
  offset += line.length;
  if (isPrepared && round >= openFiles) {
    ahead[kind].push(await prepare(placeAt(offset)));
    left[kind].push(await request(placeAt(offset)));
  } else {
    (round < openFiles ? earlyMs : whole[kind]).push(await request(placeAt(offset)));
  }
  for (let key = 0; key < keysInLine; key += 1) {
    replace(offset, offset, 'v');
    offset += 1;
    warmMs.push(await request(placeAt(offset)));
  }
  replace(start, offset, '');
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
  early: spread(earlyMs),
  blankLine: spread(whole.blank),
  blankLinePrepared: { ahead: spread(ahead.blank), left: spread(left.blank) },
  begunLine: spread(whole.begun),
  begunLinePrepared: { ahead: spread(ahead.begun), left: spread(left.begun) },
  nextKey: spread(warmMs),
  fullParseWithOutline: { cpuMsMedian: rounded(median(parseMs)) },
  ratio: rounded(median(parseMs) / median(whole.blank)),
});

function spread(times: readonly number[]) {
  return { cpuMsMedian: rounded(median(times)), cpuMsP95: rounded(percentile(times, 95)) };
}
