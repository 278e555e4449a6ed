import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ToolResultBlock } from '../model/message.ts';
import type { MessageRecord } from '../store/records.ts';
import type { WorkspaceRoot } from '../tools/workspace.ts';

/** The files that projects keep instructions for assistants in. */
const instructionFileNames = ['AGENTS.md', 'CLAUDE.md'] as const;

/** Longer files are cut: 16 kB is about 5,000 tokens, paid again whenever the prompt cache misses. */
const maxInstructionBytes = 16_384;

/** Finds the instructions that hold for a workspace and for the files in play. */
export class InstructionFinder {
  private readonly roots: readonly WorkspaceRoot[];

  constructor(roots: readonly WorkspaceRoot[]) {
    this.roots = roots;
  }

  /** The instructions at the roots, ready for the system prompt. Empty where there are none. */
  async atRoots(): Promise<string> {
    const found = await Promise.all(this.roots.map((root) => this.inFolder(root.path, root)));
    return found.flat().join('\n\n');
  }

  /**
   * The instructions between the root and each of these files that `given` does not hold yet,
   * outermost first. Adds their folders to `given`.
   */
  async alongPaths(files: readonly string[], given: Set<string>): Promise<string> {
    const parts: string[] = [];
    for (const file of files) {
      const root = this.rootOf(file);
      if (!root) {
        continue;
      }
      for (const folder of foldersBetween(root.path, path.dirname(file))) {
        if (!given.has(folder)) {
          given.add(folder);
          parts.push(...(await this.inFolder(folder, root)));
        }
      }
    }
    return parts.join('\n\n');
  }

  private rootOf(file: string): WorkspaceRoot | undefined {
    return this.roots.find((root) => file.startsWith(root.path + path.sep));
  }

  private async inFolder(folder: string, root: WorkspaceRoot): Promise<string[]> {
    const seen = new Set<string>();
    const parts: string[] = [];
    for (const name of instructionFileNames) {
      const text = await readInstructions(path.join(folder, name), root.path);
      // One is often a link to or a copy of the other.
      if (text !== undefined && !seen.has(text)) {
        seen.add(text);
        const shown = shownPath(path.join(folder, name), root, this.roots);
        parts.push(`<instructions path="${shown}">\n${text}\n</instructions>`);
      }
    }
    return parts;
  }
}

/** Finds the instructions for files that come into play, those of each folder once in a thread. */
export function instructionsOnce(
  roots: readonly WorkspaceRoot[],
  records: readonly MessageRecord[],
): (files: readonly string[]) => Promise<string> {
  const finder = new InstructionFinder(roots);
  let given: Set<string> | undefined;
  return (files) => {
    // Not before it is needed: all results are searched, and Send must not wait for that.
    given ??= givenFolders(records, roots);
    return finder.alongPaths(files, given);
  };
}

/** The folders whose instructions a thread has been given already, read off its tool results. */
export function givenFolders(
  records: readonly MessageRecord[],
  roots: readonly WorkspaceRoot[],
): Set<string> {
  const given = new Set<string>();
  for (const text of textsOf(records)) {
    for (const match of text.matchAll(/^<instructions path="([^"]+)">$/gm)) {
      for (const root of roots) {
        const prefix = rootPrefix(root, roots);
        const shown = match[1] ?? '';
        if (shown.startsWith(prefix)) {
          given.add(path.dirname(path.join(root.path, shown.slice(prefix.length))));
        }
      }
    }
  }
  return given;
}

/** From the root, with forward slashes; where there are several roots, the root's name comes first. */
function shownPath(file: string, root: WorkspaceRoot, roots: readonly WorkspaceRoot[]): string {
  const relative = path.relative(root.path, file).replaceAll(path.sep, '/');
  return `${rootPrefix(root, roots)}${relative}`;
}

function rootPrefix(root: WorkspaceRoot, roots: readonly WorkspaceRoot[]): string {
  return roots.length > 1 ? `${root.name}/` : '';
}

function* textsOf(records: readonly MessageRecord[]): Generator<string> {
  for (const record of records) {
    if (record.role !== 'assistant') {
      continue;
    }
    for (const result of record.toolResults) {
      yield* textsIn(result.content);
    }
  }
}

function* textsIn(content: ToolResultBlock['content']): Generator<string> {
  if (typeof content === 'string') {
    yield content;
    return;
  }
  for (const block of content) {
    if (block.type === 'text') {
      yield block.text;
    }
  }
}

/** The folders below `root` down to `folder`, outermost first; the root itself is left out. */
function foldersBetween(root: string, folder: string): string[] {
  const steps = path.relative(root, folder).split(path.sep).filter(Boolean);
  return steps.map((_, index) => path.join(root, ...steps.slice(0, index + 1)));
}

async function readInstructions(file: string, root: string): Promise<string | undefined> {
  try {
    const real = await realpath(file);
    if (!real.startsWith(root + path.sep)) {
      return undefined;
    }
    const { text, isCut } = await readStart(real);
    if (text === '') {
      return undefined;
    }
    return isCut ? `${text}\n(cut after ${maxInstructionBytes} bytes)` : text;
  } catch {
    // Most folders have no such file, and an unreadable one must not stop the turn.
    return undefined;
  }
}

/** Reads no more than is given to the model: what calls itself instructions may be of any size. */
async function readStart(file: string): Promise<{ text: string; isCut: boolean }> {
  // A pipe of that name would be waited for without end, unless opened without waiting.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (!info.isFile()) {
      return { text: '', isCut: false };
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxInstructionBytes));
    // As a stream, so that a character cut in half at the end is left out.
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: true });
    return { text: text.trim(), isCut: info.size > maxInstructionBytes };
  } finally {
    await handle.close();
  }
}
