import { readFile, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { throwIfCancelled } from '../../base/errors.ts';
import { type FileTree, listFiles } from './fileTree.ts';
import type { PathFilter } from './glob.ts';
import { createLineMatcher, type LineMatcher } from './searchPattern.ts';
import { searchTreeWithRipgrep, type TreeQuery } from './searchRipgrep.ts';
import { type FileFindings, searchText } from './searchText.ts';
import { decodeText } from './textEncoding.ts';

/** A search of a tree, and which of its files count (relative to the tree's root). */
export interface TreeSearch {
  readonly tree: FileTree;
  readonly query: TreeQuery;
  readonly isWanted: PathFilter;
}

/**
 * Searches the files of a tree on disk, in no order: with ripgrep, else in JavaScript.
 * Throws `RipgrepUnavailable` where ripgrep can't be started.
 */
export async function* searchTree(
  search: TreeSearch,
  signal: AbortSignal,
): AsyncGenerator<FileFindings> {
  const { tree, query, isWanted } = search;
  if (!tree.ripgrep) {
    yield* searchTreeInJavaScript(search, signal);
    return;
  }
  for await (const found of searchTreeWithRipgrep(tree, tree.ripgrep, query, signal)) {
    const path = nodePath.join(tree.root, found.file);
    if (isWanted(found.file) && !tree.hiding.hides(path, false)) {
      yield found;
    }
  }
}

/** The same in JavaScript: slower, with JavaScript's regular expressions. */
export async function* searchTreeInJavaScript(
  { tree, query, isWanted }: TreeSearch,
  signal: AbortSignal,
): AsyncGenerator<FileFindings> {
  const matcher = createLineMatcher(query.pattern);
  for await (const file of listFiles(tree, signal)) {
    throwIfCancelled(signal);
    if (!isWanted(file)) {
      continue;
    }
    const lines = await searchFile(nodePath.join(tree.root, file), matcher, query);
    if (lines.length > 0) {
      yield { file, lines };
    }
  }
}

async function searchFile(
  path: string,
  matcher: LineMatcher,
  query: TreeQuery,
): Promise<FileFindings['lines']> {
  const text = await readSmallText(path, query.maxFileBytes);
  return text === undefined ? [] : searchText(text, matcher, query.contextLines);
}

/** Undefined for what a search passes over: binary, too large, unreadable, gone by now. */
async function readSmallText(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > maxBytes) {
      return undefined;
    }
    return decodeText(await readFile(path));
  } catch {
    // One file that can't be read must not hide what is in all the others.
    return undefined;
  }
}
