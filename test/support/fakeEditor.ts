import { CompletionSpot, type SpotDocument } from '../../src/core/completion/completionSpot.ts';
import { TextLines } from '../../src/core/completion/textLines.ts';

/** A document with a cursor in it, written as `foo(¦)`. */
export class FakeEditor {
  readonly document: SpotDocument;
  readonly lines: TextLines;
  line: number;
  character: number;

  constructor(marked: string, name = 'a.ts') {
    this.document = { id: `file:///${name}`, path: `/${name}`, languageId: 'typescript' };
    const [before = ''] = marked.split('¦', 1);
    this.lines = new TextLines(marked.replace('¦', ''));
    const above = before.split('\n');
    this.line = above.length - 1;
    this.character = above.at(-1)?.length ?? 0;
  }

  get text(): string {
    return this.lines.slice(0, this.lines.count).join('\n');
  }

  /** Types text, which may bring what closes it along. */
  type(text: string, closing = ''): void {
    this.replace(this.character, this.character, text + closing);
    const rows = text.split('\n');
    this.line += rows.length - 1;
    this.character = rows.length === 1 ? this.character + text.length : (rows.at(-1)?.length ?? 0);
  }

  /** Presses the backspace key so many times, on one line. */
  delete(count = 1): void {
    this.replace(this.character - count, this.character, '');
    this.character -= count;
  }

  /** Replaces a part of the cursor's line. The cursor stays. */
  replace(from: number, to: number, text: string): void {
    this.lines.apply({
      startLine: this.line,
      startCharacter: from,
      endLine: this.line,
      endCharacter: to,
      text,
    });
  }

  /** @param before The text before the cursor where it is not what stands there. */
  spot(before?: string): CompletionSpot {
    const text = this.lines.line(this.line);
    return new CompletionSpot({
      document: this.document,
      lines: this.lines,
      line: this.line,
      before: before ?? text.slice(0, this.character),
      after: text.slice(this.character),
    });
  }
}
