/** A place in a text that resembles what was looked for. Lines are one-based. */
export interface NearText {
  readonly startLine: number;
  readonly endLine: number;
  /** 0 to 1. */
  readonly similarity: number;
  /** The first line where the two differ. */
  readonly difference: {
    readonly line: number;
    /** Undefined where the text ends before. */
    readonly found: string | undefined;
    readonly wanted: string;
  };
}

/** Three places are enough to see which was meant. */
const maxPlaces = 3;
/** Below this, what is alike is chance: two unrelated lines of code share about a third. */
const minSimilarity = 0.5;
/** Windows compared in full; each costs the length of the text looked for. */
const maxWindows = 12;
/** Lines of the text looked for that are used: more do not make the place clearer. */
const maxWantedLines = 200;
/** A line that is in the text more often (a bracket, an empty one) says nothing about the place. */
const maxRepeats = 50;
/** Characters of a line that are compared. */
const maxComparedCharacters = 300;

/** The places in `text` that are most like `wanted`, best first. For telling, never for editing. */
export function findNearest(text: string, wanted: string): readonly NearText[] {
  const lines = text.split('\n');
  const wantedLines = wanted.replace(/\n$/, '').split('\n').slice(0, maxWantedLines);
  const starts = startsByEqualLines(lines, wantedLines);
  const candidates = starts.length > 0 ? starts : startsByLikeLine(lines, wantedLines);
  const scores = wantedLines.map(similarityTo);
  const places = candidates
    .slice(0, maxWindows)
    .map((start) => compareWindow(lines, { wanted: wantedLines, scores }, start))
    .filter((place) => place.similarity >= minSimilarity)
    .sort((left, right) => right.similarity - left.similarity || left.startLine - right.startLine);
  return withoutOverlaps(places).slice(0, maxPlaces);
}

/** First lines of windows that share lines with `wanted`, indentation aside: most shared first. */
function startsByEqualLines(
  lines: readonly string[],
  wanted: readonly string[],
): readonly number[] {
  const positions = new Map<string, number[]>();
  for (const line of wanted) {
    if (line.trim() !== '') {
      positions.set(line.trim(), []);
    }
  }
  for (const [index, line] of lines.entries()) {
    positions.get(line.trim())?.push(index);
  }
  const votes = new Map<number, number>();
  for (const [index, line] of wanted.entries()) {
    const found = positions.get(line.trim()) ?? [];
    if (found.length <= maxRepeats) {
      for (const position of found) {
        const start = Math.max(0, position - index);
        votes.set(start, (votes.get(start) ?? 0) + line.trim().length);
      }
    }
  }
  return [...votes].sort(([, left], [, right]) => right - left).map(([start]) => start);
}

/** Where no line is equal: windows around the lines most like the longest one of `wanted`. */
function startsByLikeLine(lines: readonly string[], wanted: readonly string[]): readonly number[] {
  const anchor = wanted.reduce(
    (best, line, index) => (line.trim().length > (wanted[best]?.trim().length ?? 0) ? index : best),
    0,
  );
  const scoreOf = roughSimilarityTo(wanted[anchor] ?? '');
  const scored: { readonly start: number; readonly score: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const score = scoreOf(line);
    if (score >= minSimilarity) {
      scored.push({ start: Math.max(0, index - anchor), score });
    }
  }
  return scored.sort((left, right) => right.score - left.score).map(({ start }) => start);
}

/** Pairs of characters are counted by this many hashes: 300 of them rarely fall together. */
const pairHashes = 1 << 14;

/**
 * Like `similarityTo`, for looking at every line of a big file: pairs with the same hash are taken
 * for one, which is several times as fast as counting strings in a map
 * (`test/bench/matching.ts`).
 */
