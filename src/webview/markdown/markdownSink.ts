/** How a table's column is aligned. */
export type Alignment = 'left' | 'center' | 'right' | 'none';

/** A piece of structure that contains others or text. */
export type MarkdownNode =
  | { readonly type: 'paragraph' }
  | { readonly type: 'heading'; readonly level: number }
  | { readonly type: 'quote' }
  /** Ordered where `start` is present. */
  | { readonly type: 'list'; readonly start?: number }
  | { readonly type: 'item' }
  /** `fence` is what stands after the opening fence. */
  | { readonly type: 'codeBlock'; readonly fence: string }
  | { readonly type: 'table' }
  | { readonly type: 'row'; readonly isHead: boolean }
  | { readonly type: 'cell'; readonly isHead: boolean; readonly alignment: Alignment }
  | { readonly type: 'emphasis' }
  | { readonly type: 'strong' }
  | { readonly type: 'strike' }
  | { readonly type: 'code' }
  /** `target` is as written; whoever draws it decides whether it may be followed. */
  | { readonly type: 'link'; readonly target: string };

export type MarkdownLeaf =
  | { readonly type: 'rule' }
  | { readonly type: 'break' }
  | { readonly type: 'task'; readonly isDone: boolean };

/** What a parser tells while it reads. Nothing told is taken back, except by `unwrap`. */
export interface MarkdownSink {
  open(node: MarkdownNode): void;
  /** Closes the innermost open node. */
  close(): void;
  text(text: string): void;
  leaf(leaf: MarkdownLeaf): void;
  /** The innermost open node was none after all: it dissolves into `literal` and its content. */
  unwrap(literal: string): void;
}
