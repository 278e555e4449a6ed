import type { Clock } from '../../base/clock.ts';
import { CancelledError, isCancellation, toError } from '../../base/errors.ts';
import { lazy } from '../../base/lazy.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { ObjectPoolCounts } from '../../base/objectPool.ts';
import { IndentationSyntax } from './indentationSyntax.ts';
import { languageRules } from './languages/languageTable.ts';
import { ParseFailure } from './parseFailure.ts';
import { StructureSyntax } from './structureSyntax.ts';
import type { FileSyntax, ReadSyntaxOptions, Syntax, SyntaxText, TextChange } from './syntax.ts';
import { applyChange } from './textChange.ts';
import type { ParsedLanguage, ReadLimits, TreeReader } from './treeReader.ts';
import type { WasmCounts } from './treeSitter.ts';
import { WorkerReader } from './workerReader.ts';

/** Longer texts are parsed in a worker, UTF-16 units: some 100 ms of work (measured). */
export const maxLocalLength = 1_000_000;

/** What a keystroke waits for at most, ms: longer, and the answer comes too late to be of use. */
const keystrokeDeadlineMs = 150;
/** Some 100,000 lines with all pauses, ms: whatever takes longer is no text that people write. */
const backgroundDeadlineMs = 2_000;

export interface SyntaxParts {
  /** The folder with the runtime and the grammars. */
  readonly grammarsDir: string;
  /** The file that a worker runs for long texts. */
  readonly workerFile: string;
  readonly clock: Clock;
  /** Hears why a grammar or the worker could not be used; indentation answers in its place. */
  readonly onError: (error: Error, action: string) => void;
}

/** What the performance panel shows. */
export interface SyntaxCounts {
  /** The parser pools, by grammar. */
  readonly parsers: ReadonlyMap<string, ObjectPoolCounts>;
  /** Documents whose last tree is kept. */
  readonly keptTrees: number;
  /** Reads that passed their deadline, since the start. */
  readonly missedDeadlines: number;
  /** Undefined until the first parse. */
  readonly wasm: WasmCounts | undefined;
  readonly isWorkerRunning: boolean;
}

export interface OwnedSyntax extends Syntax, Disposable {
  counts(): SyntaxCounts;
}

/** Loads nothing; the runtime, each grammar and the worker come with the first text for them. */
export function createSyntax(parts: SyntaxParts): OwnedSyntax {
  return new TreeSitterSyntax(parts);
}

class TreeSitterSyntax implements OwnedSyntax {
  private readonly parts: SyntaxParts;
  private readonly resources = new ResourceManager('syntax');
  private readonly worker: WorkerReader;
  private readonly reader: () => Promise<TreeReader>;
  private loaded: TreeReader | undefined;
  /** Grammars that failed, and would again with each keystroke. */
  private readonly failedGrammars = new Set<string>();
  private missedDeadlines = 0;
  /** Documents that are parsed because a keystroke could not wait for it. */
  private readonly catchingUp = new Set<string>();
  private readonly readings = new Set<Reading>();

  constructor(parts: SyntaxParts) {
    this.parts = parts;
    this.worker = this.resources.add(new WorkerReader(parts));
    this.reader = lazy(() => this.loadReader());
  }

  async read<T>(
    text: SyntaxText,
    use: (syntax: FileSyntax) => T,
    options: ReadSyntaxOptions = {},
  ): Promise<T> {
    this.throwIfOver(options.signal);
    const { documentId } = text;
    const reading: Reading = { documentId, isClosed: false };
    this.readings.add(reading);
    try {
      if (text.text.length > maxLocalLength) {
        return use(await this.readInWorker(text, options));
      }
      const limits = this.limits(options, reading);
      return await this.readTree(text, use, options, (language) =>
        language.reader.read(text, language, limits, use),
      );
    } finally {
      this.readings.delete(reading);
      if (reading.isClosed && documentId !== undefined) {
        this.worker.closed(documentId);
      }
    }
  }

  async readChanged<T>(
    text: SyntaxText,
    change: TextChange,
    use: (syntax: FileSyntax) => T,
    options: ReadSyntaxOptions = {},
  ): Promise<T> {
    this.throwIfOver(options.signal);
    const changed = { languageId: text.languageId, text: applyChange(text.text, change) };
    if (changed.text.length > maxLocalLength) {
      return use(await this.readInWorker(changed, options));
    }
    const limits = this.limits(options, notKept);
    return this.readTree(changed, use, options, (language) =>
      language.reader.readChanged({ text, change }, language, limits, use),
    );
  }

