import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { WorkspaceText } from '../core/tools/workspace.ts';
import { readFailure } from './readFailure.ts';
import { type DecodedText, decodeUnicode, isBinary } from './textDecoding.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** From this size on VS Code itself treats a file as large and turns features off. */
const maxTextBytes = 20 * 1024 * 1024;

/** What a file on disk says. */
export interface DiskText extends DecodedText {
  /** Whether bytes were not valid in the file's encoding, so that saving the text would change them. */
  readonly isLossy: boolean;
}

/** Reads files as the user sees them. */
export class FileText {
  private readonly folders: WorkspaceFolders;

  constructor(folders: WorkspaceFolders) {
    this.folders = folders;
  }

  /** An open editor's unsaved text, else what is on disk. Throws `UserError` where there is none. */
  async read(file: string): Promise<WorkspaceText> {
    const document = await this.openDocument(file);
    if (document?.isDirty) {
      const hasByteOrderMark = encodingsWithMark.has(document.encoding);
      return { text: document.getText(), hasByteOrderMark, isDirty: true };
    }
    const { text, hasByteOrderMark } = await this.readFromDisk(file);
    return { text, hasByteOrderMark, isDirty: false };
  }

  /** What is on disk. Throws `UserError` where there is no such file, or it is not text. */
  async readFromDisk(file: string): Promise<DiskText> {
    const shown = this.folders.displayPath(file);
    const bytes = await readBytes(file, shown);
    if (isBinary(bytes)) {
      throw new UserError(`${shown} is a binary file.`);
    }
    const decoded = decodeUnicode(bytes);
    if (decoded) {
      return { ...decoded, isLossy: false };
    }
    // VS Code knows the encoding that the user set for this file.
    const text = await vscode.workspace.decode(bytes, { uri: this.folders.uriOf(file) });
    return { text, hasByteOrderMark: false, isLossy: text.includes('\ufffd') };
  }

  /** The document of this file, where VS Code has it open. */
  async openDocument(file: string): Promise<vscode.TextDocument | undefined> {
    const documents = vscode.workspace.textDocuments.filter((one) => one.uri.scheme === 'file');
    const known = documents.find((one) =>
      isSamePath(this.folders.pathOf(one.uri) ?? one.uri.fsPath, file),
    );
    if (known) {
      return known;
    }
    // An editor may have been opened through a link that lies inside the folder.
    for (const document of documents.filter((one) => one.isDirty)) {
      if (isSamePath(await resolveLinks(document.uri.fsPath), file)) {
        return document;
      }
    }
    return undefined;
  }
}

const encodingsWithMark: ReadonlySet<string> = new Set(['utf8bom', 'utf16le', 'utf16be']);

async function readBytes(file: string, shown: string): Promise<Uint8Array> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) {
      throw new UserError(
        `${shown} is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}.`,
      );
    }
    if (stats.size > maxTextBytes) {
      const megabytes = Math.round(stats.size / 1024 / 1024);
      throw new UserError(`${shown} is too large to read whole (${megabytes} MB).`);
    }
    return await readFile(file);
  } catch (error) {
    throw error instanceof UserError ? error : readFailure(error, shown);
  }
}

/** Windows does not tell case apart. */
function isSamePath(left: string, right: string): boolean {
  return path.relative(left, right) === '';
}

async function resolveLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    // A document may outlive its file.
    return file;
  }
}
