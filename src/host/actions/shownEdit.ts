import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { EditedLines, type LineEdit, withoutOld } from '../../core/actions/editedLines.ts';
import type { DiffRow } from '../../core/actions/streamedDiff.ts';
import type { LineSpan } from './actionTarget.ts';
import {
  foreignChange,
  lineEnd,
  linesOf,
  numbersFrom,
  replacementOf,
  workspaceEditOf,
} from './documentLines.ts';
import type { EditDecorations } from './editDecorations.ts';

/**
 * An edit as it grows in the document itself: new lines are put in above those that they replace, and
 * those go at the end, so that all of it is one step to undo. Until then the file on disk is never
 * written with a part of it.
 */
export class ShownEdit implements Disposable {
  private readonly resources = new ResourceManager('shownEdit');
  private readonly document: vscode.TextDocument;
  private readonly lines: EditedLines;
  private readonly decorations: EditDecorations;
  private readonly onTouched: () => void;
  private readonly wasDirty: boolean;
  private readonly original: string;
  private latest: () => readonly DiffRow[] = () => [];
  private isStale = false;
  private painting: Promise<void> | undefined;
  private isTouched = false;
  /** How often somebody else has changed the document: Undo would then take back theirs. */
  private foreignChanges = 0;
  /** What we are putting in right now: how our own changes are told from others. */
  private ownTexts: readonly string[] | undefined;
  private isUndoing = false;
  /** Whether the new lines are being taken out because the file is about to be written. */
  private isSaving = false;
  private hasBegun = false;
  private isOver = false;
  private failure: unknown;

