import { foldOutline } from './foldedOutline.ts';
import type { IndentationSyntax } from './indentationSyntax.ts';
import {
  type Definition,
  enclosingDefinition,
  type Literal,
  literalAround,
  rangesOf,
  type Structure,
} from './structure.ts';
import type { FileSyntax, PlaceKind, TextRange } from './syntax.ts';

/** What a worker tells of a text that is too long to be parsed here. */
export interface WorkerStructure extends Structure {
  /** Where the tree holds an error or a missing token. */
  readonly errors: readonly TextRange[];
}

/**
 * Answers from what a worker has found in its tree. Blocks and names in scope, which would need the
 * tree itself, are told by indentation.
 */
export class StructureSyntax implements FileSyntax {
  readonly source = 'tree';
  private readonly text: string;
  private readonly structure: WorkerStructure;
  private readonly guess: IndentationSyntax;

  constructor(text: string, structure: WorkerStructure, guess: IndentationSyntax) {
    this.text = text;
    this.structure = structure;
    this.guess = guess;
  }

  outline(): readonly Definition[] {
    return this.structure.definitions;
  }

  enclosing(offset: number): Definition | undefined {
    return enclosingDefinition(this.structure.definitions, offset);
  }

  blockEnd(offset: number): number {
    return this.guess.blockEnd(offset);
  }

  isAtBlockStart(offset: number): boolean {
    return this.guess.isAtBlockStart(offset);
  }

  placeAt(offset: number): PlaceKind {
    return literalAround(this.structure.literals, offset)?.kind ?? 'code';
  }

  ranges(kind: Literal['kind']): readonly TextRange[] {
    return rangesOf(this.structure.literals, kind);
  }

  identifiersInScope(offset: number, limit: number): readonly string[] {
    return this.guess.identifiersInScope(offset, limit);
  }

  imports(): readonly TextRange[] {
    return this.structure.imports;
  }

  foldedOutline(maxCharacters: number): string {
    return foldOutline(this.text, this.structure.definitions, maxCharacters);
  }

  hasErrorIn(range: TextRange): boolean {
    return this.structure.errors.some(({ start, end }) => start <= range.end && end >= range.start);
  }
}
