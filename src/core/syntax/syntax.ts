/** A half-open range of UTF-16 offsets into a text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A text whose structure is asked for. */
export interface SyntaxText {
  /** The document's URI, under which its last tree is kept; undefined for a text of the moment. */
  readonly documentId?: string;
  /** VS Code's language id, for example `typescriptreact`. */
  readonly languageId: string;
  readonly text: string;
}

/** What replaces a range of a text. */
export interface TextChange extends TextRange {
  readonly text: string;
}

export type OutlineKind =
  | 'class'
  | 'interface'
  | 'enum'
  | 'type'
  | 'module'
  | 'function'
  | 'method'
  | 'property'
  | 'variable';

/** A definition in a file. */
export interface OutlineSymbol {
  readonly kind: OutlineKind;
  readonly name: string;
  /** The whole definition, with the comment that documents it where there is one. */
  readonly range: TextRange;
  readonly nameRange: TextRange;
  /** From its first word to where its body begins, white space folded: `add(a: number): void`. */
  readonly signature: string;
  readonly children: readonly OutlineSymbol[];
}

/** What a place in a text belongs to. */
export type PlaceKind = 'code' | 'comment' | 'string';

/**
 * The structure of one text. Valid only inside the callback that receives it: the tree behind it
 * belongs to somebody else afterwards.
 */
export interface FileSyntax {
  /** `indentation` where there is no grammar for the language: answers are then good guesses. */
  readonly source: 'tree' | 'indentation';
  /** Definitions in the order of the text, nested. */
  outline(): readonly OutlineSymbol[];
  /** The innermost definition around an offset. */
  enclosing(offset: number): OutlineSymbol | undefined;
  /**
   * Where the innermost block around an offset ends: the offset just after its last statement,
   * before what closes it, but never before the offset. The length of the text at the top level.
   */
  blockEnd(offset: number): number;
  /** Whether an offset stands right after the beginning of a block that is still empty. */
  isAtBlockStart(offset: number): boolean;
  placeAt(offset: number): PlaceKind;
  /** Comments and strings, ascending and apart. */
  ranges(kind: 'comment' | 'string'): readonly TextRange[];
  /** Names that can be used at an offset, the nearest first, each once. */
  identifiersInScope(offset: number, limit: number): readonly string[];
  /** Import statements and the like, as they are written. */
  imports(): readonly TextRange[];
  /** The file with its bodies folded to `…`, cut at whole lines. */
  foldedOutline(maxCharacters: number): string;
  /** Whether the tree holds an error or a missing token inside a range; false for indentation. */
  hasErrorIn(range: TextRange): boolean;
}

export interface ReadSyntaxOptions {
  /** `keystroke` goes before everything else that waits for a parser. */
  readonly priority?: 'keystroke' | 'background';
  readonly signal?: AbortSignal;
}

/** Parses texts and keeps the trees of open documents. */
export interface Syntax {
  /**
   * Runs `use` on the structure of a text. The tree of the same document is parsed on from, so that
   * the cost is that of what changed. Where the grammar cannot be loaded or the deadline of a parse
   * passes, `use` gets what indentation tells. Rejects with `CancelledError` when `signal` aborts.
   */
  read<T>(
    text: SyntaxText,
    use: (syntax: FileSyntax) => T,
    options?: ReadSyntaxOptions,
  ): Promise<T>;
  /** The same for a text as it would be after a change, which is not kept. */
  readChanged<T>(
    text: SyntaxText,
    change: TextChange,
    use: (syntax: FileSyntax) => T,
    options?: ReadSyntaxOptions,
  ): Promise<T>;
  /**
   * An open document was changed: its tree is told, and parsed anew when it is next read. The
   * offsets of each change are in the text as the ones before it left it.
   */
  changed(documentId: string, changes: readonly TextChange[]): void;
  /** A document was closed: its tree is let go. */
  closed(documentId: string): void;
}
