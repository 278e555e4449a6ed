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
const maxAgeMs = 10_000;
/** More open files than anybody has; beyond that all are asked anew. */
const maxKept = 500;

interface Verdict {
  readonly mayRead: Promise<boolean>;
  readonly askedAt: number;
}

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
  private readonly verdicts = new Map<string, Verdict>();

  constructor(options: FileAccessOptions) {
    this.options = options;
    const forget = (path: string): void => {
      if (ruleFiles.has(nodePath.basename(path))) {
        this.verdicts.clear();
      }
    };
    this.resources.add(options.surroundings.onDidChangeFile(forget));
  }

  /** @param path Absolute, or the name of a document that was never saved. */
  mayRead(path: string): Promise<boolean> {
    const now = this.options.clock.now();
    const known = this.verdicts.get(path);
    if (known && now - known.askedAt < maxAgeMs) {
      return known.mayRead;
    }
    if (this.verdicts.size >= maxKept) {
      this.verdicts.clear();
    }
    const mayRead = this.ask(path);
    this.verdicts.set(path, { mayRead, askedAt: now });
    return mayRead;
  }

  dispose(): void {
    this.verdicts.clear();
    this.resources.dispose();
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
      if (root && (await HidingRules.read(root.path)).hides(path, false)) {
        return false;
      }
      const rules = await GitIgnoreRules.forStart(folder, root?.path ?? folder);
      return !rules.ignores(path, false);
    } catch {
      // Rules that cannot be read are taken to forbid what they may be about.
      return false;
    }
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
