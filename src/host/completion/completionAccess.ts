import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { FileAccess } from '../../core/completion/fileAccess.ts';

interface Verdict {
  isAllowed: boolean;
  askedMs: number;
}

/** As long as `FileAccess` holds its own answers. */
const freshMs = 10_000;

export interface CompletionAccessParts {
  readonly files: Pick<FileAccess, 'mayRead'>;
  readonly clock: Clock;
  readonly pathOf: (document: vscode.TextDocument) => string;
  readonly onProblem: (error: unknown) => void;
}

/** Whether a document may be completed in: neither ignored, nor hidden, nor full of secrets. */
export class CompletionAccess {
  private readonly parts: CompletionAccessParts;
  /** By URI, for open documents. */
  private readonly verdicts = new Map<string, Verdict>();

  constructor(parts: CompletionAccessParts) {
    this.parts = parts;
  }

  /** At once for a document that was asked about before; looked up anew behind that now and then. */
  mayComplete(document: vscode.TextDocument): boolean | Promise<boolean> {
    const verdict = this.verdicts.get(document.uri.toString());
    if (!verdict) {
      return this.ask(document);
    }
    if (this.parts.clock.now() - verdict.askedMs > freshMs) {
      verdict.askedMs = this.parts.clock.now();
      this.ask(document).catch(this.parts.onProblem);
    }
    return verdict.isAllowed;
  }

  closed({ uri }: vscode.TextDocument): void {
    this.verdicts.delete(uri.toString());
  }

  private async ask(document: vscode.TextDocument): Promise<boolean> {
    const isAllowed = await this.parts.files.mayRead(this.parts.pathOf(document));
    if (!document.isClosed) {
      this.verdicts.set(document.uri.toString(), { isAllowed, askedMs: this.parts.clock.now() });
    }
    return isAllowed;
  }
}
