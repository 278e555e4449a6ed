import { stat } from 'node:fs/promises';
import nodePath from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { isCancellation, throwIfCancelled, UserError } from '../../base/errors.ts';
import { type FileTree, openFileTree } from './fileTree.ts';
import type { PathFilter } from './glob.ts';
import { GitIgnoreRules } from './ignoreRules.ts';
import { displayPath, isWithin, toSlashes } from './paths.ts';
import { RipgrepUnavailable } from './ripgrep.ts';
import { createLineMatcher, needsJavaScript } from './searchPattern.ts';
import { SearchReport } from './searchReport.ts';
import { searchFileWithRipgrep, searchTextWithRipgrep, type TreeQuery } from './searchRipgrep.ts';
import { type FoundLine, searchText } from './searchText.ts';
import { searchTree } from './searchTree.ts';
import { isGitInternal, isSensitiveFile } from './sensitiveFiles.ts';
import type { Target } from './target.ts';
import type { ToolContext, ToolOutput } from './tool.ts';

/** What one file that is named may weigh: it is searched in memory where there is no ripgrep. */
const maxNamedFileBytes = 64 * 1024 * 1024;
/** ripgrep takes about 1 s for a million files; a network drive may take any time. */
const timeLimitMs = 30_000;

export interface SearchParts {
  readonly context: ToolContext;
  readonly query: TreeQuery;
  /** Of paths relative to where the search starts. */
  readonly filter: PathFilter;
  readonly clock: Clock;
}

/** One search: over files on disk, and over editors that are not saved in place of theirs. */
export class SearchRun {
  private readonly parts: SearchParts;
  private readonly report = new SearchReport();

  constructor(parts: SearchParts) {
    this.parts = parts;
  }

  async run(places: readonly Target[], limit: number, signal: AbortSignal): Promise<ToolOutput> {
    const limitReached = new AbortController();
    const timer = this.parts.clock.setTimeout(() => limitReached.abort(), timeLimitMs);
    try {
      await this.searchAll(places, AbortSignal.any([signal, limitReached.signal]));
    } catch (error) {
      throwIfCancelled(signal);
      if (!isCancellation(error) || !limitReached.signal.aborted) {
        throw error;
      }
      this.report.stopEarly(`Stopped after ${timeLimitMs / 1000} s: there may be more.`);
    } finally {
      timer.dispose();
    }
    return { text: this.report.format(limit) || this.nothingFound(), isError: false };
  }

  private async searchAll(places: readonly Target[], signal: AbortSignal): Promise<void> {
    const program = await this.parts.context.workspace.ripgrepPath();
    const knowsPattern = !needsJavaScript(this.parts.query.pattern);
    for (const place of places) {
      if (this.report.isFull) {
        return;
      }
      try {
        await this.searchPlace(place, knowsPattern ? program : undefined, signal);
      } catch (error) {
        if (!(error instanceof RipgrepUnavailable)) {
          throw error;
        }
        await this.searchPlace(place, undefined, signal);
      }
    }
  }

  private async searchPlace(
    place: Target,
    program: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (place.kind === 'folder') {
      await this.searchFolder(place, program, signal);
    } else if (place.kind === 'file') {
      this.report.add(place.display, await this.searchNamedFile(place.path, program, signal));
    } else {
      throw new UserError(`There is no file or folder ${place.display}.`);
    }
  }

  private async searchFolder(
    place: Target,
    program: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { query, filter } = this.parts;
    const tree = await openFileTree(place.path, place.root?.path ?? place.path, program);
    const skipped = toSlashes(tree.start).length - toSlashes(tree.root).length;
    const isWanted: PathFilter = (file) =>
      filter(file.slice(skipped)) && !isSensitiveFile(nodePath.join(tree.root, file));
    const unsaved = await this.unsavedFiles(tree, isWanted);
    for (const [path, text] of unsaved) {
      this.report.add(this.show(path), await this.searchInMemory(text, program, signal));
    }
    for await (const found of searchTree({ tree, query, isWanted }, signal)) {
      const path = nodePath.join(tree.root, found.file);
      if (!unsaved.has(path)) {
        this.report.add(this.show(path), found.lines);
      }
      if (this.report.isFull) {
        return;
      }
    }
  }

  /** The texts of editors that are not saved, of files that the tree's rules let through. */
  private async unsavedFiles(
    tree: FileTree,
    isWanted: PathFilter,
  ): Promise<ReadonlyMap<string, string>> {
    const { workspace } = this.parts.context;
    const unsaved = new Map<string, string>();
    for (const path of workspace.openFiles()) {
      const isInTree = isWithin(tree.start, path) && !isGitInternal(path);
      if (isInTree && isWanted(toSlashes(nodePath.relative(tree.root, path)))) {
        const text = await this.unsavedText(path);
        if (text !== undefined && !(await isPassedOver(tree, path))) {
          unsaved.set(path, text);
        }
      }
    }
    return unsaved;
  }

  private async unsavedText(path: string): Promise<string | undefined> {
    try {
      const { text, isDirty } = await this.parts.context.workspace.readText(path);
      return isDirty ? text : undefined;
    } catch (error) {
      if (error instanceof UserError) {
        // An editor of something that is no text, or was deleted: nothing to search.
        return undefined;
      }
      throw error;
    }
  }

  private async searchNamedFile(
    path: string,
    program: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly FoundLine[]> {
    const { workspace } = this.parts.context;
    const unsaved = workspace.openFiles().includes(path) ? await this.unsavedText(path) : undefined;
    if (unsaved !== undefined) {
      return this.searchInMemory(unsaved, program, signal);
    }
    if (program !== undefined) {
      return searchFileWithRipgrep(program, path, this.parts.query, signal);
    }
    if ((await stat(path)).size > maxNamedFileBytes) {
      throw new UserError(`${this.show(path)} is too large to search without ripgrep.`);
    }
    return this.searchInMemory((await workspace.readText(path)).text, undefined, signal);
  }

  private async searchInMemory(
    text: string,
    program: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly FoundLine[]> {
    const { query } = this.parts;
    return program === undefined
      ? searchText(text, createLineMatcher(query.pattern), query.contextLines)
      : searchTextWithRipgrep(program, text, query, signal);
  }

  private show(path: string): string {
    return displayPath(path, this.parts.context.workspace.roots());
  }

  private nothingFound(): string {
    const { pattern } = this.parts.query;
    const isLikeRegex = !pattern.isRegex && /[\\^$*+?|[\](){}]|\.\*/.test(pattern.text);
    const hint = isLikeRegex ? ' It was searched for as it is; set is_regex for a pattern.' : '';
    return `No matches.${hint}`;
  }
}

async function isPassedOver(tree: FileTree, path: string): Promise<boolean> {
  if (tree.hiding.hides(path, false)) {
    return true;
  }
  if (!tree.usesGitIgnore) {
    return false;
  }
  const rules = await GitIgnoreRules.forStart(nodePath.dirname(path), tree.root);
  return rules.ignores(path, false);
}
