import type { Clock } from '../../base/clock.ts';
import { isCancellation } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { KeptTree } from './keptTree.ts';
import { KeptTrees } from './keptTrees.ts';
import type { LanguageRules } from './languages/languageRules.ts';
import { ParseFailure } from './parseFailure.ts';
import { ParserPools } from './parserPools.ts';
import { parseInSlices } from './parsing.ts';
import type { StructureMemo } from './structure.ts';
import type { SyntaxText, TextChange } from './syntax.ts';
import { applyChange } from './textChange.ts';
import { type Grammar, type SyntaxTree, TreeSitter } from './treeSitter.ts';
import { TreeSyntax } from './treeSyntax.ts';

/** How a text is to be parsed. */
export interface ReadLimits {
  readonly isKeystroke: boolean;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether the document is still open, so that its tree is worth keeping. */
  readonly isOpen: () => boolean;
}

/** A language whose grammar is loaded. */
export interface ParsedLanguage {
  readonly rules: LanguageRules;
  readonly grammar: Grammar;
}

/** A text with what is needed to parse it. */
interface Source extends SyntaxText, ParsedLanguage {}

/** What a caller made of a tree. */
interface Answer<T> {
  readonly value: T;
}

/** Parses texts on this thread. */
export class TreeReader implements Disposable {
  readonly pools: ParserPools;
  readonly kept: KeptTrees;
  private readonly resources = new ResourceManager('treeReader');
  private readonly treeSitter: TreeSitter;
  private readonly clock: Clock;

  private constructor(treeSitter: TreeSitter, clock: Clock) {
    this.treeSitter = this.resources.add(treeSitter);
    this.pools = this.resources.add(new ParserPools(clock));
    this.kept = this.resources.add(new KeptTrees());
    this.clock = clock;
  }

  static async load(grammarsDir: string, clock: Clock): Promise<TreeReader> {
    return new TreeReader(await TreeSitter.load(grammarsDir), clock);
  }

  grammar(name: string): Promise<Grammar> {
    return this.treeSitter.grammar(name);
  }

  /** Undefined where the deadline passes. */
  async read<T>(
    text: SyntaxText,
    { rules, grammar }: ParsedLanguage,
    limits: ReadLimits,
    use: (syntax: TreeSyntax) => T,
  ): Promise<Answer<T> | undefined> {
    const source = { ...text, rules, grammar };
    const kept = this.kept.use(text.documentId, text.languageId);
    if (kept?.isOf(text.text)) {
      return useTree(source, kept.tree.copy(), kept.memo, use);
    }
    const tree = await this.parseAlong(source, kept, limits);
    const current = this.kept.peek(text.documentId);
    return useTree(source, tree, current?.isOf(text.text) ? current.memo : {}, use);
  }

  /** The same for a text as it would be after a change, which is not kept. */
  async readChanged<T>(
    { text, change }: { readonly text: SyntaxText; readonly change: TextChange },
    { rules, grammar }: ParsedLanguage,
    limits: ReadLimits,
    use: (syntax: TreeSyntax) => T,
  ): Promise<Answer<T> | undefined> {
    const kept = this.kept.use(text.documentId, text.languageId);
    const source = { ...text, text: applyChange(text.text, change), rules, grammar };
    const old = kept?.isOf(text.text) ? kept.copyChanged(change) : undefined;
    return useTree(source, await this.parse(source, old, limits), {}, use);
  }

  /** A document was changed: its tree is told. */
  changed(documentId: string, changes: readonly TextChange[]): void {
    const kept = this.kept.peek(documentId);
    for (const change of changes) {
      kept?.apply(change);
    }
  }

  /** A document was closed: its tree is let go. */
  closed(documentId: string): void {
    this.kept.delete(documentId);
  }

  counts() {
    return {
      parsers: this.pools.counts(),
      keptTrees: this.kept.size,
      wasm: this.treeSitter.counts(),
    };
  }

  dispose(): void {
    this.resources.dispose();
  }

  /** Parses a document on from its kept tree, and keeps a hold on the new one in its place. */
  private async parseAlong(
    source: Source,
    kept: KeptTree | undefined,
    limits: ReadLimits,
  ): Promise<SyntaxTree | undefined> {
    const { documentId, text } = source;
    kept?.moveTo(text);
    const tree = await this.parse(source, kept?.tree.copy(), limits);
    if (tree && documentId !== undefined && limits.isOpen()) {
      this.keep(documentId, source, tree.copy());
    }
    return tree;
  }

  private keep(documentId: string, { languageId, text }: Source, tree: SyntaxTree): void {
    const kept = this.kept.use(documentId, languageId);
    if (kept) {
      kept.accept(tree, text);
    } else {
      this.kept.add(documentId, new KeptTree(languageId, text, tree));
    }
  }

  /** Takes over the old tree. */
  private async parse(
    { text, rules, grammar }: Source,
    old: SyntaxTree | undefined,
    { isKeystroke, deadlineMs, signal }: ReadLimits,
  ): Promise<SyntaxTree | undefined> {
    const pool = this.pools.pool(rules.grammar, grammar);
    try {
      const parser = await pool.acquire({
        priority: isKeystroke ? 1 : 0,
        ...(signal && { signal }),
      });
      try {
        return await parseInSlices(
          parser,
          { text, old },
          { clock: this.clock, deadlineMs, isOver: () => this.isOver(signal) },
        );
      } catch (error) {
        throw isCancellation(error) ? error : new ParseFailure(error);
      } finally {
        pool.release(parser);
      }
    } finally {
      old?.dispose();
    }
  }

  private isOver(signal: AbortSignal | undefined): boolean {
    return this.resources.isDisposed || signal?.aborted === true;
  }
}

/** Takes over the tree. */
function useTree<T>(
  { languageId, text, rules, grammar }: Source,
  tree: SyntaxTree | undefined,
  memo: StructureMemo,
  use: (syntax: TreeSyntax) => T,
): Answer<T> | undefined {
  try {
    return tree && { value: use(new TreeSyntax({ languageId, text, rules, grammar, tree, memo })) };
  } finally {
    tree?.dispose();
  }
}