  /** @param onTouched Hears once that somebody typed into the lines that are being rewritten. */
  constructor(
    document: vscode.TextDocument,
    span: LineSpan,
    options: { readonly decorations: EditDecorations; readonly onTouched: () => void },
  ) {
    this.document = document;
    this.wasDirty = document.isDirty;
    this.original = document.getText();
    this.decorations = options.decorations;
    this.onTouched = options.onTouched;
    this.lines = new EditedLines(span.first, linesOf(document, span));
    this.resources.add(
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document === document && event.contentChanges.length > 0) {
          this.changed(event);
        }
      }),
    );
    this.resources.add(vscode.workspace.onWillSaveTextDocument((event) => this.beforeSave(event)));
    this.resources.add(
      vscode.workspace.onDidSaveTextDocument((saved) => {
        this.isSaving = saved === document ? false : this.isSaving;
      }),
    );
    this.resources.defer(() => this.decorations.clear(document));
  }

  /** Shows these rows as soon as what is being drawn is done. */
  show(rows: () => readonly DiffRow[]): void {
    this.latest = rows;
    this.isStale = true;
    this.painting ??= this.paint()
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => {
        this.painting = undefined;
      });
  }

  /**
   * Takes the new lines out again: the text is then what it was but for what the user typed.
   * @param mayUndo Whether the focus is in the editor, so that Undo acts there.
   */
  async cancel(mayUndo: boolean): Promise<void> {
    await this.painting;
    const isUndone =
      mayUndo && this.hasBegun && this.foreignChanges === 0 && !this.isOver && (await this.undo());
    if (isUndone || this.isOver) {
      return;
    }
    if (!(await this.applyAnew(() => this.lines.withoutAdded()))) {
      throw new UserError(
        'The editor did not let go of what Slipstream wrote. Undo takes it back.',
      );
    }
    this.lines.cleared();
    await this.countAsSaved();
  }

  /** The text of the whole document without what the edit has put in. */
  textWithout(): string {
    const removed = new Set(
      this.lines.withoutAdded().flatMap(({ first, end }) => numbersFrom(first, end)),
    );
    const lines = linesOf(this.document, { first: 0, last: this.document.lineCount - 1 });
    return lines.filter((_, index) => !removed.has(index)).join(lineEnd(this.document));
  }

  /** The text of the whole document with the new lines in the place of the old ones. */
  textWith(newLines: readonly string[]): string {
    const { start, count } = this.lines;
    const lines = linesOf(this.document, { first: 0, last: this.document.lineCount - 1 });
    return [...lines.slice(0, start), ...newLines, ...lines.slice(start + count)].join(
      lineEnd(this.document),
    );
  }

  /**
   * Takes out the lines that are replaced; a file that was saved before is saved again. False where
   * that failed. Throws `UserError` where the text is not as it should be.
   */
  async finish(rows: () => readonly DiffRow[]): Promise<boolean> {
    this.show(rows);
    await this.painting;
    if (this.isTouched) {
      throw touched();
    }
    if (this.failure !== undefined) {
      throw this.failure;
    }
    const isAsMeant = await this.takeOutOld(rows);
    // From here on it is the document's text like any other.
    this.isOver = true;
    if (!isAsMeant) {
      throw new UserError('The editor did not take the edit as it was meant. Undo takes it back.');
    }
    return this.wasDirty || (await this.document.save());
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async paint(): Promise<void> {
    let refusals = 0;
    while (this.isStale && !this.isTouched && !this.resources.isDisposed) {
      this.isStale = false;
      const rows = this.latest();
      if (await this.apply(this.lines.towards(rows))) {
        this.lines.became(rows);
        this.decorations.draw(this.document, this.lines.start, rows);
      } else {
        this.isStale = true;
        refusals += 1;
      }
      if (refusals > maxRefusals) {
        throw refused();
      }
    }
  }

  /** Whether the text then is as it should be. */
  private async takeOutOld(rows: () => readonly DiffRow[]): Promise<boolean> {
    let expected = '';
    let changesBefore = 0;
    const isApplied = await this.applyAnew(() => {
      if (this.isTouched) {
        throw touched();
      }
      const current = rows();
      expected = this.textWith(current.filter(isNew).map(({ text }) => text));
      changesBefore = this.foreignChanges;
      return withoutOld(this.lines.start, current);
    }, true);
    if (!isApplied) {
      throw refused();
    }
    // What was typed right behind it is in the text, too.
    return this.foreignChanges !== changesBefore || this.document.getText() === expected;
  }

  /** Applies edits, which are made anew where the text has just moved. False where that is no help. */
  private async applyAnew(edits: () => readonly LineEdit[], isLast = false): Promise<boolean> {
    for (let tries = 0; tries <= maxRefusals; tries += 1) {
      if (await this.apply(edits(), isLast)) {
        return true;
      }
    }
    return false;
  }

  /** One step to undo together with those before and after it. False where the text moved meanwhile. */
  private async apply(edits: readonly LineEdit[], isLast = false): Promise<boolean> {
    if (edits.length === 0) {
      return true;
    }
    const editor = vscode.window.visibleTextEditors.find(
      ({ document }) => document === this.document,
    );
    const replacements = edits.map((edit) => replacementOf(this.document, edit));
    const options = { undoStopBefore: !this.hasBegun, undoStopAfter: isLast };
    this.ownTexts = replacements.map(([, text]) => text);
    try {
      this.hasBegun = true;
      return editor
        ? await editor.edit((builder) => {
            for (const [place, text] of replacements) {
              builder.replace(place, text);
            }
          }, options)
        : await vscode.workspace.applyEdit(workspaceEditOf(this.document.uri, replacements));
    } finally {
      this.ownTexts = undefined;
    }
  }

  /** Whether Undo has brought back the text from before the edit, and with it that it was saved. */
  private async undo(): Promise<boolean> {
    if (vscode.window.activeTextEditor?.document !== this.document) {
      return false;
    }
    const before = this.textWithout();
    this.isUndoing = true;
    try {
      await vscode.commands.executeCommand('undo');
    } finally {
      this.isUndoing = false;
    }
    return this.document.getText() === before;
  }

  /**
   * An edit taken out by another one leaves the text that is on disk, and a file that counts as not
   * saved. To revert it reads it again; that acts on the active editor, wherever the focus is.
   */
  private async countAsSaved(): Promise<void> {
    const { document } = this;
    const isAsBefore = !this.wasDirty && document.isDirty && document.getText() === this.original;
    if (isAsBefore && vscode.window.activeTextEditor?.document === document) {
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
  }

  private changed({ contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (this.isUndoing && reason === vscode.TextDocumentChangeReason.Undo) {
      return;
    }
    if (isOfTexts(contentChanges, this.ownTexts)) {
      // Counted once: the same may be typed while we wait for the editor's word.
      this.ownTexts = undefined;
    } else if (this.isSaving && contentChanges.every(({ text }) => text === '')) {
      this.isSaving = false;
      this.lines.cleared();
      this.decorations.clear(this.document);
    } else {
      this.follow(contentChanges);
    }
  }

  private follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    this.foreignChanges += 1;
    const touches = changes.map((change) => this.lines.follow(foreignChange(change)));
    if (touches.includes(true) && !this.isTouched) {
      this.isTouched = true;
      this.onTouched();
    }
  }

  /** What is written to disk is the text without the edit, which is shown again with its next line. */
  private beforeSave(event: vscode.TextDocumentWillSaveEvent): void {
    const added = event.document === this.document && !this.isOver ? this.lines.withoutAdded() : [];
    if (added.length > 0) {
      const edits = added.map((edit) => {
        const [place, text] = replacementOf(this.document, edit);
        return vscode.TextEdit.replace(place, text);
      });
      this.isSaving = true;
      this.foreignChanges += 1;
      event.waitUntil(Promise.resolve(edits));
    }
  }
}

/** The editor refuses an edit where the text has just moved; more often than this it has other reasons. */
const maxRefusals = 20;

function isOfTexts(
  changes: readonly vscode.TextDocumentContentChangeEvent[],
  texts: readonly string[] | undefined,
): boolean {
  return texts?.length === changes.length && changes.every(({ text }) => texts.includes(text));
}

/** Whether a row is of the new text. */
function isNew({ kind }: DiffRow): boolean {
  return kind === 'kept' || kind === 'added';
}

function refused(): UserError {
  return new UserError('The editor does not take changes: the file may be read-only.');
}

/** What the user is told where an edit was stopped because they typed into it. */
export function touched(): UserError {
  return new UserError(
    'These lines were changed while Slipstream was rewriting them, so it stopped. What was typed is kept, and what Slipstream wrote was taken out.',
  );
}
