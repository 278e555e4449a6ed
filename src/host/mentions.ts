import nodePath from 'node:path';
import { type Clock, delay } from '../base/clock.ts';
import { displayPath } from '../core/tools/paths.ts';
import type { Workspace, WorkspaceSelection } from '../core/tools/workspace.ts';
import type { ContextChip, MentionItem } from '../shared/views.ts';
import { lineRange } from './contextText.ts';
import type { FileIndex, IndexedPath } from './fileIndex.ts';
import { FuzzyMatcher, type Match, type Searchable } from './fuzzyMatch.ts';
import { splitLineRange } from './mentionQuery.ts';
import type { FoundSymbol } from './symbolSearch.ts';

/** The popup shows about ten; more are scrolled to, many more are better narrowed by typing. */
const maxItems = 50;
/** Files shown before anything is typed. */
const maxOpenFiles = 12;
/** Shorter queries match every symbol there is. */
const minSymbolQueryCharacters = 2;
/** Symbols that take longer are left out this time: files must not wait for a language service. */
const maxSymbolWaitMs = 300;

/** Where symbols come from. */
export interface SymbolSource {
  inActiveEditor(): Promise<readonly FoundSymbol[]>;
  inWorkspace(query: string): Promise<readonly FoundSymbol[]>;
}

export interface MentionParts {
  readonly workspace: Workspace;
  readonly files: FileIndex;
  readonly symbols: SymbolSource;
  readonly clock: Clock;
  /** Hears why a language service gave no symbols. */
  readonly onSymbolError: (error: unknown) => void;
}

interface Candidate extends Searchable {
  readonly item: MentionItem;
}

/** Finds what can be attached to a message. */
export class Mentions {
  private readonly parts: MentionParts;

  constructor(parts: MentionParts) {
    this.parts = parts;
  }

  /** Without a query: what the user is looking at now. Else the best matches of any kind. */
  async search(query: string, signal: AbortSignal): Promise<readonly MentionItem[]> {
    const { text, startLine, endLine } = splitLineRange(query.trim());
    if (text === '') {
      return [...this.general(), ...this.openFiles()].map((candidate) => candidate.item);
    }
    const [files, others] = await Promise.all([
      this.parts.files.search(text, maxItems, signal),
      this.otherMatches(text, signal),
    ]);
    const fileMatches = files.map(({ item, score }) => ({
      item: { ...item, item: fileItem(item, startLine, endLine) },
      score,
    }));
    return [...others, ...fileMatches]
      .sort((left, right) => right.score - left.score)
      .slice(0, maxItems)
      .map((match) => match.item.item);
  }

  private async otherMatches(
    text: string,
    signal: AbortSignal,
  ): Promise<readonly Match<Candidate>[]> {
    const symbols = await this.symbols(text, signal);
    const matcher = new FuzzyMatcher<Candidate>([...this.general(), ...symbols]);
    return matcher.search(text, maxItems, async () => undefined);
  }

  private async symbols(text: string, signal: AbortSignal): Promise<readonly Candidate[]> {
    if (text.length < minSymbolQueryCharacters || text.includes('/')) {
      return [];
    }
    const { symbols, clock } = this.parts;
    const limit = new AbortController();
    const cut = AbortSignal.any([signal, limit.signal]);
    const tooLate = delay(clock, maxSymbolWaitMs, cut).then((): readonly Candidate[] => []);
    const sources = [symbols.inActiveEditor(), symbols.inWorkspace(text)].map((source) =>
      Promise.race([source.catch((error: unknown) => this.withoutSymbols(error)), tooLate]),
    );
    const found = (await Promise.all(sources)).flat();
    limit.abort();
    return unique(found);
  }

  private withoutSymbols(error: unknown): readonly Candidate[] {
    this.parts.onSymbolError(error);
    return [];
  }

  /** What there is one of: the selection, the problems, the open editors. */
  private general(): readonly Candidate[] {
    const { workspace } = this.parts;
    const problems = workspace.diagnostics().length;
    const editors = workspace.openFiles().length;
    const selection = workspace.selection();
    return [
      ...(selection ? [selectionCandidate(selection)] : []),
      general('problems', 'Problems', countOf(problems, 'problem'), 'warning'),
      general('editors', 'Open editors', countOf(editors, 'file'), 'files'),
    ];
  }

  private openFiles(): readonly Candidate[] {
    const roots = this.parts.workspace.roots();
    return this.parts.workspace
      .openFiles()
      .slice(0, maxOpenFiles)
      .map((absolutePath) => {
        const path = displayPath(absolutePath, roots);
        const name = nodePath.basename(absolutePath);
        const indexed: IndexedPath = { kind: 'file', name, path, absolutePath };
        return { name, path, item: fileItem(indexed, undefined, undefined) };
      });
  }
}

function general(
  kind: ContextChip['kind'],
  label: string,
  detail: string,
  icon: string,
): Candidate {
  return { name: label, path: label, item: { chip: { kind, label }, detail, icon } };
}

function selectionCandidate(selection: WorkspaceSelection): Candidate {
  const { path, startLine, endLine } = selection;
  const label = `${nodePath.basename(path)}:${lineRange(startLine, endLine)}`;
  const chip: ContextChip = { kind: 'selection', label, path, startLine, endLine };
  return {
    name: 'Selection',
    path: 'Selection',
    item: { chip, detail: 'Selection', icon: 'list-selection' },
  };
}

function fileItem(
  file: IndexedPath,
  startLine: number | undefined,
  endLine: number | undefined,
): MentionItem {
  const folder = nodePath.posix.dirname(file.path);
  const detail = folder === '.' ? '' : folder;
  if (file.kind === 'folder') {
    const chip: ContextChip = { kind: 'folder', label: file.name, path: file.absolutePath };
    return { chip, detail, icon: 'folder' };
  }
  const range = startLine === undefined ? {} : { startLine, endLine: endLine ?? startLine };
  const suffix = startLine === undefined ? '' : `:${startLine}-${endLine ?? startLine}`;
  const label = file.name + suffix;
  return {
    chip: { kind: 'file', label, path: file.absolutePath, ...range },
    detail,
    icon: 'file',
  };
}

/** The active editor's symbols are found in the workspace too. */
function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  const byPlace = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { path, label, startLine } = candidate.item.chip;
    const place = `${path}\n${startLine}\n${label}`;
    byPlace.set(place, byPlace.get(place) ?? candidate);
  }
  return [...byPlace.values()];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
