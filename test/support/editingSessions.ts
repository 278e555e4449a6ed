import { execFileSync } from 'node:child_process';
import { structuredPatch } from 'diff';
import { repositoryDir } from './paths.ts';

/** A change of some lines, to be typed. */
export interface TypedHunk {
  readonly path: string;
  /** The text before the place, and after it. */
  readonly before: string;
  readonly after: string;
  /** What is typed there. */
  readonly typed: string;
}

/** One key, and how long after the one before it is pressed. */
export interface TypedKey {
  readonly text: string;
  readonly afterMs: number;
}

/** More was generated or pasted, characters. */
const maxTyped = 600;
const minTyped = 20;

/** Typists pause where they think: before a line, a little before a word, and now and then anywhere. */
const rhythm = {
  medianMs: 140,
  spread: 0.35,
  lineMs: 450,
  wordMs: 70,
  hunkMs: 1_500,
  pauseShare: 0.02,
  pauseMs: 1_500,
} as const;

/**
 * What was added to files of this repository, commit by commit from the first one on, so that a longer
 * history changes nothing at its beginning.
 */
export function* readTypedHunks(pattern = 'src/**/*.ts'): Generator<TypedHunk> {
  const log = git(
    'log',
    '--reverse',
    '--diff-filter=M',
    '--name-only',
    '--format=#%H',
    '--',
    pattern,
  );
  let commit = '';
  for (const line of log.split('\n').filter((one) => one !== '')) {
    if (line.startsWith('#')) {
      commit = line.slice(1);
    } else {
      yield* hunksOf(line, git('show', `${commit}^:${line}`), git('show', `${commit}:${line}`));
    }
  }
}

/** The keys of a hunk at a person's rhythm. The same each time, by `random`. */
export function keysOf({ typed }: TypedHunk, random: () => number): readonly TypedKey[] {
  return [...typed].map((text, index) => ({
    text,
    afterMs: Math.round(intervalMs(typed, index, random)),
  }));
}

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function intervalMs(typed: string, index: number, random: () => number): number {
  // Two uniform numbers make a normal one; intervals between keys are log-normal.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const key = rhythm.medianMs * Math.exp(rhythm.spread * normal);
  const pause = random() < rhythm.pauseShare ? rhythm.pauseMs : 0;
  if (index === 0) {
    return key + rhythm.hunkMs;
  }
  const previous = typed.charAt(index - 1);
  const thought = previous === '\n' ? rhythm.lineMs : previous === ' ' ? rhythm.wordMs : 0;
  return key + thought + pause;
}

function* hunksOf(path: string, before: string, after: string): Generator<TypedHunk> {
  const { hunks } = structuredPatch(path, path, before, after, '', '', { context: 0 });
  const lines = after.split('\n');
  const old = before.split('\n');
  for (const { oldStart, oldLines, newStart, newLines } of hunks) {
    const first = newLines === 0 ? newStart : newStart - 1;
    const typed = lines.slice(first, first + newLines).join('\n');
    if (typed.length >= minTyped && typed.length <= maxTyped) {
      const oldFirst = oldLines === 0 ? oldStart : oldStart - 1;
      yield {
        path,
        // What came before it in the same commit is there already.
        before: lines
          .slice(0, first)
          .map((line) => `${line}\n`)
          .join(''),
        after: old
          .slice(oldFirst + oldLines)
          .map((line) => `\n${line}`)
          .join(''),
        typed,
      };
    }
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: repositoryDir,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
