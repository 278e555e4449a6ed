import { CodeLeaf } from './codeLeaf.ts';
import { InlineParser } from './inlineParser.ts';
import { type Container, type LinePlan, planLine } from './linePrefix.ts';
import type { Alignment, MarkdownSink } from './markdownSink.ts';
import { readDelimiterRow, splitRow } from './tableRow.ts';

type Leaf =
  | { readonly type: 'paragraph' | 'heading'; readonly inline: InlineParser }
  | { readonly type: 'table'; readonly alignments: readonly Alignment[] }
  | { readonly type: 'indented'; blankLines: number }
  | CodeLeaf;

/**
 * Reads markdown as it comes and tells a sink what it sees, so that what is drawn is appended to and
 * never drawn again. Text is told as soon as its meaning is known: most of it at once, the markers
 * at a line's start after a few characters, table rows and the lines of fences when complete.
 *
 * It reads CommonMark and GitHub's tables, task lists, strikethrough and bare addresses, with these
 * differences: HTML is text, line breaks are kept, reference links and underlined headings are not
 * read, indentation in lists may be sloppy, and nothing is deeper than some thirty levels.
 *
 * The result does not depend on how the text was cut, and no text is lost, whatever it is.
 */
export class MarkdownParser {
  private readonly sink: MarkdownSink;
  private containers: Container[] = [];
  private leaf: Leaf | undefined;
  /** The line so far, while its kind is not known. */
  private line = '';
  private isMidLine = false;
  /** A line that is a table's head if a delimiter row follows, else text. */
  private tableHead: string | undefined;
  /** Half a character that was cut between two writes. */
  private carry = '';

  constructor(sink: MarkdownSink) {
    this.sink = sink;
  }