  changed(documentId: string, changes: readonly TextChange[]): void {
    this.loaded?.changed(documentId, changes);
  }

  closed(documentId: string): void {
    for (const reading of this.readings) {
      reading.isClosed ||= reading.documentId === documentId;
    }
    this.loaded?.closed(documentId);
    this.worker.closed(documentId);
  }

  counts(): SyntaxCounts {
    const { missedDeadlines } = this;
    const isWorkerRunning = this.worker.isRunning;
    return this.loaded
      ? { ...this.loaded.counts(), missedDeadlines, isWorkerRunning }
      : { parsers: new Map(), keptTrees: 0, wasm: undefined, missedDeadlines, isWorkerRunning };
  }

  dispose(): void {
    this.resources.dispose();
  }

  /** What a tree tells; where there is none, what indentation tells. */
  private async readTree<T>(
    text: SyntaxText,
    use: (syntax: FileSyntax) => T,
    options: ReadSyntaxOptions,
    read: (language: LoadedLanguage) => Promise<{ readonly value: T } | undefined>,
  ): Promise<T> {
    const language = await this.loadLanguage(text.languageId);
    this.throwIfOver(options.signal);
    if (language) {
      try {
        const found = await read(language);
        if (found) {
          return found.value;
        }
        this.throwIfOver(options.signal);
        this.missedDeadlines += 1;
        this.catchUp(text, options.priority);
      } catch (error) {
        if (!(error instanceof ParseFailure)) {
          throw error;
        }
        this.giveUp(language.rules.grammar, error, `Parsing ${text.languageId}`);
      }
    }
    return use(new IndentationSyntax(text));
  }

  private limits({ priority, signal }: ReadSyntaxOptions, reading: Reading): ReadLimits {
    const isKeystroke = priority === 'keystroke';
    const deadlineMs = isKeystroke ? keystrokeDeadlineMs : backgroundDeadlineMs;
    const isOpen = (): boolean => !reading.isClosed && !this.resources.isDisposed;
    return { isKeystroke, deadlineMs, signal, isOpen };
  }

  /** Parses a document without hurry, so that the next keystroke only needs to parse on from there. */
  private catchUp(text: SyntaxText, priority: ReadSyntaxOptions['priority']): void {
    const { documentId } = text;
    if (documentId === undefined || priority !== 'keystroke' || this.catchingUp.has(documentId)) {
      return;
    }
    this.catchingUp.add(documentId);
    this.read(text, () => undefined)
      .catch((error: unknown) => {
        if (!isCancellation(error)) {
          this.parts.onError(toError(error), 'Parsing a file');
        }
      })
      .finally(() => this.catchingUp.delete(documentId));
  }

  private async readInWorker(text: SyntaxText, { signal }: ReadSyntaxOptions): Promise<FileSyntax> {
    const structure = languageRules(text.languageId)
      ? await this.worker.read(text, signal)
      : undefined;
    this.throwIfOver(signal);
    const guess = new IndentationSyntax(text);
    return structure ? new StructureSyntax(text.text, structure, guess) : guess;
  }

  /** Undefined where there is no grammar, or it cannot be loaded. */
  private async loadLanguage(languageId: string): Promise<LoadedLanguage | undefined> {
    const rules = languageRules(languageId);
    if (!rules || this.failedGrammars.has(rules.grammar)) {
      return undefined;
    }
    try {
      const reader = await this.reader();
      return { reader, rules, grammar: await reader.grammar(rules.grammar) };
    } catch (error) {
      this.throwIfOver(undefined);
      this.giveUp(rules.grammar, toError(error), `Loading the grammar for ${languageId}`);
      return undefined;
    }
  }

  private giveUp(grammar: string, error: Error, action: string): void {
    this.failedGrammars.add(grammar);
    this.parts.onError(error, action);
  }

  private async loadReader(): Promise<TreeReader> {
    const { grammarsDir, clock } = this.parts;
    const { TreeReader } = await import('./treeReader.ts');
    this.loaded = this.resources.add(await TreeReader.load(grammarsDir, clock));
    return this.loaded;
  }

  private throwIfOver(signal: AbortSignal | undefined): void {
    if (signal?.aborted || this.resources.isDisposed) {
      throw new CancelledError();
    }
  }
}

/** A document that is being read. */
interface Reading {
  readonly documentId: string | undefined;
  isClosed: boolean;
}

const notKept: Reading = { documentId: undefined, isClosed: true };

interface LoadedLanguage extends ParsedLanguage {
  readonly reader: TreeReader;
}
