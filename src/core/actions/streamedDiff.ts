/** A line of a piece of code while it is rewritten. */
export interface DiffRow {
  readonly text: string;
  /** `pending`: an old line of which it is not known yet whether it stays. */
  readonly kind: 'kept' | 'added' | 'removed' | 'pending';
}

/** So far ahead an old line is looked for. Square in nothing: each new line looks once. */
const maxLookAhead = 200;

/**
 * Lines up the new lines of a piece of code with the old ones while they come. What is shown only
 * ever grows: an old line stays on the screen until the end, when all is known.
 */
export class StreamedDiff {
  private readonly old: readonly string[];
  private readonly rows: DiffRow[] = [];
  /** The old lines before this one have their row. */
  private next = 0;

  constructor(old: readonly string[]) {
    this.old = old;
  }

  add(line: string): void {
    const found = this.find(line);
    if (found < 0) {
      this.rows.push({ text: line, kind: 'added' });
      return;
    }
    for (const text of this.old.slice(this.next, found)) {
      this.rows.push({ text, kind: 'removed' });
    }
    this.rows.push({ text: line, kind: 'kept' });
    this.next = found + 1;
  }

  /** No more lines come: the old ones that are left go. */
  end(): readonly DiffRow[] {
    return [...this.rows, ...this.rest('removed')];
  }

  /** How it looks so far. */
  current(): readonly DiffRow[] {
    return [...this.rows, ...this.rest('pending')];
  }

  private rest(kind: 'pending' | 'removed'): readonly DiffRow[] {
    return this.old.slice(this.next).map((text) => ({ text, kind }));
  }

  /** The old line that this one is; lines such as a brace are alike too often to be looked for. */
  private find(line: string): number {
    if (this.old[this.next] === line) {
      return this.next;
    }
    if (!/[\p{L}\p{N}]/u.test(line)) {
      return -1;
    }
    const found = this.old.indexOf(line, this.next);
    return found - this.next > maxLookAhead ? -1 : found;
  }
}
