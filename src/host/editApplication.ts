import { chmod, lstat, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { type Clock, delay } from '../base/clock.ts';
import { BugError, toError, UserError } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { FileChange, FileDeletion } from '../core/tools/workspace.ts';
import type { FileText } from './fileText.ts';
import { replacementsBetween } from './textChanges.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** VS Code's file watcher tells of a change within 75 ms plus a reload; a busy disk takes longer. */
const maxReloadWaitMs = 2_000;
/**
 * From the watcher's last word to the end of the reload, which VS Code does not announce: the watcher
 * collects for 75 ms, and reading the file again takes a few more. Measured: 100 is too short.
 */
const reloadMs = 250;
const pollMs = 50;

/** A change that was checked against the file and can be applied. */
type CheckedChange = (FileChange | FileDeletion) & {
  readonly uri: vscode.Uri;
  readonly shown: string;
  /** Absent for a new file. */
  readonly document?: vscode.TextDocument;
  readonly wasDirty: boolean;
  /** Of a file that goes: what is on disk, so that it can be brought back. */
  readonly deleted?: Uint8Array;
};

/** Parts that `EditApplication` works with. `save` is VS Code's own unless a test says otherwise. */
export interface EditParts {
  readonly folders: WorkspaceFolders;
  readonly files: FileText;
  readonly clock: Clock;
  readonly save?: (document: vscode.TextDocument) => Thenable<boolean>;
  /** Hears of the files right before they are edited. */
  readonly onWillEdit?: (paths: readonly string[]) => void;
}

/** Applies changes of the model to files: all or none, so that the user can undo them. */
export class EditApplication implements Disposable {
  private readonly disposal = new AbortController();
  private readonly folders: WorkspaceFolders;
  private readonly files: FileText;
  private readonly clock: Clock;
  private readonly save: (document: vscode.TextDocument) => Thenable<boolean>;
  private readonly onWillEdit: ((paths: readonly string[]) => void) | undefined;

  constructor(parts: EditParts) {
    this.folders = parts.folders;
    this.files = parts.files;
    this.clock = parts.clock;
    this.onWillEdit = parts.onWillEdit;
    this.save = parts.save ?? ((document) => document.save());
  }

  /** See `Workspace.applyChanges`. */
  async apply(changes: readonly (FileChange | FileDeletion)[]): Promise<void> {
    if (new Set(changes.map((change) => change.path)).size < changes.length) {
      throw new BugError('Two changes of one file were to be applied in one step.');
    }
    const checked = await Promise.all(changes.map((change) => this.check(change)));
    this.onWillEdit?.(changes.map((change) => change.path));
    await this.edit(checked);
    await this.saveAll(checked);
  }

  /** Deletes a file; what an editor holds unsaved is saved first, so that it comes back with Undo. */
  async deleteFile(path: string): Promise<void> {
    const shown = this.folders.displayPath(path);
    const document = await this.files.openDocument(path);
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(document?.uri ?? this.folders.uriOf(path), { ignoreIfNotExists: true });
    const failure = await attempt(async () => {
      const isSaved = !document?.isDirty || (await this.save(document));
      return isSaved && (await vscode.workspace.applyEdit(edit));
    });
    if (failure) {
      throw new UserError(`${shown} could not be deleted${reason(failure)}`, { cause: failure });
    }
  }

  /** Makes sure that the file still reads as the change expects. */
  private async check(change: FileChange | FileDeletion): Promise<CheckedChange> {
    const shown = this.folders.displayPath(change.path);
    const known = await this.files.openDocument(change.path);
    const uri = known?.uri ?? this.folders.uriOf(change.path);
    if (change.before === undefined) {
      if (await exists(change.path)) {
        throw new UserError(`${shown} exists already. Nothing was changed.`);
      }
      return { ...change, uri, shown, wasDirty: false };
    }
    const document = known ?? (await open(uri, shown));
    const wasDirty = document.isDirty;
    if (!wasDirty) {
      await this.checkDisk(change.path, change.before, shown);
      await this.untilReads(document, change.before);
    }
    if (!reads(document, change.before)) {
      throw changedMeanwhile(shown);
    }
    const checked = { ...change, uri, shown, document, wasDirty };
    return change.after === undefined && (await exists(change.path))
      ? { ...checked, deleted: await readFile(change.path) }
      : checked;
  }

  private async checkDisk(file: string, before: string, shown: string): Promise<void> {
    const disk = await this.files.readFromDisk(file);
    if (disk.isLossy) {
      throw new UserError(
        `${shown} holds bytes that are not text in the encoding VS Code reads it with. Set its encoding first, for example with “Reopen with Encoding”. Nothing was changed.`,
      );
    }
    if (disk.text !== before) {
      throw changedMeanwhile(shown);
    }
  }

  /** Waits until VS Code has taken over what some other program wrote to disk. */
  private untilReads(document: vscode.TextDocument, text: string): Promise<void> {
    return new Promise((resolve) => {
      if (reads(document, text)) {
        resolve();
        return;
      }
      const finish = (): void => {
        timer.dispose();
        subscription.dispose();
        resolve();
      };
      const subscription = vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document === document && reads(document, text)) {
          finish();
        }
      });
      const timer = this.clock.setTimeout(finish, maxReloadWaitMs);
    });
  }

  private async edit(changes: readonly CheckedChange[]): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    // Text first: where a document has changed meanwhile VS Code refuses before a file is made.
    for (const { document, uri, after } of changes) {
      if (document && after !== undefined) {
        edit.set(uri, textEdits(document, after));
      }
    }
    for (const change of changes) {
      if (change.after === undefined) {
        edit.deleteFile(change.uri, { ignoreIfNotExists: true });
      } else if (!change.document) {
        edit.createFile(change.uri, {
          contents: change.bytes ?? new TextEncoder().encode(change.after),
        });
      }
    }
    const failure = await attempt(async () => {
      await closeCleanly(changes);
      const isApplied = await vscode.workspace.applyEdit(edit);
      await setModes(isApplied ? changes : []);
      return isApplied;
    });
    if (failure) {
      await this.takeBack(changes, []);
      throw new UserError(
        `The edit of ${names(changes)} was refused${reason(failure)} Nothing was changed.`,
        { cause: failure },
      );
    }
  }

  private async saveAll(changes: readonly CheckedChange[]): Promise<void> {
    const saved: CheckedChange[] = [];
    for (const change of changes) {
      const { document } = change;
      if (!document || change.wasDirty || change.after === undefined) {
        continue;
      }
      const failure = await attempt(async () => this.save(document));
      if (failure) {
        await this.takeBack(changes, saved);
        throw new UserError(
          `${change.shown} could not be saved${reason(failure)} Nothing was changed.`,
          { cause: failure },
        );
      }
      saved.push(change);
    }
    for (const change of saved) {
      await this.keepLineEnds(change);
    }
  }

  /** Undoes what was applied. Files in `saved` are saved again; the others never reached the disk. */
  private async takeBack(
    changes: readonly CheckedChange[],
    saved: readonly CheckedChange[],
  ): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    for (const change of changes) {
      const { document, before, deleted } = change;
      if (deleted && !(await exists(change.path))) {
        edit.createFile(change.uri, { contents: deleted });
      } else if (document && before !== undefined && !reads(document, before)) {
        edit.set(change.uri, textEdits(document, before));
      }
      if (!document && (await this.isOurs(change))) {
        edit.deleteFile(change.uri, { ignoreIfNotExists: true });
      }
    }
    const failure =
      edit.size > 0 ? await attempt(async () => vscode.workspace.applyEdit(edit)) : undefined;
    if (failure) {
      throw new UserError(
        `The edit of ${names(changes)} failed half-way and could not be taken back. Use Undo in these files.`,
        { cause: failure },
      );
    }
    for (const { document } of saved) {
      await document?.save();
    }
  }

  /** Whether the file is there with the text it was to be made with, not made by somebody else. */
  private async isOurs(change: CheckedChange): Promise<boolean> {
    if (!(await exists(change.path))) {
      return false;
    }
    return (await this.files.readFromDisk(change.path)).text === change.after;
  }

  /**
   * An editor has one kind of line end for the whole file. Where the change asks for others, or a
   * mixture, the bytes are written as asked; to VS Code they still read the same.
   */
  private async keepLineEnds(change: CheckedChange): Promise<void> {
    const { document, after } = change;
    if (!document || after === undefined) {
      return;
    }
    const disk = await this.files.readFromDisk(change.path);
    if (disk.text !== after && withLineEnds(disk.text, '\n') === withLineEnds(after, '\n')) {
      const bytes = await vscode.workspace.encode(after, { encoding: document.encoding });
      await this.writeAndWait(change.uri, bytes);
    }
  }

  /** Writes past the editor, and waits until VS Code knows: it takes a later save for a conflict else. */
  private async writeAndWait(uri: vscode.Uri, bytes: Uint8Array): Promise<void> {
    const pattern = new vscode.RelativePattern(
      vscode.Uri.joinPath(uri, '..'),
      posix.basename(uri.path),
    );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern, true, false, true);
    const limitMs = this.clock.now() + maxReloadWaitMs;
    let noticedAtMs = Number.POSITIVE_INFINITY;
    const subscription = watcher.onDidChange(() => {
      noticedAtMs = this.clock.now();
    });
    try {
      await vscode.workspace.fs.writeFile(uri, bytes);
      // The save before it is noticed as well, so only quiet tells that this write was.
      const { signal } = this.disposal;
      while (!signal.aborted && this.clock.now() < Math.min(noticedAtMs + reloadMs, limitMs)) {
        await delay(this.clock, pollMs, signal);
      }
    } finally {
      subscription.dispose();
      watcher.dispose();
    }
  }

  /** Cuts waits short. */
  dispose(): void {
    this.disposal.abort();
  }
}

