import { stat } from 'node:fs/promises';
import { assertNever, UserError } from '../base/errors.ts';
import type { TextBlock } from '../core/model/message.ts';
import { displayPath, isWithin, rootOf } from '../core/tools/paths.ts';
import type { Workspace } from '../core/tools/workspace.ts';
import type { ContextChip } from '../shared/views.ts';
import {
  capText,
  contextBlock,
  lineRange,
  linesOf,
  maxItemCharacters,
  maxTotalCharacters,
  problemLines,
} from './contextText.ts';
import type { ListFiles } from './fileIndex.ts';
import { isHidden } from './hiding.ts';
import { parsePromptFile } from './promptFile.ts';

/** A folder's listing shows at most so many files: more is better searched than read. */
const maxListedFiles = 500;

/** Turns what the user attached into text for the model, as it is at the time of sending. */
export class ContextItems {
  private readonly workspace: Workspace;
  private readonly listFiles: ListFiles;

  constructor(workspace: Workspace, listFiles: ListFiles) {
    this.workspace = workspace;
    this.listFiles = listFiles;
  }

  /** One block for each chip. Throws `UserError` naming what can't be read. */
  async resolve(
    chips: readonly ContextChip[],
    signal: AbortSignal = neverAborted(),
  ): Promise<readonly TextBlock[]> {
    const texts: string[] = [];
    let left = maxTotalCharacters;
    for (const chip of chips) {
      const text = await this.resolveOne(chip, Math.min(left, maxItemCharacters), signal);
      left = Math.max(0, left - text.length);
      texts.push(text);
    }
    return texts.map((text) => ({ type: 'text', text }));
  }

  /**
   * Which file the user looks at, and which lines are selected: what “this file” and “this code” mean
   * where nothing is attached. Only its name; nothing of a file that is hidden.
   */
  async inEditor(): Promise<readonly TextBlock[]> {
    const selection = this.workspace.selection();
    const path = selection?.path ?? this.workspace.openFiles()[0];
    const roots = this.workspace.roots();
    if (path === undefined || !rootOf(path, roots) || (await isHidden(path, false, roots))) {
      return [];
    }
    const lines = lineRange(selection?.startLine, selection?.endLine);
    const attributes = { kind: 'editor', path: this.display(path), lines };
    return [{ type: 'text', text: contextBlock(attributes, '(open in the editor, not attached)') }];
  }

  private async resolveOne(
    chip: ContextChip,
    maxCharacters: number,
    signal: AbortSignal,
  ): Promise<string> {
    switch (chip.kind) {
      case 'file':
      case 'symbol':
      case 'selection':
        return this.fileBlock(chip, maxCharacters);
      case 'promptFile':
        return this.promptBlock(chip, maxCharacters);
      case 'folder':
        return this.folderBlock(chip, maxCharacters, signal);
      case 'problems':
        return this.problemsBlock(chip, maxCharacters);
      case 'editors':
        return this.editorsBlock(maxCharacters);
      default:
        return assertNever(chip.kind);
    }
  }

  private async fileBlock(chip: ContextChip, maxCharacters: number): Promise<string> {
    const path = requirePath(chip);
    const { startLine, endLine } = chip;
    const text = await this.readText(chip, path);
    const wanted = startLine === undefined ? text : linesOf(text, startLine, endLine ?? startLine);
    return contextBlock(
      {
        kind: chip.kind,
        name: chip.kind === 'symbol' ? chip.label : undefined,
        path: this.display(path),
        lines: lineRange(startLine, endLine),
      },
      capText(wanted, maxCharacters),
    );
  }

  private async promptBlock(chip: ContextChip, maxCharacters: number): Promise<string> {
    const path = requirePath(chip);
    const { body } = parsePromptFile(await this.readText(chip, path));
    return contextBlock({ kind: 'prompt', path: this.display(path) }, capText(body, maxCharacters));
  }

  private async folderBlock(
    chip: ContextChip,
    maxCharacters: number,
    signal: AbortSignal,
  ): Promise<string> {
    const folder = requirePath(chip);
    await assertFolder(chip, folder);
    await this.assertNotHidden(chip, folder, true);
    const files: string[] = [];
    for await (const file of this.listFiles(signal)) {
      if (isWithin(folder, file.absolutePath)) {
        files.push(file.displayPath);
      }
    }
    const missing = files.length - maxListedFiles;
    const tail = missing > 0 ? [`(and ${missing} more files)`] : [];
    const list = [...files.sort().slice(0, maxListedFiles), ...tail].join('\n');
    const content = list === '' ? '(no files)' : list;
    return contextBlock(
      { kind: 'folder', path: this.display(folder) },
      capText(content, maxCharacters),
    );
  }

  private problemsBlock(chip: ContextChip, maxCharacters: number): string {
    const problems = this.workspace.diagnostics(chip.path === undefined ? undefined : [chip.path]);
    const list = problemLines(problems, (path) => this.display(path));
    const path = chip.path === undefined ? undefined : this.display(chip.path);
    return contextBlock(
      { kind: 'problems', path },
      capText(list || '(no problems)', maxCharacters),
    );
  }

  private editorsBlock(maxCharacters: number): string {
    const list = this.workspace.openFiles().map((path) => this.display(path));
    const content = list.length === 0 ? '(no open editors)' : list.join('\n');
    return contextBlock({ kind: 'open editors' }, capText(content, maxCharacters));
  }

  private async readText(chip: ContextChip, path: string): Promise<string> {
    await this.assertNotHidden(chip, path, false);
    try {
      return (await this.workspace.readText(path)).text;
    } catch (error) {
      throw error instanceof UserError
        ? new UserError(`“${chip.label}” can't be attached. ${error.message}`, { cause: error })
        : error;
    }
  }

  private async assertNotHidden(chip: ContextChip, path: string, isFolder: boolean): Promise<void> {
    if (await isHidden(path, isFolder, this.workspace.roots())) {
      throw new UserError(
        `“${chip.label}” can't be attached: .slipstreamignore hides it from Slipstream.`,
      );
    }
  }

  private display(path: string): string {
    return displayPath(path, this.workspace.roots());
  }
}

function requirePath(chip: ContextChip): string {
  if (chip.path === undefined) {
    throw new UserError(`“${chip.label}” names no file. Remove it and attach it anew.`);
  }
  return chip.path;
}

async function assertFolder(chip: ContextChip, folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new UserError(`“${chip.label}” can't be attached: there is no such folder any more.`);
  }
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
