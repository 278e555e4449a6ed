/** Lines per piece. Own choice: about a screen, so that a screen's change touches two pieces at most. */
const linesPerPiece = 60;

/** A stretch of the code in an element of its own, so that the browser lays out and paints it alone. */
export interface CodePiece {
  readonly element: HTMLElement;
  /** Where the piece begins in the text. */
  readonly start: number;
  /** Its text nodes in order, each with where it begins in the text. */
  readonly nodes: { readonly node: Text; readonly start: number }[];
  lines: number;
  end: number;
}

/** The text of a code block on the page: it is appended to and knows where each character stands. */
export class CodeText {
  readonly element: HTMLElement;
  readonly pieces: CodePiece[] = [];
  private content = '';

  constructor(element: HTMLElement) {
    this.element = element;
  }

  get text(): string {
    return this.content;
  }

  append(text: string): void {
    let at = 0;
    while (at < text.length) {
      const piece = this.openPiece();
      const end = findCut(text, at, linesPerPiece - piece.lines);
      this.write(piece, text.slice(at, end));
      at = end;
    }
  }

  private openPiece(): CodePiece {
    const last = this.pieces.at(-1);
    if (last && last.lines < linesPerPiece) {
      return last;
    }
    const element = document.createElement('span');
    element.className = 'code-piece';
    this.element.append(element);
    const start = this.content.length;
    const piece: CodePiece = { element, start, nodes: [], lines: 0, end: start };
    this.pieces.push(piece);
    return piece;
  }

  private write(piece: CodePiece, text: string): void {
    const node = document.createTextNode(text);
    piece.nodes.push({ node, start: this.content.length });
    piece.element.append(node);
    piece.lines += text.split('\n').length - 1;
    this.content += text;
    piece.end = this.content.length;
  }
}

/** The index behind as many line breaks, or the text's end. */
function findCut(text: string, from: number, lines: number): number {
  let at = from;
  for (let count = 0; count < lines; count += 1) {
    const newline = text.indexOf('\n', at);
    if (newline === -1) {
      return text.length;
    }
    at = newline + 1;
  }
  return at;
}
