import type { Disposable } from '../../base/lifecycle.ts';
import { LineIndex } from './lineIndex.ts';
import type { StructureMemo } from './structure.ts';
import type { TextChange } from './syntax.ts';
import { applyChange, changeBetween } from './textChange.ts';
import type { SyntaxTree, TreeEdit } from './treeSitter.ts';

/** The last tree of a document, edited along with its text. */
export class KeptTree implements Disposable {
  readonly languageId: string;
  private currentTree: SyntaxTree;
  private text: string;
  private lines: LineIndex | undefined;
  private isEdited = false;
  private currentMemo: StructureMemo = {};

  /** Takes over the tree, which was parsed from the text. */
  constructor(languageId: string, text: string, tree: SyntaxTree) {
    this.languageId = languageId;
    this.text = text;
    this.currentTree = tree;
  }

  get tree(): SyntaxTree {
    return this.currentTree;
  }

  /** Of the text, UTF-16 units. */
  get length(): number {
    return this.text.length;
  }

  /** What was found out about the text; forgotten with each change. */
  get memo(): StructureMemo {
    return this.currentMemo;
  }

  /** Whether the tree was parsed from this very text. */
  isOf(text: string): boolean {
    return !this.isEdited && this.text === text;
  }

  /**
   * Tells the tree of a change. Offsets are in the text as it was before; those of a change that this
   * text never saw are brought into it, and `moveTo` makes good for the rest.
   */
  apply({ start, end, text }: TextChange): void {
    const { length } = this.text;
    const change = { start: Math.min(start, length), end: Math.min(end, length), text };
    this.tree.edit(this.editFor(change));
    this.lines?.apply(change);
    this.text = applyChange(this.text, change);
    this.isEdited = true;
    this.currentMemo = {};
  }

  /** Tells the tree of whatever changed on the way to this text. */
  moveTo(text: string): void {
    const change = changeBetween(this.text, text);
    if (change) {
      this.apply(change);
    }
  }

  /** The tree told of a change, for the caller to own; this one stays as it is. */
  copyChanged(change: TextChange): SyntaxTree {
    const copy = this.tree.copy();
    copy.edit(this.editFor(change));
    return copy;
  }

  /** Takes over a newer tree of a text, and tells it of what changed while it was parsed. */
  accept(tree: SyntaxTree, text: string): void {
    this.currentTree.dispose();
    this.currentTree = tree;
    this.isEdited = false;
    this.currentMemo = {};
    const latest = this.text;
    if (latest !== text) {
      this.text = text;
      this.lines = undefined;
      this.moveTo(latest);
    }
  }

  dispose(): void {
    this.currentTree.dispose();
  }

  private editFor({ start, end, text }: TextChange): TreeEdit {
    this.lines ??= new LineIndex(this.text);
    const startPosition = this.lines.pointAt(start);
    const lastBreak = text.lastIndexOf('\n');
    return {
      startIndex: start,
      oldEndIndex: end,
      newEndIndex: start + text.length,
      startPosition,
      oldEndPosition: this.lines.pointAt(end),
      newEndPosition: {
        row: startPosition.row + countBreaks(text),
        column: lastBreak < 0 ? startPosition.column + text.length : text.length - lastBreak - 1,
      },
    };
  }
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
