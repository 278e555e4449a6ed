import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Emitter } from '../../src/base/emitter.ts';
import { UserError } from '../../src/base/errors.ts';
import type {
  FileChange,
  FileDeletion,
  Workspace,
  WorkspaceDiagnostic,
  WorkspaceRoot,
  WorkspaceSelection,
  WorkspaceText,
} from '../../src/core/tools/workspace.ts';

type Change = FileChange | FileDeletion;

const byteOrderMark = '\uFEFF';

/**
 * A workspace over real folders, with simulated editors: a file opened with `edit` reads as the text
 * given there, on disk it stays as it is, as with an unsaved editor of VS Code.
 */
export class DiskWorkspace implements Workspace {
  /** What `isTrusted` says. */
  isTrustedNow = true;
  /** What `diagnostics` is answered from. */
  problems: readonly WorkspaceDiagnostic[] = [];
  /** Computes the problems anew after each change, as a language service would. */
  problemsAfterChange: ((changes: readonly Change[]) => readonly WorkspaceDiagnostic[]) | undefined;
  /** What `selection` says. */
  selectionNow: WorkspaceSelection | undefined;
  /** What `ripgrepPath` says. */
  ripgrep: string | undefined;
  /** Every call of `applyChanges` that went through. */
  readonly applied: (readonly Change[])[] = [];

  private readonly rootList: readonly WorkspaceRoot[];
  private readonly editors = new Map<string, string | undefined>();
  private readonly changed = new Emitter<string>();
  readonly onDidChangeFile = this.changed.event;

  /** @param roots Absolute folders with links resolved; a folder's own name becomes its root's. */
  constructor(...roots: readonly (string | WorkspaceRoot)[]) {
    this.rootList = roots.map((root) =>
      typeof root === 'string' ? { name: path.basename(root), path: root } : root,
    );
  }

  /** Opens a file in an editor without changing it. */
  open(file: string): void {
    this.editors.set(file, this.editors.get(file));
  }

  /** Opens a file in an editor with changes that are not saved. */
  edit(file: string, text: string): void {
    this.editors.set(file, text);
    this.changed.fire(file);
  }

  /** Saves an editor's text, if it has any that is not saved. */
  async save(file: string): Promise<void> {
    const text = this.editors.get(file);
    if (text !== undefined) {
      await writeFile(file, (await hasMark(file)) ? byteOrderMark + text : text);
      this.editors.set(file, undefined);
    }
  }

  roots(): readonly WorkspaceRoot[] {
    return this.rootList;
  }

  isTrusted(): boolean {
    return this.isTrustedNow;
  }

  async readText(file: string): Promise<WorkspaceText> {
    const unsaved = this.editors.get(file);
    if (unsaved !== undefined) {
      return { text: unsaved, hasByteOrderMark: await hasMark(file), isDirty: true };
    }
    const text = decode(await readBytes(file), file);
    return text.startsWith(byteOrderMark)
      ? { text: text.slice(1), hasByteOrderMark: true, isDirty: false }
      : { text, hasByteOrderMark: false, isDirty: false };
  }

  async applyChanges(changes: readonly Change[]): Promise<void> {
    const writes: { change: Change; hasMark: boolean }[] = [];
    for (const change of changes) {
      const now = await this.currentText(change.path);
      if (now?.text !== change.before) {
        throw new UserError(`${change.path} has changed meanwhile. Read it again.`);
      }
      writes.push({ change, hasMark: now?.hasByteOrderMark ?? false });
    }
    for (const write of writes) {
      await this.write(write.change, write.hasMark);
    }
    this.applied.push(changes);
    this.problems = this.problemsAfterChange?.(changes) ?? this.problems;
  }

  diagnostics(paths?: readonly string[]): readonly WorkspaceDiagnostic[] {
    return this.problems.filter((problem) => !paths || paths.includes(problem.path));
  }

  async settledDiagnostics(paths: readonly string[]): Promise<readonly WorkspaceDiagnostic[]> {
    return this.diagnostics(paths);
  }

  openFiles(): readonly string[] {
    return [...this.editors.keys()];
  }

  selection(): WorkspaceSelection | undefined {
    return this.selectionNow;
  }

  async ripgrepPath(): Promise<string | undefined> {
    return this.ripgrep;
  }

  private async write(change: Change, mark: boolean): Promise<void> {
    if (change.after === undefined) {
      this.editors.delete(change.path);
      await rm(change.path, { force: true });
    } else if (change.before === undefined && change.bytes) {
      await mkdir(path.dirname(change.path), { recursive: true });
      await writeFile(change.path, change.bytes);
    } else if (this.editors.get(change.path) !== undefined) {
      this.editors.set(change.path, change.after);
    } else {
      await mkdir(path.dirname(change.path), { recursive: true });
      await writeFile(change.path, mark ? byteOrderMark + change.after : change.after);
    }
    if (change.after !== undefined && change.mode !== undefined) {
      await chmod(change.path, change.mode);
    }
    this.changed.fire(change.path);
  }

  private async currentText(file: string): Promise<WorkspaceText | undefined> {
    if (this.editors.get(file) === undefined && !(await exists(file))) {
      return undefined;
    }
    return this.readText(file);
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError(`${file} can't be read: ${error instanceof Error ? error.message : error}`);
  }
}

function decode(bytes: Buffer, file: string): string {
  if (bytes.includes(0)) {
    throw new UserError(`${file} is a binary file.`);
  }
  return bytes.toString('utf8');
}

async function hasMark(file: string): Promise<boolean> {
  return (await exists(file)) && (await readFile(file, 'utf8')).startsWith(byteOrderMark);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
