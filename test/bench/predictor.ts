/**
 * The offline predictor on files of this repository that it has not seen: each is typed from its top,
 * while others of its folder are open. Counted are guesses at words of which two letters are typed,
 * beside what the most frequent word with that beginning would have been right about.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CompletionPlace } from '../../src/core/completion/completion.ts';
import { createLocalPredictor } from '../../src/core/completion/localPredictor.ts';
import { repositoryDir } from '../support/paths.ts';
import { median, percentile, printReport, rounded } from './support.ts';

/** Every so many files one is held out. */
const heldOutEvery = 23;
const openFiles = 15;
const typedCharacters = 2;

interface Tally {
  words: number;
  offered: number;
  right: number;
  /** Characters that right guesses saved. */
  saved: number;
  /** Guesses that went on to the end of the line, and how many of them were right. */
  lines: number;
  rightLines: number;
}

const emptyTally = (): Tally => ({
  words: 0,
  offered: 0,
  right: 0,
  saved: 0,
  lines: 0,
  rightLines: 0,
});

function sourceFiles(): readonly string[] {
  const names = readdirSync(join(repositoryDir, 'src'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).sort();
}

/** The files that are likely to be open beside one: those of its folder, then those next to it. */
function neighbours(files: readonly string[], name: string): readonly string[] {
  const at = files.indexOf(name);
  const others = files.filter((file) => file !== name);
  const distance = (file: string): number => Math.abs(files.indexOf(file) - at);
  const isFar = (file: string): number => Number(dirname(file) !== dirname(name));
  return others
    .sort((left, right) => isFar(left) - isFar(right) || distance(left) - distance(right))
    .slice(0, openFiles);
}

function read(name: string): string {
  return readFileSync(join(repositoryDir, 'src', name), 'utf8');
}

/** Where words begin in a line that are long enough to be worth a guess. */
function wordStarts(line: string): readonly number[] {
  return [...line.matchAll(/[A-Za-z_$][\w$]{3,}/g)].map(({ index }) => index);
}

function isRight(guess: string, rest: string): boolean {
  return rest.startsWith(guess) && !/^\w/.test(rest.slice(guess.length)) && guess !== '';
}

function count(tally: Tally, guess: string | undefined, rest: string): void {
  tally.words += 1;
  if (guess === undefined) {
    return;
  }
  const hit = isRight(guess, rest);
  const isLine = /\W/.test(guess);
  tally.offered += 1;
  tally.right += Number(hit);
  tally.saved += hit ? guess.length : 0;
  tally.lines += Number(isLine);
  tally.rightLines += Number(isLine && hit);
}

/** The most frequent word in all that is open which begins like this. */
class FrequentWords {
  private readonly counts = new Map<string, number>();

  learn(text: string): void {
    for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
      this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
    }
  }

  guess(typed: string): string | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [word, times] of this.counts) {
      if (times > most && word.length > typed.length && word.startsWith(typed)) {
        [best, most] = [word, times];
      }
    }
    return best?.slice(typed.length);
  }
}

const files = sourceFiles();
const heldOut = files.filter((_, index) => index % heldOutEvery === 7);
const own = emptyTally();
const frequent = emptyTally();
const durationsMs: number[] = [];
const learningMs: number[] = [];
let frequentMs = 0;

for (const name of heldOut) {
  const predictor = createLocalPredictor();
  const words = new FrequentWords();
  for (const other of neighbours(files, name)) {
    predictor.learn(other, 'typescript', read(other));
    words.learn(read(other));
  }
  let above = '';
  for (const line of read(name).split('\n')) {
    for (const start of wordStarts(line)) {
      const offset = above.length + start + typedCharacters;
      const text = above + line.slice(0, start + typedCharacters);
      const place: CompletionPlace = {
        documentId: name,
        path: `/${name}`,
        languageId: 'typescript',
        text,
        offset,
      };
      const rest = line.slice(start + typedCharacters);
      const begun = performance.now();
      const prediction = predictor.predict(place);
      durationsMs.push(performance.now() - begun);
      count(own, prediction?.text, rest);
      const frequentBegun = performance.now();
      count(frequent, words.guess(line.slice(start, start + typedCharacters)), rest);
      frequentMs += performance.now() - frequentBegun;
    }
    above += `${line}\n`;
    words.learn(line);
    const begun = performance.now();
    predictor.learn(name, 'typescript', above);
    learningMs.push(performance.now() - begun);
  }
}

function figures(tally: Tally): Readonly<Record<string, number>> {
  const { words, offered, right, saved, lines, rightLines } = tally;
  return {
    words,
    offeredShare: rounded(offered / words),
    accuracyOfOffered: rounded(right / offered),
    rightShare: rounded(right / words),
    savedCharactersPerOffer: rounded(saved / offered),
    lines,
    accuracyOfLines: rounded(rightLines / Math.max(1, lines)),
  };
}

const totalMs = durationsMs.reduce((sum, ms) => sum + ms, 0);
printReport('predictor', {
  heldOutFiles: heldOut.length,
  predictor: {
    ...figures(own),
    predictionsPerSecond: Math.round((durationsMs.length / totalMs) * 1_000),
    predictionMsMedian: rounded(median(durationsMs)),
    predictionMsP95: rounded(percentile(durationsMs, 95)),
    learnLineMsMedian: rounded(median(learningMs)),
    learnLineMsP95: rounded(percentile(learningMs, 95)),
  },
  mostFrequentWord: {
    ...figures(frequent),
    predictionsPerSecond: Math.round((frequent.words / frequentMs) * 1_000),
  },
  ratioOfAccuracy: rounded(own.right / own.offered / (frequent.right / frequent.offered)),
});
