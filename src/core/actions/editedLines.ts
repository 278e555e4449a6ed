import type { DiffRow } from './streamedDiff.ts';

/** A replacement of whole lines of a document: those from `first` up to, not including, `end`. */
export interface LineEdit {
  readonly first: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** A change that somebody else made. Zero-based lines, before the change. */
export interface ForeignChange {
  readonly startLine: number;
  readonly endLine: number;
  /** Lines that the new text has beyond its first. */
  readonly newLines: number;
  /** Whether it leaves the line it starts in as it is up to a line end: it only puts lines before. */
  readonly isBeforeLine: boolean;
}

/**
 * Which lines of a document an edit under way has put there, and where they are, whatever is typed
 * around them. All that was there before stays until the end, so that taking the added lines out
 * gives back what was there.
 */
export class EditedLines {
  private first: number;
  private rows: { readonly text: string; readonly isAdded: boolean }[];

  constructor(first: number, old: readonly string[]) {
    this.first = first;
    this.rows = old.map((text) => ({ text, isAdded: false }));
  }

  /** The line that the edited part begins at now. */
  get start(): number {
    return this.first;
  }

  get count(): number {
    return this.rows.length;
  }

  /** What must be put in so that these rows are there. Ascending, each in the document as it is now. */
  towards(rows: readonly DiffRow[]): readonly LineEdit[] {
    const edits: LineEdit[] = [];
    let at = 0;
    let added: string[] = [];
    const flush = (): void => {
      if (added.length > 0) {
        edits.push({ first: this.first + at, end: this.first + at, lines: added });
        added = [];
      }
    };
    for (const row of rows) {
      if (row.kind === 'added' && this.rows[at]?.isAdded !== true) {
        added.push(row.text);
      } else {
        flush();
        at += 1;
      }
    }
    flush();
    return edits;
  }

  /** The rows are there. */
  became(rows: readonly DiffRow[]): void {
    this.rows = rows.map(({ text, kind }) => ({ text, isAdded: kind === 'added' }));
  }

  /** What must be taken out so that only what was there before is left. */
  withoutAdded(): readonly LineEdit[] {
    return runsOf(this.rows, ({ isAdded }) => isAdded).map(([from, to]) => ({
      first: this.first + from,
      end: this.first + to,
      lines: [],
    }));
  }

  /** The added lines are gone. */
  cleared(): void {
    this.rows = this.rows.filter(({ isAdded }) => !isAdded);
  }

  /**
   * Follows a change of somebody else. Whether it touched the part: its lines are then theirs, and are
   * never taken out.
   */
  follow({ startLine, endLine, newLines, isBeforeLine }: ForeignChange): boolean {
    const end = this.first + this.rows.length;
    const shift = newLines - (endLine - startLine);
    if (endLine < this.first || (endLine === this.first && isBeforeLine)) {
      this.first += shift;
      return false;
    }
    if (startLine >= end) {
      return false;
    }
    const theirs = { text: '', isAdded: false };
    const last = Math.min(endLine, end - 1) - this.first + 1;
    if (startLine < this.first) {
      this.rows.splice(0, last);
      this.first = startLine + newLines + 1;
    } else {
      const from = startLine - this.first;
      this.rows.splice(from, last - from, ...Array.from({ length: newLines + 1 }, () => theirs));
    }
    return true;
  }
}

/** What must be taken out of these rows, which begin at `first`, at the end of an edit. */
export function withoutOld(first: number, rows: readonly DiffRow[]): readonly LineEdit[] {
  const goes = ({ kind }: DiffRow): boolean => kind === 'removed' || kind === 'pending';
  return runsOf(rows, goes).map(([from, to]) => ({
    first: first + from,
    end: first + to,
    lines: [],
  }));
}

/** Where items that are meant stand together: from one index up to another. */
function runsOf<Item>(
  items: readonly Item[],
  isMeant: (item: Item) => boolean,
): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [index, item] of items.entries()) {
    const last = runs.at(-1);
    if (!isMeant(item)) {
      continue;
    }
    if (last?.[1] === index) {
      last[1] = index + 1;
    } else {
      runs.push([index, index + 1]);
    }
  }
  return runs;
}
