/** What the structure of a language's files is read by; node types are those of its grammar. */
export interface LanguageRules {
  /** The grammar's file, without its ending. */
  readonly grammar: string;
  /**
   * A tree-sitter query. A definition is captured by its `OutlineKind`, its name as `name`, what
   * follows its signature as `body`. A `wrapper` lends its range to the definition that it `wraps`;
   * what is `attached` (decorators, attributes) belongs to the definition that follows.
   */
  readonly outline: string;
  /** A tree-sitter query for import statements and the like. */
  readonly imports: string;
  readonly comments: readonly string[];
  readonly strings: readonly string[];
  /** Code inside strings. */
  readonly interpolations: readonly string[];
  readonly blocks: BlockRules;
  readonly names: NameRules;
}

/** How the beginning and the end of a block are recognized. */
export type BlockRules =
  /** Tokens that open and close: braces, or words as in shells. */
  | {
      readonly kind: 'tokens';
      readonly openers: readonly string[];
      readonly closers: readonly string[];
      /** Fields of a node after which its block begins without a token, as after `def name`. */
      readonly headers?: readonly string[];
    }
  /** Indentation: nodes of this type are blocks. */
  | { readonly kind: 'layout'; readonly block: string };

/** Which nodes give names. */
export interface NameRules {
  /** Types of nodes that are names. */
  readonly identifiers: readonly string[];
  /**
   * By type of node, the fields that hold the names it gives: `a|b` is the first that is there, `*`
   * all that is in it.
   */
  readonly binders: Readonly<Record<string, string>>;
  /** Nodes whose children are looked through as if they stood in the node's place. */
  readonly transparent: readonly string[];
  /** Binders whose names exist only after them. */
  readonly assignments: readonly string[];
  /** Bodies that run later, so that what is written after them may be used in them. */
  readonly functions: readonly string[];
}

/** Blocks in braces, as most languages have them. */
export const braces: BlockRules = { kind: 'tokens', openers: ['{'], closers: ['}'] };
