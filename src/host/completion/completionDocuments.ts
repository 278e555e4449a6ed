import type * as vscode from 'vscode';
import { CompletionSpot, type SpotDocument } from '../../core/completion/completionSpot.ts';
import { TextLines } from '../../core/completion/textLines.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';

interface KnownDocument {
  readonly document: SpotDocument;
  readonly lines: TextLines;
  version: number;
}

/** A change of a document that is known, line by line, before it is applied. */
export type ChangeListener = (
  document: SpotDocument,
  lines: TextLines,
  change: ReturnType<typeof toLineChange>,
) => void;

/** Documents that are edited at the same time. Another is read anew, in about a millisecond. */
const maxKnown = 8;

/** The documents that are completed in, by lines, and kept so from change to change. */
export class CompletionDocuments {
  private readonly folders: Pick<WorkspaceFolders, 'pathOf'>;
  /** By URI; the one that was used last comes last. */
  private readonly known = new Map<string, KnownDocument>();

  constructor(folders: Pick<WorkspaceFolders, 'pathOf'>) {
    this.folders = folders;
  }

  get count(): number {
    return this.known.size;
  }

  /** @param info What is selected in a list: the place is then as if it were in the text. */
  spot(
    document: vscode.TextDocument,
    position: vscode.Position,
    info?: vscode.SelectedCompletionInfo,
  ): CompletionSpot {
    const known = this.read(document);
    const text = known.lines.line(position.line);
    const before = info
      ? text.slice(0, info.range.start.character) + info.text
      : text.slice(0, position.character);
    const end = info ? Math.max(info.range.end.character, position.character) : position.character;
    return new CompletionSpot({
      document: known.document,
      lines: known.lines,
      line: position.line,
      before,
      after: text.slice(end),
    });
  }

  /** Takes a change in, and tells of its parts before each is applied. */
  changed(event: vscode.TextDocumentChangeEvent, willChange: ChangeListener): void {
    const key = event.document.uri.toString();
    const known = this.known.get(key);
    if (!known || event.contentChanges.length === 0) {
      return;
    }
    if (known.version !== event.document.version - 1) {
      this.known.delete(key);
      return;
    }
    known.version = event.document.version;
    for (const change of event.contentChanges) {
      const lineChange = toLineChange(change);
      willChange(known.document, known.lines, lineChange);
      known.lines.apply(lineChange);
    }
  }

  closed(document: vscode.TextDocument): void {
    this.known.delete(document.uri.toString());
  }

  /** Absolute, or the name of a document that was never saved. */
  pathOf({ uri }: vscode.TextDocument): string {
    return this.folders.pathOf(uri) ?? uri.path;
  }

  private read(document: vscode.TextDocument): KnownDocument {
    const key = document.uri.toString();
    const found = this.known.get(key);
    const isCurrent =
      found?.version === document.version && found.document.languageId === document.languageId;
    const known = isCurrent
      ? found
      : {
          document: { id: key, path: this.pathOf(document), languageId: document.languageId },
          lines: new TextLines(document.getText()),
          version: document.version,
        };
    this.known.delete(key);
    this.known.set(key, known);
    const [oldest] = this.known.keys();
    if (this.known.size > maxKnown && oldest !== undefined) {
      this.known.delete(oldest);
    }
    return known;
  }
}

/** The lines `from` to before `to`, as far as there are such. */
export function linesOf(
  document: vscode.TextDocument,
  from: number,
  to: number,
): readonly string[] {
  const end = Math.min(to, document.lineCount);
  return Array.from(
    { length: Math.max(0, end - from) },
    (_, index) => document.lineAt(from + index).text,
  );
}

function toLineChange({ range, text }: vscode.TextDocumentContentChangeEvent) {
  return {
    startLine: range.start.line,
    startCharacter: range.start.character,
    endLine: range.end.line,
    endCharacter: range.end.character,
    text,
  };
}