function roughSimilarityTo(line: string): (other: string) => number {
  const wanted = line.trim().slice(0, maxComparedCharacters);
  const counts = new Int16Array(pairHashes);
  for (let at = 0; at < wanted.length - 1; at += 1) {
    const hash = pairHash(wanted, at);
    counts[hash] = (counts[hash] ?? 0) + 1;
  }
  const used = new Uint16Array(maxComparedCharacters);
  return (other) => {
    const compared = other.trim().slice(0, maxComparedCharacters);
    const [count, otherCount] = [wanted.length - 1, compared.length - 1];
    if (!areComparable(count, otherCount)) {
      return 0;
    }
    let shared = 0;
    for (let at = 0; at < otherCount; at += 1) {
      const hash = pairHash(compared, at);
      const left = counts[hash] ?? 0;
      if (left > 0) {
        counts[hash] = left - 1;
        used[shared] = hash;
        shared += 1;
      }
    }
    for (const hash of used.subarray(0, shared)) {
      counts[hash] = (counts[hash] ?? 0) + 1;
    }
    return (2 * shared) / (count + otherCount);
  };
}

function pairHash(text: string, at: number): number {
  return (text.charCodeAt(at) * 127 + text.charCodeAt(at + 1)) & (pairHashes - 1);
}

/** Lines of which one is three times as long can't be alike by half. */
function areComparable(count: number, otherCount: number): boolean {
  const [less, more] = count < otherCount ? [count, otherCount] : [otherCount, count];
  return less >= 1 && more <= 3 * less;
}

interface Wanted {
  readonly wanted: readonly string[];
  /** How alike a line is to each of them. */
  readonly scores: readonly ((line: string) => number)[];
}

function compareWindow(
  lines: readonly string[],
  { wanted, scores }: Wanted,
  start: number,
): NearText {
  let sum = 0;
  let differing: number | undefined;
  for (const [index, line] of wanted.entries()) {
    const found = lines[start + index];
    sum += found === undefined ? 0 : (scores[index]?.(found) ?? 0);
    // A quoted text may begin and end within a line.
    if (differing === undefined && !isPartOf(found, line, index, wanted.length)) {
      differing = index;
    }
  }
  const at = differing ?? 0;
  return {
    startLine: start + 1,
    endLine: Math.min(lines.length, start + wanted.length),
    similarity: sum / wanted.length,
    difference: { line: start + at + 1, found: lines[start + at], wanted: wanted[at] ?? '' },
  };
}

function isPartOf(found: string | undefined, line: string, index: number, count: number): boolean {
  if (found === undefined) {
    return false;
  }
  if (count === 1) {
    return found.includes(line);
  }
  if (index === 0) {
    return found.endsWith(line);
  }
  return index === count - 1 ? found.startsWith(line) : found === line;
}

/** How alike another line is: 1 for equal, 0.95 but for indentation, else by pairs of characters. */
export function similarityTo(line: string): (other: string) => number {
  const trimmed = line.trim().slice(0, maxComparedCharacters);
  const pairs = pairsOf(trimmed);
  return (other) => {
    if (other === line) {
      return 1;
    }
    const otherTrimmed = other.trim().slice(0, maxComparedCharacters);
    if (otherTrimmed === trimmed) {
      return 0.95;
    }
    return sharedPairs(pairs, otherTrimmed, trimmed.length - 1);
  };
}

function pairsOf(text: string): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (let at = 0; at < text.length - 1; at += 1) {
    const pair = text.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** Dice's coefficient: twice the shared pairs over all pairs. */
function sharedPairs(pairs: ReadonlyMap<string, number>, other: string, count: number): number {
  const otherCount = other.length - 1;
  if (!areComparable(count, otherCount)) {
    return 0;
  }
  const used = new Map<string, number>();
  let shared = 0;
  for (let at = 0; at < otherCount; at += 1) {
    const pair = other.slice(at, at + 2);
    const before = used.get(pair) ?? 0;
    if (before < (pairs.get(pair) ?? 0)) {
      used.set(pair, before + 1);
      shared += 1;
    }
  }
  return (2 * shared) / (count + otherCount);
}

function withoutOverlaps(places: readonly NearText[]): readonly NearText[] {
  const kept: NearText[] = [];
  for (const place of places) {
    const overlaps = kept.some(
      (other) => place.startLine <= other.endLine && other.startLine <= place.endLine,
    );
    if (!overlaps) {
      kept.push(place);
    }
  }
  return kept;
}
