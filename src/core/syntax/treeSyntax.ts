import { endOfContents } from './block.ts';
import { foldOutline } from './foldedOutline.ts';
import { indentedBlockEnd, isAtIndentedStart } from './indentation.ts';
import type { LanguageRules } from './languages/languageRules.ts';
import { readImports, readLiterals } from './literalQuery.ts';
import { readDefinitions } from './outlineQuery.ts';
import {
  type Definition,
  enclosingBlock,
  enclosingDefinition,
  type Literal,
  rangesOf,
  type Structure,
  type StructureMemo,
} from './structure.ts';
import type { FileSyntax, PlaceKind, TextRange } from './syntax.ts';
import { blockAround, innermostNode, type TreeText } from './treeBlocks.ts';
import { hasErrorWithin } from './treeErrors.ts';
import { namesInScope } from './treeNames.ts';
import { placeInTree } from './treePlace.ts';
import type { Grammar, SyntaxTree } from './treeSitter.ts';

export interface TreeSyntaxParts {
  readonly languageId: string;
  readonly text: string;
  readonly rules: LanguageRules;
  readonly grammar: Grammar;
  /** Parsed from this text; the caller keeps owning it. */
  readonly tree: SyntaxTree;
  /** What was found out about this text before. */
  readonly memo: StructureMemo;
}

/**
 * How far from an offset a definition around it may begin with its comment and not be overlooked,
 * UTF-16 units: some 50 lines of documentation.
 */
const lookAround = 2_000;

/** Answers from a tree. */
export class TreeSyntax implements FileSyntax {
  readonly source = 'tree';
  private readonly parts: TreeSyntaxParts;
  private readonly tree: TreeText;

  constructor(parts: TreeSyntaxParts) {
    this.parts = parts;
    this.tree = { root: parts.tree.root, text: parts.text, rules: parts.rules };
  }

  /** Everything that can be told in plain data. */
  structure(): Structure {
    return { definitions: this.outline(), literals: this.literals(), imports: this.imports() };
  }

  /** The tree as tree-sitter writes it. */
  describe(): string {
    return this.tree.root.toString();
  }

  outline(): readonly Definition[] {
    const { memo, rules, grammar } = this.parts;
    memo.definitions ??= readDefinitions(rules, grammar, this.tree);
    return memo.definitions;
  }

  enclosing(offset: number): Definition | undefined {
    const { memo, text } = this.parts;
    const find = this.finderAt(offset);
    if (memo.definitions) {
      return find(memo.definitions);
    }
    const at = Math.min(offset, text.length);
    const near = {
      start: Math.max(0, at - lookAround),
      end: Math.min(text.length, at + lookAround),
    };
    const found = find(this.definitionsIn(near));
    if (!found) {
      return undefined;
    }
    // Only now is it known how far the definition reaches, and so what else is in it and above it.
    const { start, end } = found.range;
    return find(this.definitionsIn({ start: Math.max(0, start - lookAround), end }));
  }

  blockEnd(offset: number): number {
    const { text } = this.parts;
    const block = blockAround(this.tree, offset);
    if (block === 'top') {
      return text.length;
    }
    return block === 'unclear'
      ? indentedBlockEnd(text, offset)
      : endOfContents(block, text, offset);
  }

  isAtBlockStart(offset: number): boolean {
    const block = blockAround(this.tree, offset);
    if (block === 'top') {
      return false;
    }
    return block === 'unclear'
      ? this.placeAt(offset) === 'code' && isAtIndentedStart(this.parts.text, offset)
      : block.isEmpty;
  }

  placeAt(offset: number): PlaceKind {
    return placeInTree(this.tree, this.parts.languageId, offset);
  }

  ranges(kind: Literal['kind']): readonly TextRange[] {
    return rangesOf(this.literals(), kind);
  }

  identifiersInScope(offset: number, limit: number): readonly string[] {
    return namesInScope(innermostNode(this.tree, offset), this.parts.rules.names, {
      offset,
      limit,
    });
  }

  imports(): readonly TextRange[] {
    const { memo, rules, grammar } = this.parts;
    memo.imports ??= readImports(rules, grammar, this.tree);
    return memo.imports;
  }

  foldedOutline(maxCharacters: number): string {
    return foldOutline(this.parts.text, this.outline(), maxCharacters);
  }

  hasErrorIn(range: TextRange): boolean {
    return hasErrorWithin(this.tree.root, range);
  }

  private literals(): readonly Literal[] {
    const { memo, rules, grammar } = this.parts;
    memo.literals ??= readLiterals(rules, grammar, this.tree);
    return memo.literals;
  }

  private definitionsIn(range: TextRange): readonly Definition[] {
    const { rules, grammar } = this.parts;
    return readDefinitions(rules, grammar, this.tree, range);
  }

  /** What picks the innermost definition around an offset. */
  private finderAt(offset: number): (among: readonly Definition[]) => Definition | undefined {
    const block = this.parts.rules.blocks.kind === 'layout' && blockAround(this.tree, offset);
    if (typeof block === 'object') {
      // An indented empty line belongs to the block above it, which ended with its last statement.
      return (among) => enclosingBlock(among, block);
    }
    const { text } = this.parts;
    const at = block === 'unclear' ? text.slice(0, offset).trimEnd().length : offset;
    return (among) => enclosingDefinition(among, at);
  }
}
