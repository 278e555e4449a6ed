import nodePath from 'node:path';
import { type Clock, delay } from '../base/clock.ts';
import type { Event } from '../base/emitter.ts';
import { isCancellation, throwIfCancelled } from '../base/errors.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { FuzzyMatcher, type Match, type Searchable } from './fuzzyMatch.ts';

/** A file or folder that can be mentioned. */
export interface IndexedPath extends Searchable {
  /** Relative to its open folder, as it is shown. */
  readonly path: string;
  readonly absolutePath: string;
  readonly kind: 'file' | 'folder';
}

/** A file as the list has it. */
export interface ListedFile {
  readonly absolutePath: string;
  readonly displayPath: string;
}

/** Lists the files of the open folders, without those that are ignored. */
export type ListFiles = (signal: AbortSignal) => AsyncIterable<ListedFile>;

/** Beyond it names are found by the search tool instead; a path takes about 300 bytes here. */
const maxFiles = 100_000;

/** While files come and go, as in a build or an install, the list is made anew no more often. */
const minAgeMs = 2_000;

/** The files and folders that can be mentioned: listed on first use, and again after changes. */
export class FileIndex implements Disposable {
  private readonly resources = new ResourceManager('fileIndex');
  private readonly list: ListFiles;
  private readonly clock: Clock;
  private readonly disposal: AbortSignal;
  private current:
    | { readonly matcher: FuzzyMatcher<IndexedPath>; readonly madeAtMs: number }
    | undefined;
  private making: Promise<FuzzyMatcher<IndexedPath>> | undefined;
  private isStale = false;

  /** @param onDidChange Tells that files were made or deleted. */
  constructor(list: ListFiles, onDidChange: Event<void>, clock: Clock) {
    this.list = list;
    this.clock = clock;
    this.disposal = this.resources.abortController().signal;
    this.resources.add(
      onDidChange(() => {
        this.isStale = true;
      }),
    );
  }

  /** Best matches first. After a change the list as it was is searched while the next one is made. */
  async search(
    query: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Match<IndexedPath>[]> {
    const matcher = await this.matcher();
    throwIfCancelled(signal);
    return matcher.search(query, limit, async () => {
      await delay(this.clock, 0, signal);
      throwIfCancelled(signal);
    });
  }

  dispose(): void {
    this.resources.dispose();
    this.current = undefined;
  }

  private async matcher(): Promise<FuzzyMatcher<IndexedPath>> {
    const { current } = this;
    if (!current) {
      return this.make();
    }
    if (this.isStale && this.clock.now() - current.madeAtMs >= minAgeMs) {
      // Whoever asks next gets the new list; a failure leaves this one in use.
      this.make().catch((error: unknown) => {
        this.isStale = !isCancellation(error);
      });
    }
    return current.matcher;
  }

  private make(): Promise<FuzzyMatcher<IndexedPath>> {
    this.making ??= this.read().finally(() => {
      this.making = undefined;
    });
    return this.making;
  }

  private async read(): Promise<FuzzyMatcher<IndexedPath>> {
    this.isStale = false;
    const files: ListedFile[] = [];
    for await (const file of this.list(this.disposal)) {
      files.push(file);
      if (files.length >= maxFiles) {
        break;
      }
    }
    const matcher = new FuzzyMatcher([...foldersOf(files), ...files.map(toIndexedFile)]);
    this.current = { matcher, madeAtMs: this.clock.now() };
    return matcher;
  }
}

function toIndexedFile(file: ListedFile): IndexedPath {
  return {
    kind: 'file',
    name: nodePath.posix.basename(file.displayPath),
    path: file.displayPath,
    absolutePath: file.absolutePath,
  };
}

/** The folders above these files that are below an open folder. */
function foldersOf(files: readonly ListedFile[]): readonly IndexedPath[] {
  const folders = new Map<string, IndexedPath>();
  for (const file of files) {
    let shown = nodePath.posix.dirname(file.displayPath);
    let absolutePath = nodePath.dirname(file.absolutePath);
    while (shown !== '.' && shown !== '/' && !folders.has(absolutePath)) {
      const name = nodePath.posix.basename(shown);
      folders.set(absolutePath, { kind: 'folder', name, path: shown, absolutePath });
      shown = nodePath.posix.dirname(shown);
      absolutePath = nodePath.dirname(absolutePath);
    }
  }
  return [...folders.values()];
}
