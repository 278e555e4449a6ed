/** A fence that opens or closes a code block: its run of characters, and what follows them. */
const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*(.*)$/;

/**
 * Reads the lines of the one code block that an answer consists of, as they come. A fence that could
 * close the block is held back with all that follows it: only what comes later tells whether it is
 * the block's end or a line of it.
 */
export class CodeBlockReader {
  private opening: string | undefined;
  private rest = '';
  /** From a fence on that may be the last. */
  private held: string[] = [];
  private isOver = false;

  /** More of the answer; gives the lines of the block that are certain by it. */
  push(text: string): readonly string[] {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    return parts.flatMap((line) => this.read(withoutReturn(line)));
  }

  /** The answer is over; gives the last lines, undefined where there is no whole block in it. */
  end(): readonly string[] | undefined {
    const last = this.rest === '' ? [] : this.read(withoutReturn(this.rest));
    this.rest = '';
    return this.isOver || this.held.length > 0 ? last : undefined;
  }

  private read(line: string): readonly string[] {
    const [, run = '', info = ''] = fence.exec(line) ?? [];
    if (this.opening === undefined) {
      this.opening = run === '' ? undefined : run;
      return [];
    }
    if (this.isOver) {
      return [];
    }
    if (this.held.length > 0 && run !== '' && info.trim() !== '') {
      // Another block begins behind the one that was asked for.
      this.isOver = true;
      return [];
    }
    if (run[0] === this.opening[0] && run.length >= this.opening.length && info.trim() === '') {
      const before = this.held;
      this.held = [line];
      return before;
    }
    if (this.held.length > 0) {
      this.held.push(line);
      return [];
    }
    return [line];
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
