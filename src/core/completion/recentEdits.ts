import type { RecentEdit } from './completionSurroundings.ts';
import type { LineChange, TextLines } from './textLines.ts';

/** What the user did a few minutes ago and is still at. */
const maxEdits = 12;
/** More than this was pasted, formatted or generated, lines. */
const maxEditLines = 20;

interface GrowingEdit {
  readonly documentId: string;
  readonly path: string;
  readonly line: number;
  readonly before: readonly string[];
  after: readonly string[];
}

/** The user's last changes, keys on the same lines taken together. */
export class RecentEdits {
  /** The oldest first. */
  private edits: readonly GrowingEdit[] = [];

  /**
   * A change that is about to be applied to `lines`. Each is told in turn, with the lines as they are
   * before it.
   */
  willChange(
    document: { readonly id: string; readonly path: string },
    lines: TextLines,
    change: LineChange,
  ): void {
    const { startLine, endLine, startCharacter, endCharacter, text } = change;
    const before = lines.slice(startLine, endLine + 1);
    const head = lines.line(startLine).slice(0, startCharacter);
    const tail = lines.line(endLine).slice(endCharacter);
    const after = `${head}${text}${tail}`.split(/\r\n|\r|\n/);
    const last = this.edits.at(-1);
    if (last && isWithin(last, document.id, change)) {
      const at = startLine - last.line;
      last.after = [...last.after.slice(0, at), ...after, ...last.after.slice(at + before.length)];
    } else {
      const { id, path } = document;
      const edit = { documentId: id, path, line: startLine, before, after };
      this.edits = [...this.edits, edit].slice(-maxEdits);
    }
  }

  /** The oldest first, without what came to nothing or is too large to be of one mind. */
  all(): readonly RecentEdit[] {
    return this.edits
      .filter(({ before, after }) => before.length <= maxEditLines && after.length <= maxEditLines)
      .map(({ documentId, path, line, before, after }) => ({
        documentId,
        path,
        line,
        before: before.join('\n'),
        after: after.join('\n'),
      }))
      .filter(({ before, after }) => before !== after);
  }
}

function isWithin(
  { documentId, line, after }: GrowingEdit,
  id: string,
  { startLine, endLine }: LineChange,
): boolean {
  return documentId === id && startLine >= line && endLine < line + after.length;
}
