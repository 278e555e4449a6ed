/** A completion that continues a text. */
export interface TrieMatch<T> {
  /** What is left of it after the text. Never empty. */
  readonly rest: string;
  /** How much of the text stood there already when the completion was made, UTF-16 units. */
  readonly start: number;
  readonly value: T;
}

interface Entry<T> {
  readonly key: string;
  /** What stood there, and the completion after it. */
  readonly whole: string;
  readonly start: number;
  readonly value: T;
  readonly sizeBytes: number;
  /** Grows with each use of any entry. */
  lastUse: number;
}

/** A node of a radix tree: the texts of its edges differ in their first unit. */
interface Node<T> {
  readonly edges: Map<string, Edge<T>>;
  entry: Entry<T> | undefined;
}

interface Edge<T> {
  readonly text: string;
  readonly node: Node<T>;
}

/** What an entry takes beside its text: objects, an edge and places in maps, from heap sizes. */
const overheadBytes = 400;

/**
 * Completions by the key of their place and the text before them: a radix tree of texts for each key.
 * What was typed of a completion leads further down the same path, so that a look-up costs no more
 * than the text is long. The least recently used ones make room for new ones.
 */
export class CompletionTrie<T> {
  private readonly maxBytes: number;
  private readonly roots = new Map<string, Node<T>>();
  /** Of all keys, the least recently used first. */
  private readonly order = new Set<Entry<T>>();
  private usedBytes = 0;
  private uses = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get sizeBytes(): number {
    return this.usedBytes;
  }

  /** How many completions are held. */
  get size(): number {
    return this.order.size;
  }

  /** How many keys have any. */
  get keyCount(): number {
    return this.roots.size;
  }

  /** Keeps a completion of `text`. The same whole text kept before gives way. */
  put(key: string, text: string, completion: string, value: T): void {
    const whole = text + completion;
    const sizeBytes = overheadBytes + 2 * (key.length + whole.length);
    if (completion === '' || sizeBytes > this.maxBytes) {
      return;
    }
    const root = this.roots.get(key) ?? emptyNode<T>();
    this.roots.set(key, root);
    const node = insert(root, whole);
    // One that was made for a shorter text serves that as well.
    const start = Math.min(text.length, node.entry?.start ?? text.length);
    if (node.entry) {
      this.drop(node.entry);
    }
    const entry: Entry<T> = { key, whole, start, value, sizeBytes, lastUse: 0 };
    node.entry = entry;
    this.use(entry);
    this.usedBytes += sizeBytes;
    this.evict();
  }

  /**
   * Completions that continue `text`: those made for most of it first and, among these, the one that
   * was kept or found last.
   */
  find(key: string, text: string): readonly TrieMatch<T>[] {
    const below = this.entriesBelow(key, text);
    const found = below
      .filter(({ start, whole }) => start <= text.length && whole !== text)
      .sort((left, right) => right.start - left.start || right.lastUse - left.lastUse);
    // Used in reverse, so that the best one is the last to go and stays the first among equals.
    for (const entry of found.toReversed()) {
      this.use(entry);
    }
    return found.map(({ whole, start, value }) => ({
      rest: whole.slice(text.length),
      start,
      value,
    }));
  }

  /** All of a key, the one that was used last first. */
  entries(key: string): readonly { readonly text: string; readonly completion: string }[] {
    return this.entriesBelow(key, '')
      .sort((left, right) => right.lastUse - left.lastUse)
      .map(({ whole, start }) => ({ text: whole.slice(0, start), completion: whole.slice(start) }));
  }

  clear(): void {
    this.roots.clear();
    this.order.clear();
    this.usedBytes = 0;
  }

  private entriesBelow(key: string, text: string): Entry<T>[] {
    const root = this.roots.get(key);
    const node = root && descend(root, text);
    return node ? collect(node, []) : [];
  }

  private use(entry: Entry<T>): void {
    this.uses += 1;
    entry.lastUse = this.uses;
    this.order.delete(entry);
    this.order.add(entry);
  }

  private evict(): void {
    for (const entry of this.order) {
      if (this.usedBytes <= this.maxBytes) {
        return;
      }
      this.drop(entry);
      this.prune(entry);
    }
  }

  private drop(entry: Entry<T>): void {
    this.order.delete(entry);
    this.usedBytes -= entry.sizeBytes;
  }

  private prune({ key, whole }: Entry<T>): void {
    const root = this.roots.get(key);
    if (root) {
      remove(root, whole);
      if (root.edges.size === 0) {
        this.roots.delete(key);
      }
    }
  }
}

function emptyNode<T>(): Node<T> {
  return { edges: new Map(), entry: undefined };
}

/** The node at the end of `text`, made where it is missing. */
function insert<T>(root: Node<T>, text: string): Node<T> {
  let node = root;
  let at = 0;
  while (at < text.length) {
    const first = text.charAt(at);
    const edge = node.edges.get(first);
    const shared = edge ? sharedLength(edge.text, text, at) : 0;
    if (!edge) {
      const leaf = emptyNode<T>();
      node.edges.set(first, { text: text.slice(at), node: leaf });
      return leaf;
    }
    node = shared === edge.text.length ? edge.node : split(node, edge, shared);
    at += shared;
  }
  return node;
}

/** Puts a node into the middle of an edge. */
function split<T>(node: Node<T>, { text, node: below }: Edge<T>, at: number): Node<T> {
  const middle = emptyNode<T>();
  middle.edges.set(text.charAt(at), { text: text.slice(at), node: below });
  node.edges.set(text.charAt(0), { text: text.slice(0, at), node: middle });
  return middle;
}

/** The node that all texts beginning with `text` lie at or below. */
function descend<T>(root: Node<T>, text: string): Node<T> | undefined {
  let node = root;
  let at = 0;
  while (at < text.length) {
    const edge = node.edges.get(text.charAt(at));
    const shared = edge ? sharedLength(edge.text, text, at) : 0;
    if (!edge || (shared < edge.text.length && at + shared < text.length)) {
      return undefined;
    }
    node = edge.node;
    at += shared;
  }
  return node;
}

function collect<T>(node: Node<T>, into: Entry<T>[]): Entry<T>[] {
  if (node.entry) {
    into.push(node.entry);
  }
  for (const edge of node.edges.values()) {
    collect(edge.node, into);
  }
  return into;
}

/** Takes an entry out, and the nodes that nothing needs any more. */
function remove<T>(root: Node<T>, text: string): void {
  const path: { readonly node: Node<T>; readonly edge: Edge<T> }[] = [];
  let node = root;
  for (let at = 0; at < text.length; ) {
    const edge = node.edges.get(text.charAt(at));
    if (!edge) {
      return;
    }
    path.push({ node, edge });
    node = edge.node;
    at += edge.text.length;
  }
  node.entry = undefined;
  for (const { node: above, edge } of path.reverse()) {
    tidy(above, edge);
  }
}

function tidy<T>(above: Node<T>, { text, node }: Edge<T>): void {
  const [only] = node.edges.values();
  if (node.entry || node.edges.size > 1) {
    return;
  }
  if (only) {
    above.edges.set(text.charAt(0), { text: text + only.text, node: only.node });
  } else {
    above.edges.delete(text.charAt(0));
  }
}

/** How many units of `edge` stand in `text` from `at` on. */
function sharedLength(edge: string, text: string, at: number): number {
  const most = Math.min(edge.length, text.length - at);
  let length = 0;
  while (length < most && edge.charCodeAt(length) === text.charCodeAt(at + length)) {
    length += 1;
  }
  return length;
}