/** An editor with unsaved text would outlive its file: once saved, it is closed with it. */
async function closeCleanly(changes: readonly CheckedChange[]): Promise<void> {
  for (const { document, wasDirty, after, deleted } of changes) {
    if (document && wasDirty && after === undefined && deleted) {
      await document.save();
    }
  }
}

async function setModes(changes: readonly CheckedChange[]): Promise<void> {
  for (const change of changes) {
    if (change.after !== undefined && change.mode !== undefined && !change.document) {
      await chmod(change.path, change.mode);
    }
  }
}

function textEdits(document: vscode.TextDocument, text: string): vscode.TextEdit[] {
  const replacements = replacementsBetween(document.getText(), withLineEnds(text, eolOf(document)));
  return replacements.map((one) =>
    vscode.TextEdit.replace(
      new vscode.Range(document.positionAt(one.start), document.positionAt(one.end)),
      one.text,
    ),
  );
}

function reads(document: vscode.TextDocument, text: string): boolean {
  return document.getText() === withLineEnds(text, eolOf(document));
}

function eolOf(document: vscode.TextDocument): string {
  return document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
}

function withLineEnds(text: string, lineEnd: string): string {
  return text.replace(/\r\n|\r|\n/g, lineEnd);
}

async function open(uri: vscode.Uri, shown: string): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(`${shown} can't be opened: ${toError(error).message}`, { cause: error });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch {
    // Whatever else is wrong with the path, making the file will say it.
    return false;
  }
}

/** Runs a step of VS Code's that says no by `false` or by throwing. Undefined where it went well. */
async function attempt(step: () => Promise<boolean>): Promise<Error | undefined> {
  try {
    return (await step()) ? undefined : new Error('VS Code gave no reason.');
  } catch (error) {
    return toError(error);
  }
}

function reason(failure: Error): string {
  return `: ${failure.message.replace(/[.\s]*$/, '')}.`;
}

function names(changes: readonly CheckedChange[]): string {
  return changes.map((change) => change.shown).join(', ');
}

function changedMeanwhile(shown: string): UserError {
  return new UserError(
    `${shown} has changed since it was read. Read it again; nothing was changed.`,
  );
}
