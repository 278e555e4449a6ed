import { realpath } from 'node:fs/promises';
import nodePath from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { GitIgnoreRules, HidingRules, hidingFileName } from '../tools/ignoreRules.ts';
import { rootOf } from '../tools/paths.ts';
import { isSensitiveFile } from '../tools/sensitiveFiles.ts';
import type { CompletionSurroundings } from './completionSurroundings.ts';

/**
 * How long an answer holds where no change of a rule is told, as for files that VS Code does not
 * watch, milliseconds. Asking again takes a few calls to the disk for each folder.
 */
const maxAgeMs = 30_000;
/** More open files than anybody has; beyond that all are asked anew. */
const maxKept = 500;

export interface FileAccessOptions {
  readonly surroundings: Pick<CompletionSurroundings, 'roots' | 'onDidChangeFile'>;
  readonly clock: Clock;
}

/**
 * Which files a prompt may hold anything of: neither those that git or the user's own rules ignore, nor
 * those that hold secrets by their name. Both the name and what it leads to through links count.
 */
export class FileAccess implements Disposable {
  private readonly resources = new ResourceManager('fileAccess');
  private readonly options: FileAccessOptions;
  private readonly verdicts: Recent<boolean>;
  /** By folder: files that are open at the same time often lie in the same ones. */
  private readonly hiding: Recent<HidingRules>;
  private readonly ignoring: Recent<GitIgnoreRules>;

  constructor(options: FileAccessOptions) {
    this.options = options;
    this.verdicts = new Recent(options.clock);
    this.hiding = new Recent(options.clock);
    this.ignoring = new Recent(options.clock);
    const forget = (path: string): void => {
      if (ruleFiles.has(nodePath.basename(path))) {
        this.clear();
      }
    };
    this.resources.add(options.surroundings.onDidChangeFile(forget));
  }

  /** @param path Absolute, or the name of a document that was never saved. */
  mayRead(path: string): Promise<boolean> {
    return this.verdicts.get(path, () => this.ask(path));
  }

  dispose(): void {
    this.clear();
    this.resources.dispose();
  }

  private clear(): void {
    this.verdicts.clear();
    this.hiding.clear();
    this.ignoring.clear();
  }

  private async ask(path: string): Promise<boolean> {
    if (isSensitiveFile(path)) {
      return false;
    }
    if (!nodePath.isAbsolute(path)) {
      return true;
    }
    const target = await resolveLinks(path);
    return (await this.isAllowed(path)) && (target === path || (await this.isAllowed(target)));
  }

  private async isAllowed(path: string): Promise<boolean> {
    if (isSensitiveFile(path)) {
      return false;
    }
    const folder = nodePath.dirname(path);
    const root = rootOf(path, this.options.surroundings.roots());
    try {
      const hiding = root && (await this.hiding.get(root.path, () => HidingRules.read(root.path)));
      if (hiding?.hides(path, false)) {
        return false;
      }
      const top = root?.path ?? folder;
      const rules = await this.ignoring.get(folder, () => GitIgnoreRules.forStart(folder, top));
      return !rules.ignores(path, false);
    } catch {
      // Rules that cannot be read are taken to forbid what they may be about.
      return false;
    }
  }
}

/** What was found out lately, by a name. */
class Recent<T> {
  private readonly clock: Clock;
  private readonly entries = new Map<string, { readonly value: Promise<T>; readonly at: number }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get(name: string, find: () => Promise<T>): Promise<T> {
    const now = this.clock.now();
    const known = this.entries.get(name);
    if (known && now - known.at < maxAgeMs) {
      return known.value;
    }
    if (this.entries.size >= maxKept) {
      this.entries.clear();
    }
    const value = find();
    this.entries.set(name, { value, at: now });
    return value;
  }

  clear(): void {
    this.entries.clear();
  }
}

/** `.git` itself: a folder that becomes a repository brings rules into force. */
const ruleFiles: ReadonlySet<string> = new Set(['.gitignore', hidingFileName, '.git']);

/** A document may not be on disk yet: then its folder's links count. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Nothing is there that a name could lead to.
    return path;
  }
}
