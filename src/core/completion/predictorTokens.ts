import { copyText } from '../../base/copyText.ts';

/** Where a line begins and where it ends, as tokens of their own. */
export const lineStartToken = 0;
export const lineEndToken = 1;
/** For a text that is not known. */
export const unknownToken = -1;

/** Words, numbers, runs of white space, and everything else character by character. */
const tokenPattern = /[\p{L}_$][\p{L}\w$]*|\d[\w.]*|\s+|./gsu;

/** The pieces of a line: joined they give it back. */
export function tokensOf(line: string): readonly string[] {
  return line.match(tokenPattern) ?? [];
}

export function isWord(token: string): boolean {
  return /^[\p{L}_$]/u.test(token);
}

interface Entry {
  readonly text: string;
  readonly id: number;
  uses: number;
}

/** The tokens that are in use, each with a number, and how often it is used. */
export class Vocabulary {
  private readonly byText = new Map<string, Entry>();
  private readonly byId: (Entry | undefined)[] = [undefined, undefined];
  /** Words by their first character. */
  private readonly words = new Map<string, Set<Entry>>();
  private readonly free: number[] = [];

  get size(): number {
    return this.byText.size;
  }

  /** The number of a token, which counts as used once more. */
  use(text: string): number {
    const entry = this.byText.get(text) ?? this.add(text);
    entry.uses += 1;
    return entry.id;
  }

  /** Takes one use back. A token without any is forgotten, and its number given to another. */
  release(id: number): void {
    const entry = this.byId[id];
    if (!entry) {
      return;
    }
    entry.uses -= 1;
    if (entry.uses === 0) {
      this.byText.delete(entry.text);
      this.byId[id] = undefined;
      this.words.get(entry.text[0] ?? '')?.delete(entry);
      this.free.push(id);
    }
  }

  find(text: string): number {
    return this.byText.get(text)?.id ?? unknownToken;
  }

  text(id: number): string {
    return this.byId[id]?.text ?? '';
  }

  /** Longer words that begin like this, with how often each is used. */
  wordsFrom(start: string): readonly { readonly text: string; readonly uses: number }[] {
    const found: Entry[] = [];
    for (const entry of this.words.get(start[0] ?? '') ?? []) {
      if (entry.text.length > start.length && entry.text.startsWith(start)) {
        found.push(entry);
      }
    }
    return found;
  }

  private add(text: string): Entry {
    const id = this.free.pop() ?? this.byId.length;
    const entry: Entry = { text: copyText(text), id, uses: 0 };
    this.byText.set(entry.text, entry);
    this.byId[id] = entry;
    if (isWord(text)) {
      const first = copyText(text[0] ?? '');
      const words = this.words.get(first) ?? new Set();
      words.add(entry);
      this.words.set(first, words);
    }
    return entry;
  }
}
