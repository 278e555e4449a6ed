import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Edit, Language, type Node, Parser, Query, type Tree } from 'web-tree-sitter';
import type { Disposable } from '../../base/lifecycle.ts';
import type { TextRange } from './syntax.ts';

/** A node of a tree; valid as long as its tree. */
export type SyntaxNode = Node;
/** What a change does to a tree: offsets in UTF-16 code units, and rows and columns. */
export type TreeEdit = ConstructorParameters<typeof Edit>[0];

/** A captured node with the name that the query gives it. */
export interface QueryHit {
  readonly name: string;
  readonly node: SyntaxNode;
}

/** What lives in WASM memory now, where no garbage collector reaches. */
export interface WasmCounts {
  readonly parsers: number;
  readonly trees: number;
  readonly queries: number;
  /** Never shrinks: what is freed is used again. */
  readonly memoryBytes: number;
}

/** The binding has one instance of its runtime for a process; this is what it is set up with. */
const runtime: { wasmBinary?: Uint8Array; HEAPU8?: Uint8Array } = {};

/** tree-sitter's runtime and the grammars loaded so far. The one file that imports the binding. */
export class TreeSitter implements Disposable {
  private readonly grammarsDir: string;
  private readonly grammars = new Map<string, Promise<Grammar>>();
  private readonly live = { parsers: 0, trees: 0, queries: 0 };

  private constructor(grammarsDir: string) {
    this.grammarsDir = grammarsDir;
  }

  /** @param grammarsDir Where the runtime and the grammars are, as `.wasm` files. */
  static async load(grammarsDir: string): Promise<TreeSitter> {
    runtime.wasmBinary ??= await readFile(join(grammarsDir, 'web-tree-sitter.wasm'));
    await Parser.init(runtime);
    return new TreeSitter(grammarsDir);
  }

  /** The grammar of that name, loaded once. A failed attempt is not kept. */
  grammar(name: string): Promise<Grammar> {
    const known = this.grammars.get(name);
    if (known) {
      return known;
    }
    const loading = this.loadGrammar(name);
    this.grammars.set(name, loading);
    loading.catch(() => this.grammars.delete(name));
    return loading;
  }

  counts(): WasmCounts {
    return { ...this.live, memoryBytes: runtime.HEAPU8?.byteLength ?? 0 };
  }

  /** Deletes the compiled queries; parsers and trees belong to who made them. */
  dispose(): void {
    for (const loading of this.grammars.values()) {
      loading.then(
        (grammar) => grammar.dispose(),
        () => undefined,
      );
    }
    this.grammars.clear();
  }

  private async loadGrammar(name: string): Promise<Grammar> {
    const path = join(this.grammarsDir, `${name}.wasm`);
    return new Grammar(await Language.load(new Uint8Array(await readFile(path))), this.live);
  }
}

/** How many objects are in WASM memory. */
interface LiveCounts {
  parsers: number;
  trees: number;
  queries: number;
}

/** A loaded grammar and the queries compiled for it. */
export class Grammar implements Disposable {
  private readonly language: Language;
  private readonly live: LiveCounts;
  private readonly queries = new Map<string, Query>();

  constructor(language: Language, live: LiveCounts) {
    this.language = language;
    this.live = live;
  }

  /** The caller owns it. */
  createParser(): SyntaxParser {
    return new SyntaxParser(this.language, this.live);
  }

  /** What a query finds in a node, match by match; with a range, only what touches it. */
  matches(source: string, node: SyntaxNode, range?: TextRange): readonly (readonly QueryHit[])[] {
    return this.query(source)
      .matches(node, range && { startIndex: range.start, endIndex: range.end })
      .map((match) => match.captures);
  }

  dispose(): void {
    for (const query of this.queries.values()) {
      query.delete();
      this.live.queries -= 1;
    }
    this.queries.clear();
  }

  private query(source: string): Query {
    const known = this.queries.get(source);
    if (known) {
      return known;
    }
    const query = new Query(this.language, source);
    this.live.queries += 1;
    this.queries.set(source, query);
    return query;
  }
}

/** A parser of one grammar. */
export class SyntaxParser implements Disposable {
  private readonly parser: Parser;
  private readonly live: LiveCounts;

  constructor(language: Language, live: LiveCounts) {
    this.parser = new Parser();
    this.live = live;
    live.parsers += 1;
    this.parser.setLanguage(language);
  }

  /**
   * Parses, on from an old tree that was edited to match the text where there is one. Undefined when
   * `shouldPause` says so: calling again with the same text goes on where it stopped.
   */
  parse(
    text: string,
    old: SyntaxTree | undefined,
    shouldPause: () => boolean,
  ): SyntaxTree | undefined {
    const tree = this.parser.parse(text, old?.tree, { progressCallback: shouldPause });
    return tree ? new SyntaxTree(tree, this.live) : undefined;
  }

  /** Forgets a parse that was paused. */
  reset(): void {
    this.parser.reset();
  }

  dispose(): void {
    this.parser.delete();
    this.live.parsers -= 1;
  }
}

/** A tree in WASM memory, until it is disposed. */
export class SyntaxTree implements Disposable {
  readonly tree: Tree;
  private readonly live: LiveCounts;
  private isDisposed = false;

  constructor(tree: Tree, live: LiveCounts) {
    this.tree = tree;
    this.live = live;
    live.trees += 1;
  }

  get root(): SyntaxNode {
    return this.tree.rootNode;
  }

  /** Another hold on the same tree: cheap, and untouched by later edits of this one. */
  copy(): SyntaxTree {
    return new SyntaxTree(this.tree.copy(), this.live);
  }

  /** Moves what lies behind a change; the next parse reads anew what the change touched. */
  edit(edit: TreeEdit): void {
    this.tree.edit(new Edit(edit));
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.tree.delete();
      this.live.trees -= 1;
    }
  }
}
