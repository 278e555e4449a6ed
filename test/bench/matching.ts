/**
 * Edits in a file of 25,000 lines: found exactly, but for white space, and not at all. Against
 * `indexOf` for the one that is found, and comparing every line by pairs for the one that is not.
 */
import { systemClock } from '../../src/base/clock.ts';
import { EditMatcher, type MatchRequest } from '../../src/core/edit/editMatcher.ts';
import { applyEdits, type EditResult, type Matching } from '../../src/core/edit/match.ts';
import { similarityTo } from '../../src/core/edit/nearest.ts';
import { WorkerHost } from '../../src/core/worker/workerHost.ts';
import { medianMs, printReport, rounded } from './support.ts';

const lineCount = 25_000;
const quotedLines = 12;
const runs = 15;
const slowRuns = 5;

function sourceLines(): readonly string[] {
  const lines: string[] = [];
  for (let n = 0; lines.length < lineCount; n += 1) {
    lines.push(
      `export function handle${n}(request: Request, options: Options): Response {`,
      `\tconst items${n} = request.items.filter((item) => item.id === ${n});`,
      `\tif (items${n}.length === 0) {`,
      `\t\treturn options.fallback(${n});`,
      '\t}',
      `\treturn new Response(items${n});`,
      '}',
      '',
    );
  }
  return lines.slice(0, lineCount);
}

const lines = sourceLines();
const text = lines.join('\n');
const quoted = lines.slice(20_000, 20_000 + quotedLines);
const exact = quoted.join('\n');
const spaced = quoted.map((line) => line.replaceAll('\t', '    ')).join('\n');
/** No line of it is in the file, and every line resembles hundreds. */
const strange = quoted.map((line) => line.replaceAll('e', '3')).join('\n');
const signal = new AbortController().signal;

const match = (oldText: string, matching: Matching): EditResult =>
  applyEdits(text, [{ oldText, newText: 'changed' }], matching);

/** What a search for the nearest place costs where every line is compared with the longest one. */
function compareEveryLine(): number {
  const longest = strange.split('\n').reduce((a, b) => (a.length >= b.length ? a : b));
  const isLike = similarityTo(longest);
  return Math.max(...text.split('\n').map(isLike));
}

async function inWorker(
  oldText: string,
): Promise<{ readonly coldMs: number; readonly ms: number }> {
  const entry = new URL('../../dist/matchWorker.js', import.meta.url);
  const worker = new WorkerHost<MatchRequest, EditResult>({
    entry,
    clock: systemClock,
    idleMs: 60_000,
  });
  const matcher = new EditMatcher({ matching: () => 'whitespaceTolerant', worker });
  const once = async (): Promise<void> => {
    await matcher.apply(text, [{ oldText, newText: 'changed' }], signal);
  };
  const coldMs = await medianMs(1, once);
  const ms = await medianMs(runs, once);
  worker.dispose();
  return { coldMs, ms };
}

const indexOfMs = await medianMs(runs, () => void text.indexOf(exact));
const exactMs = await medianMs(runs, () => void match(exact, 'exact'));
const looseMs = await medianMs(runs, () => void match(spaced, 'whitespaceTolerant'));
const failingMs = await medianMs(runs, () => void match(strange, 'whitespaceTolerant'));
const everyLineMs = await medianMs(slowRuns, () => void compareEveryLine());
const worker = await inWorker(strange);

printReport('matching', {
  lines: lineCount,
  characters: text.length,
  indexOfMs: rounded(indexOfMs),
  exactMs: rounded(exactMs),
  exactToIndexOf: rounded(exactMs / indexOfMs),
  whitespaceTolerantMs: rounded(looseMs),
  failingMs: rounded(failingMs),
  everyLineMs: rounded(everyLineMs),
  ratio: rounded(everyLineMs / failingMs),
  failingInNewWorkerMs: rounded(worker.coldMs),
  failingInWorkerMs: rounded(worker.ms),
});