  write(chunk: string): void {
    let text = (this.carry + chunk).replaceAll('\r', '');
    const isCut = /[\uD800-\uDBFF]$/.test(text);
    this.carry = isCut ? text.slice(-1) : '';
    text = isCut ? text.slice(0, -1) : text;
    let at = 0;
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      this.take(text.slice(at, end), newline !== -1);
      at = end + 1;
    }
  }

  /** Tells what is held and closes what is open. Nothing may be written afterwards. */
  end(): void {
    if (this.carry !== '') {
      this.take(this.carry, false);
      this.carry = '';
    }
    if (this.line !== '') {
      this.startLine(this.line, true);
    }
    this.tellTableHead();
    this.closeContainers(0);
  }

  private take(piece: string, isComplete: boolean): void {
    if (this.isMidLine) {
      this.continueLine(piece);
    } else {
      this.line += piece;
      if (this.startLine(this.line, isComplete)) {
        this.line = '';
        this.isMidLine = true;
      }
    }
    if (!isComplete) {
      return;
    }
    this.isMidLine = false;
    if (this.leaf?.type === 'heading') {
      this.closeLeaf();
    }
  }

  private continueLine(text: string): void {
    if (this.leaf?.type === 'paragraph' || this.leaf?.type === 'heading') {
      this.leaf.inline.write(text);
    } else if (text !== '') {
      this.sink.text(text);
    }
  }

  /** Returns whether the line's kind is known by now. */
  private startLine(line: string, isComplete: boolean): boolean {
    if (this.leaf?.type === 'code') {
      return this.startCodeLine(this.leaf, line, isComplete);
    }
    return this.startPlannedLine(line, isComplete);
  }

  private startCodeLine(leaf: CodeLeaf, line: string, isComplete: boolean): boolean {
    const read = leaf.readLine(line, isComplete, this.containers);
    if (read === 'needMore') {
      return false;
    }
    if (read.type === 'left') {
      this.closeLeaf();
      return this.startPlannedLine(line, isComplete);
    }
    if (read.type === 'close') {
      this.closeLeaf();
      return true;
    }
    this.sink.text(leaf.isBreakOwed ? `\n${read.text}` : read.text);
    leaf.isBreakOwed = true;
    return true;
  }

  private startPlannedLine(line: string, isComplete: boolean): boolean {
    const isParagraphOpen = this.leaf?.type === 'paragraph' || this.tableHead !== undefined;
    const plan = planLine(line, isComplete, { containers: this.containers, isParagraphOpen });
    if (plan === 'needMore') {
      return false;
    }
    const isSamePlace = plan.starts.length === 0 && plan.matched === this.containers.length;
    if (plan.block.type !== 'tableLine' || !isSamePlace) {
      this.tellTableHead();
    }
    this.apply(plan);
    return true;
  }

  private apply(plan: LinePlan): void {
    const { block, rest } = plan;
    if (block.type === 'blank' && plan.starts.length === 0) {
      this.endParagraph(plan.matched);
      return;
    }
    const isContinued = plan.starts.length === 0 && this.leaf?.type === 'paragraph';
    if (!(isContinued && block.type === 'text')) {
      this.enterContainers(plan);
    }
    switch (block.type) {
      case 'text':
        this.writeParagraph(rest);
        break;
      case 'task':
        this.writeTask(block.isDone, rest);
        break;
      case 'heading':
        this.openHeading(block.level, rest);
        break;
      case 'rule':
        this.closeLeaf();
        this.sink.leaf({ type: 'rule' });
        break;
      case 'fence':
        this.openFence(block);
        break;
      case 'tableLine':
        this.writeTableLine(rest);
        break;
      case 'indented':
        this.writeIndented(rest);
        break;
      case 'blank':
        break;
    }
  }

  private endParagraph(matched: number): void {
    if (matched < this.containers.length) {
      this.closeContainers(matched);
    } else if (this.leaf?.type === 'indented') {
      this.leaf.blankLines += 1;
    } else {
      this.closeLeaf();
    }
  }

  private enterContainers(plan: LinePlan): void {
    const [first] = plan.starts;
    let keep = plan.matched;
    const list = this.containers[keep - 1];
    // A list goes on only with an item of its own kind.
    if (list?.type === 'list') {
      const isNextItem = first?.type === 'item' && list.isOrdered === (first.start !== undefined);
      keep = isNextItem ? keep : keep - 1;
    }
    if (keep < this.containers.length) {
      this.closeContainers(keep);
    } else if (first) {
      this.closeLeaf();
    }
    for (const start of plan.starts) {
      this.openContainer(start);
    }
  }

  private openContainer(container: Container & { readonly start?: number }): void {
    if (container.type === 'item') {
      const isOrdered = container.start !== undefined;
      const around = this.containers.at(-1);
      if (around?.type !== 'list') {
        this.containers.push({ type: 'list', isOrdered });
        this.sink.open(isOrdered ? { type: 'list', start: container.start } : { type: 'list' });
      }
      this.sink.open({ type: 'item' });
    } else {
      this.sink.open({ type: 'quote' });
    }
    this.containers.push(container);
  }

  private closeContainers(keep: number): void {
    this.closeLeaf();
    while (this.containers.length > keep) {
      this.containers.pop();
      this.sink.close();
    }
  }

  private closeLeaf(): void {
    if (this.leaf?.type === 'paragraph' || this.leaf?.type === 'heading') {
      this.leaf.inline.end();
    }
    if (this.leaf) {
      this.sink.close();
    }
    this.leaf = undefined;
  }

  private openParagraph(): InlineParser {
    this.closeLeaf();
    const inline = new InlineParser(this.sink);
    this.leaf = { type: 'paragraph', inline };
    this.sink.open({ type: 'paragraph' });
    return inline;
  }

  private writeParagraph(text: string): void {
    if (this.leaf?.type === 'paragraph') {
      this.leaf.inline.write(`\n${text}`);
    } else {
      this.openParagraph().write(text);
    }
  }

  private writeTask(isDone: boolean, text: string): void {
    const inline = this.openParagraph();
    this.sink.leaf({ type: 'task', isDone });
    inline.write(text);
  }

  private openHeading(level: number, text: string): void {
    this.closeLeaf();
    const inline = new InlineParser(this.sink);
    this.leaf = { type: 'heading', inline };
    this.sink.open({ type: 'heading', level });
    inline.write(text);
  }

  private openFence(fence: ConstructorParameters<typeof CodeLeaf>[0]): void {
    this.closeLeaf();
    this.leaf = new CodeLeaf(fence);
    this.sink.open({ type: 'codeBlock', fence: fence.fence });
  }

  private writeIndented(text: string): void {
    if (this.leaf?.type === 'indented') {
      this.sink.text('\n'.repeat(this.leaf.blankLines + 1) + text);
      this.leaf.blankLines = 0;
      return;
    }
    this.closeLeaf();
    this.leaf = { type: 'indented', blankLines: 0 };
    this.sink.open({ type: 'codeBlock', fence: '' });
    this.sink.text(text);
  }

  private writeTableLine(line: string): void {
    if (this.leaf?.type === 'table') {
      this.writeRow(line, this.leaf.alignments, false);
      return;
    }
    const alignments = this.tableHead === undefined ? undefined : readDelimiterRow(line.trim());
    if (this.tableHead === undefined || !alignments) {
      this.tellTableHead();
      this.tableHead = line;
      return;
    }
    this.closeLeaf();
    this.leaf = { type: 'table', alignments };
    this.sink.open({ type: 'table' });
    this.writeRow(this.tableHead, alignments, true);
    this.tableHead = undefined;
  }

  private writeRow(line: string, alignments: readonly Alignment[], isHead: boolean): void {
    this.sink.open({ type: 'row', isHead });
    for (const [index, cell] of splitRow(line.trim()).entries()) {
      this.sink.open({ type: 'cell', isHead, alignment: alignments[index] ?? 'none' });
      const inline = new InlineParser(this.sink);
      inline.write(cell);
      inline.end();
      this.sink.close();
    }
    this.sink.close();
  }

  /** No delimiter row followed: what looked like a table's head was a line of text. */
  private tellTableHead(): void {
    const head = this.tableHead;
    this.tableHead = undefined;
    if (head !== undefined) {
      this.writeParagraph(head);
    }
  }
}
