import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { displayPath, isWithin } from '../core/tools/paths.ts';
import type { Workspace, WorkspaceRoot } from '../core/tools/workspace.ts';
import type { SlashCommand } from '../shared/views.ts';
import { lineRange } from './contextText.ts';
import { isHidden } from './hiding.ts';
import { fillPrompt, parsePromptFile } from './promptFile.ts';
import { builtInPrompts, panelCommands, type SlashPrompt } from './slashPrompts.ts';

/** Where folders keep prompts. The first folder wins where two prompts have the same name. */
const promptFolders = [
  { folder: '.slipstream/prompts', ending: '.md' },
  { folder: '.github/prompts', ending: '.prompt.md' },
  { folder: '.claude/commands', ending: '.md' },
] as const;

/** More is a mistake, such as a folder of documents, and would make the list useless. */
const maxPromptFiles = 100;
const maxPromptBytes = 65_536;

/** The commands that begin with a slash. */
export class SlashCommands {
  private readonly workspace: Workspace;
  private readonly onUnreadable: (file: string, error: unknown) => void;

  /** @param onUnreadable Hears of prompt files that are left out because they can't be read. */
  constructor(workspace: Workspace, onUnreadable: (file: string, error: unknown) => void) {
    this.workspace = workspace;
    this.onUnreadable = onUnreadable;
  }

  /** All commands: built-in ones first, then the folders' own by name. */
  async list(): Promise<readonly SlashCommand[]> {
    const prompts = await this.prompts();
    return [...prompts.map(withoutPrompt), ...panelCommands];
  }

  /** Turns a text that begins with a prompt command into the prompt; gives other texts back. */
  async expand(text: string): Promise<string> {
    const match = /^\/([\w-]+)(?:\s+|$)(.*)$/s.exec(text.trimStart());
    if (!match) {
      return text;
    }
    const args = (match[2] ?? '').trim();
    const prompt = (await this.prompts()).find((one) => one.name === match[1]);
    if (!prompt) {
      return text;
    }
    const filled = fillPrompt(prompt.prompt, args).trim();
    return builtInPrompts.includes(prompt) ? `${filled}\n\n${this.subject()}` : filled;
  }

  /** What “this code” means where nothing is attached. */
  private subject(): string {
    const roots = this.workspace.roots();
    const selection = this.workspace.selection();
    const [active] = this.workspace.openFiles();
    if (selection) {
      const lines = lineRange(selection.startLine, selection.endLine);
      const place = `${displayPath(selection.path, roots)}, lines ${lines}`;
      return `“This code” is what is attached or named; otherwise the selection in the editor: ${place}.`;
    }
    return active === undefined
      ? '“This code” is what is attached or named; otherwise ask which code is meant.'
      : `“This code” is what is attached or named; otherwise the file in the editor: ${displayPath(active, roots)}.`;
  }

  private async prompts(): Promise<readonly SlashPrompt[]> {
    const taken = new Set([...builtInPrompts, ...panelCommands].map((command) => command.name));
    const own: SlashPrompt[] = [];
    for (const prompt of await this.folderPrompts()) {
      if (!taken.has(prompt.name)) {
        taken.add(prompt.name);
        own.push(prompt);
      }
    }
    return [...builtInPrompts, ...own.sort((left, right) => (left.name < right.name ? -1 : 1))];
  }

  /**
   * Prompts of trusted folders only: a prompt speaks to the model in the user's name, and is picked
   * by a name and a line of description, without its text being read first.
   */
  private async folderPrompts(): Promise<readonly SlashPrompt[]> {
    if (!this.workspace.isTrusted()) {
      return [];
    }
    const perRoot = await Promise.all(this.workspace.roots().map((root) => this.promptsOf(root)));
    return perRoot.flat();
  }

  private async promptsOf(root: WorkspaceRoot): Promise<readonly SlashPrompt[]> {
    const prompts: SlashPrompt[] = [];
    for (const { folder, ending } of promptFolders) {
      const names = await namesIn(path.join(root.path, folder), ending);
      for (const name of names) {
        const file = path.join(root.path, folder, name);
        const prompt = await this.read(file, ending, root);
        prompts.push(...(prompt ? [prompt] : []));
      }
    }
    return prompts;
  }

  private async read(
    file: string,
    ending: string,
    root: WorkspaceRoot,
  ): Promise<SlashPrompt | undefined> {
    try {
      const isOwn = isWithin(root.path, await realpath(file));
      if (!isOwn || (await isHidden(file, false, [root]))) {
        return undefined;
      }
      const { name, description, body } = parsePromptFile(await readFile(file, 'utf8'));
      if (body === '' || body.length > maxPromptBytes) {
        return undefined;
      }
      const command = toCommandName(name ?? path.basename(file, ending));
      return command === ''
        ? undefined
        : { name: command, description, kind: 'prompt', prompt: body };
    } catch (error) {
      this.onUnreadable(file, error);
      return undefined;
    }
  }
}

function withoutPrompt({ name, description, kind }: SlashPrompt): SlashCommand {
  return { name, description, kind };
}

async function namesIn(folder: string, ending: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(ending))
      .sort()
      .slice(0, maxPromptFiles);
  } catch {
    // Most folders bring no prompts along.
    return [];
  }
}

/** A name that can be typed after a slash: “Add a Changelog” becomes “add-a-changelog”. */
function toCommandName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
