import { splitLines } from '../../base/lines.ts';

/** Replaces what stands between two positions. */
export interface LineChange {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly text: string;
}

/**
 * Stands for a stretch of text: equal for equal texts, and for different ones only by a chance of one
 * in 2^64.
 */
export type Fingerprint = string;

/** Two 32-bit hashes side by side, because one alone would meet another within some 100,000 texts. */
interface Hash {
  readonly first: number;
  readonly second: number;
}

const emptyHash: Hash = { first: 0x811c9dc5 | 0, second: 0x1b873593 };
/** Odd numbers with well-spread bits: FNV's prime, and one of xxHash's. */
const firstFactor = 0x01000193;
const secondFactor = 0x85ebca77 | 0;

/** More lines than this are not given to `splice` as arguments, of which an engine takes so many. */
const mostArguments = 10_000;

/** What was counted up for the line that is being typed in. */
interface Surroundings {
  readonly line: number;
  readonly head: Hash;
  readonly tail: Hash;
  /** The lines themselves, with their line breaks; put together when first asked for. */
  above?: string;
  below?: string;
}

/**
 * A document's text by its lines. Keeps a hash of each, so that after a key only the line that
 * changed is read again, however long the file is.
 */
export class TextLines {
  private lines: string[];
  private hashes: Hash[];
  private surroundings: Surroundings | undefined;

  constructor(text: string) {
    this.lines = splitLines(text);
    this.hashes = this.lines.map(hashOf);
  }

  get count(): number {
    return this.lines.length;
  }

  /** Empty where there is no such line. */
  line(index: number): string {
    return this.lines[index] ?? '';
  }

  slice(from: number, to: number): readonly string[] {
    return this.lines.slice(from, to);
  }

  /** All lines before `line`, each with its line break. Put together once while one types in `line`. */
  textAbove(line: number): string {
    const surroundings = this.surroundingsOf(line);
    surroundings.above ??= joinedLines(this.lines.slice(0, line));
    return surroundings.above;
  }

  /** The same for those after it, each behind a line break. */
  textBelow(line: number): string {
    const surroundings = this.surroundingsOf(line);
    // The empty line in front makes for the first line break.
    surroundings.below ??= ['', ...this.lines.slice(line + 1)].join('\n');
    return surroundings.below;
  }

  apply({ startLine, startCharacter, endLine, endCharacter, text }: LineChange): void {
    const before = this.line(startLine).slice(0, startCharacter);
    const after = this.line(endLine).slice(endCharacter);
    const inserted = splitLines(before + text + after);
    const count = endLine - startLine + 1;
    this.lines = spliced(this.lines, startLine, count, inserted);
    this.hashes = spliced(this.hashes, startLine, count, inserted.map(hashOf));
    const isWithinLine = startLine === endLine && inserted.length === 1;
    if (!isWithinLine || this.surroundings?.line !== startLine) {
      this.surroundings = undefined;
    }
  }

  /** Of all lines before `line`. */
  headOf(line: number): Fingerprint {
    return toFingerprint(this.surroundingsOf(line).head, line);
  }

  /** Of the lines before each of `count` lines that stand above `line`, the nearest first. */
  headsAbove(line: number, count: number): readonly Fingerprint[] {
    const first = Math.max(0, line - count);
    const heads: Fingerprint[] = [];
    let hash = this.hashBetween(0, first);
    for (let index = first; index < line; index += 1) {
      heads.push(toFingerprint(hash, index));
      hash = joined(hash, this.hashes[index] ?? emptyHash);
    }
    return heads.reverse();
  }

  /** Of the rest of a line, given as text, and all lines after it. */
  tailOf(line: number, rest: string): Fingerprint {
    const { tail } = this.surroundingsOf(line);
    return toFingerprint(joined(tail, hashOf(rest)), this.count - line);
  }

  private surroundingsOf(line: number): Surroundings {
    if (this.surroundings?.line !== line) {
      this.surroundings = {
        line,
        head: this.hashBetween(0, line),
        tail: this.hashBetween(line + 1, this.count),
      };
    }
    return this.surroundings;
  }

  private hashBetween(from: number, to: number): Hash {
    let { first, second } = emptyHash;
    for (let index = from; index < to; index += 1) {
      const hash = this.hashes[index] ?? emptyHash;
      first = Math.imul(first ^ hash.first, firstFactor) + hash.second;
      second = Math.imul(second ^ hash.second, secondFactor) + hash.first;
    }
    return { first: first | 0, second: second | 0 };
  }
}

/** The items with others in the place of some; the given array itself where that is quicker. */
function spliced<T>(items: T[], start: number, count: number, added: readonly T[]): T[] {
  if (added.length > mostArguments) {
    return [...items.slice(0, start), ...added, ...items.slice(start + count)];
  }
  items.splice(start, count, ...added);
  return items;
}

function joinedLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function hashOf(text: string): Hash {
  let { first, second } = emptyHash;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, firstFactor);
    second = Math.imul(second ^ unit, secondFactor);
    // A product's upper bits never reach its lower ones by themselves.
    second ^= second >>> 13;
  }
  return { first, second };
}

function joined(left: Hash, right: Hash): Hash {
  return {
    first: (Math.imul(left.first ^ right.first, firstFactor) + right.second) | 0,
    second: (Math.imul(left.second ^ right.second, secondFactor) + right.first) | 0,
  };
}

function toFingerprint({ first, second }: Hash, count: number): Fingerprint {
  return `${first.toString(36)}.${second.toString(36)}.${count}`;
}
