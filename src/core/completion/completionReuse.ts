import type { CompletionOffer, CompletionOrigin } from './completionOffer.ts';
import type { CompletionSpot, SpotText } from './completionSpot.ts';
import { CompletionTrie, type TrieMatch } from './completionTrie.ts';
import { Rejections } from './rejections.ts';

/** A completion as it is kept from one session to the next. */
export interface KeptCompletion {
  /** The text from the beginning of its line to where it was made. */
  readonly text: string;
  readonly completion: string;
}

/** Keeps completions beyond this session, by the key of their place. */
export interface CompletionKeeping {
  /** Never rejects: empty where nothing is kept or it cannot be read. */
  load(key: string): Promise<readonly KeptCompletion[]>;
  save(key: string, completions: readonly KeptCompletion[]): void;
}

export interface CompletionReuseOptions {
  readonly maxBytes: number;
  readonly keeping: CompletionKeeping;
  readonly newId: () => string;
}

/** What is known for a place. */
export interface Reusable {
  /** The best one first. */
  readonly offers: readonly CompletionOffer[];
  /** Whether something is known that was rejected here. */
  readonly isRejected: boolean;
}

/** Whether nothing has to be asked about the place any more. */
export function isAnswered({ offers, isRejected }: Reusable): boolean {
  return offers.length > 0 || isRejected;
}

/** Lines of one completion that are looked back over: more are seldom accepted line by line. */
const maxLines = 40;
/** As many as one can cycle through. */
const keptPerPlace = 5;
/** Places whose kept completions were asked for: they are not asked for again. */
const maxLoadedKeys = 2_000;

/** Completions that were made, for when the cursor stands in one of them again. */
export class CompletionReuse {
  readonly rejections = new Rejections();
  private readonly options: CompletionReuseOptions;
  private readonly trie: CompletionTrie<CompletionOrigin>;
  /** By key: who asks for what is being read waits for it as well. */
  private readonly loaded = new Map<string, Promise<void>>();
  /** Of the completion with the most lines. */
  private lineBreaks = 0;

  constructor(options: CompletionReuseOptions) {
    this.options = options;
    this.trie = new CompletionTrie(options.maxBytes);
  }

  /** How far above the cursor a completion may have begun that still goes on there. */
  get linesAbove(): number {
    return this.lineBreaks;
  }

  get size(): number {
    return this.trie.size;
  }

  get sizeBytes(): number {
    return this.trie.sizeBytes;
  }

  find(scope: string, spot: CompletionSpot): Reusable {
    const offers: CompletionOffer[] = [];
    let isRejected = false;
    for (const { key, text, closers } of spot.texts(scope, this.lineBreaks)) {
      for (const match of this.trie.find(key, text)) {
        if (this.rejections.has(spot, match.rest)) {
          isRejected = true;
        } else if (holdsInOrder(match.rest, closers)) {
          add(offers, match, closers);
        }
      }
    }
    return { offers, isRejected };
  }

  /** Keeps a completion of a place, for this session and others. */
  keep({ key, text }: SpotText, completion: string, origin: CompletionOrigin): void {
    this.put(key, { text, completion }, origin);
    this.options.keeping.save(key, this.trie.entries(key).slice(0, keptPerPlace));
  }

  /** Takes in what is kept of earlier sessions for this place, once. */
  load({ key }: SpotText): Promise<void> {
    const known = this.loaded.get(key);
    if (known) {
      return known;
    }
    if (this.loaded.size >= maxLoadedKeys) {
      this.loaded.clear();
    }
    const loading = this.options.keeping.load(key).then((kept) => {
      // Nothing comes back after all was to be forgotten.
      if (this.loaded.get(key) === loading) {
        this.putAll(key, kept);
      }
    });
    this.loaded.set(key, loading);
    return loading;
  }

  clear(): void {
    this.trie.clear();
    this.rejections.clear();
    this.loaded.clear();
    this.lineBreaks = 0;
  }

  /** The best one last, so that it is the one that was put last. */
  private putAll(key: string, kept: readonly KeptCompletion[]): void {
    for (const one of kept.toReversed()) {
      this.put(key, one, { id: this.options.newId(), source: 'model' });
    }
  }

  private put(key: string, { text, completion }: KeptCompletion, origin: CompletionOrigin): void {
    const lineBreaks = completion.split('\n').length - 1;
    this.lineBreaks = Math.min(maxLines, Math.max(this.lineBreaks, lineBreaks));
    this.trie.put(key, text, completion, origin);
  }
}

function add(
  offers: CompletionOffer[],
  { rest, value }: TrieMatch<CompletionOrigin>,
  closers: string,
): void {
  if (!offers.some((one) => one.text === rest && one.closers === closers)) {
    offers.push({ id: value.id, text: rest, closers, origin: value });
  }
}

/** Whether the closing characters all come in the text, so that the editor can draw it around them. */
function holdsInOrder(text: string, closers: string): boolean {
  const [firstLine = ''] = text.split('\n', 1);
  let at = 0;
  for (const closer of closers) {
    at = firstLine.indexOf(closer, at) + 1;
    if (at === 0) {
      return false;
    }
  }
  return true;
}
