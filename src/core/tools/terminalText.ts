const code = {
  bell: 0x07,
  tab: 0x09,
  newline: 0x0a,
  return: 0x0d,
  escape: 0x1b,
  space: 0x20,
  zero: 0x30,
  at: 0x40,
  bracket: 0x5b,
  backslash: 0x5c,
  tilde: 0x7e,
  delete: 0x7f,
  firstC1: 0x80,
  csi: 0x9b,
  lastC1: 0x9f,
} as const;

/** What begins a string sequence after ESC: titles, links and the like (`]PX^_`). */
const stringStarts = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f]);
/** An unterminated sequence must not swallow the rest: links and titles are shorter. */
const maxSequenceCharacters = 4_096;

type State = 'text' | 'escape' | 'csi' | 'string' | 'stringEscape';

/**
 * Makes what a program wrote for a terminal into plain text, piece by piece: escape sequences and
 * control characters go, whichever pieces they are split over; a lone carriage return, which
 * overwrites a line on a terminal, begins a new one. Linear in the input.
 */
export class TerminalText {
  private state: State = 'text';
  private sequenceLength = 0;
  private hasReturn = false;

  take(piece: string): string {
    const parts: string[] = [];
    let at = 0;
    while (at < piece.length) {
      if (this.state === 'text' && !this.hasReturn) {
        const end = endOfPlain(piece, at);
        if (end > at) {
          parts.push(piece.slice(at, end));
          at = end;
          continue;
        }
      }
      const unit = piece.charCodeAt(at);
      const isKept = this.state === 'text' ? this.takeText(unit, parts) : this.takeSequence(unit);
      if (isKept) {
        parts.push(piece.charAt(at));
      }
      at += 1;
    }
    return parts.join('');
  }

  /** A character outside a sequence that may not be plain. Answers whether it stands for itself. */
  private takeText(unit: number, parts: string[]): boolean {
    if (unit === code.return) {
      this.hasReturn = true;
      return false;
    }
    if (this.hasReturn) {
      this.hasReturn = false;
      if (unit !== code.newline) {
        parts.push('\n');
      }
    }
    if (isPlain(unit)) {
      return true;
    }
    if (unit === code.escape || unit === code.csi) {
      this.state = unit === code.escape ? 'escape' : 'csi';
      this.sequenceLength = 0;
    }
    return false;
  }

  /** A character of a sequence. Answers whether it ended one that it is no part of. */
  private takeSequence(unit: number): boolean {
    this.sequenceLength += 1;
    const isBroken = unit === code.newline || this.sequenceLength > maxSequenceCharacters;
    this.state = isBroken ? 'text' : this.nextState(unit);
    return isBroken && isPlain(unit);
  }

  private nextState(unit: number): State {
    switch (this.state) {
      case 'escape':
        return afterEscape(unit);
      case 'csi':
        return unit >= code.at && unit <= code.tilde ? 'text' : 'csi';
      case 'string':
        if (unit === code.escape) {
          return 'stringEscape';
        }
        return unit === code.bell ? 'text' : 'string';
      case 'stringEscape':
        return unit === code.backslash ? 'text' : afterEscape(unit);
      default:
        return 'text';
    }
  }
}

function afterEscape(unit: number): State {
  if (unit === code.bracket) {
    return 'csi';
  }
  if (stringStarts.has(unit)) {
    return 'string';
  }
  const isIntermediate = unit >= code.space && unit < code.zero;
  return isIntermediate || unit === code.escape ? 'escape' : 'text';
}

/** Where the run of plain characters that begins at `from` ends. */
function endOfPlain(text: string, from: number): number {
  let at = from;
  while (at < text.length && isPlain(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

function isPlain(unit: number): boolean {
  if (unit < code.space) {
    return unit === code.newline || unit === code.tab;
  }
  return unit < code.delete || unit > code.lastC1;
}
