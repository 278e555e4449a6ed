import { definitionSearch, escapePattern } from './languages.ts';
import { code, link } from './markdown.ts';
import { callTool } from './script.ts';
import type { Part } from './subjects.ts';
import { definitionOn } from './symbols.ts';
import { readSearch, type SearchHit, type SearchResult } from './toolOutput.ts';

/** Enough for nearly every name, and a few thousand tokens when a model reads the thread later. */
const searchLimit = 300;

/** Where names occur, sorted by what the line does with them. */
export interface Occurrences {
  readonly definitions: readonly SearchHit[];
  readonly imports: readonly SearchHit[];
  readonly uses: readonly SearchHit[];
  /** How many there are in all where not all were told. */
  readonly total: string | undefined;
}

/** The part of a qualified name that stands where it is defined: `add` of `Cart.add`. */
export function lastPart(name: string): string {
  return name.split(/\.|::|#|->/).at(-1) || name;
}

/** A regular expression for one of the names as a whole word. */
export function wordSearch(names: readonly string[]): string {
  const alternatives = names.map((name) => {
    const start = /^\w/.test(name) ? '\\b' : '';
    const end = /\w$/.test(name) ? '\\b' : '';
    return `${start}${escapePattern(name)}${end}`;
  });
  return alternatives.length === 1 ? (alternatives[0] ?? '') : `(${alternatives.join('|')})`;
}

/** Searches for names as whole words. */
export function* searchNames(names: readonly string[], isCaseSensitive = true): Part<SearchResult> {
  const answer = yield* callTool('search', {
    pattern: wordSearch(names),
    is_regex: true,
    is_case_sensitive: isCaseSensitive,
    limit: searchLimit,
  });
  return answer.isError ? { hits: [], total: undefined } : readSearch(answer.text);
}

/** Finds where a name is defined and used. Looks again where a common name hid its definition. */
export function* findOccurrences(name: string): Part<Occurrences> {
  const word = lastPart(name);
  const all = yield* searchNames([word]);
  const sorted = sortHits(all.hits, word);
  if (all.total === undefined || sorted.definitions.length > 0) {
    return { ...sorted, total: all.total };
  }
  const answer = yield* callTool('search', {
    pattern: definitionSearch(word),
    is_regex: true,
    is_case_sensitive: true,
  });
  const likely = answer.isError ? [] : readSearch(answer.text).hits;
  const { definitions } = sortHits(likely, word);
  return { ...sorted, definitions, total: all.total };
}

const importLine =
  /^\s*(?:import\b|from\s+\S+\s+import\b|use\s|using\s|#\s*include\b|require(?:_relative)?\b|export\b.*\bfrom\s)|\brequire\(/;

function sortHits(
  hits: readonly SearchHit[],
  name: string,
): Pick<Occurrences, 'definitions' | 'imports' | 'uses'> {
  const definitions: SearchHit[] = [];
  const imports: SearchHit[] = [];
  const uses: SearchHit[] = [];
  for (const hit of hits) {
    if (isDefinition(hit, name)) {
      definitions.push(hit);
    } else if (importLine.test(hit.text)) {
      imports.push(hit);
    } else {
      uses.push(hit);
    }
  }
  return { definitions: definitions.sort(byRank), imports, uses };
}

/** Whether the line defines the name. */
export function isDefinition(hit: SearchHit, name: string): boolean {
  return definitionOn(hit.text, hit.path)?.name.replace(/^#/, '') === name;
}

/** The product's own code before tests and generated copies, then what is least nested. */
function byRank(left: SearchHit, right: SearchHit): number {
  return rankOf(left) - rankOf(right);
}

function rankOf(hit: SearchHit): number {
  const isAside =
    /(?:^|\/)(?:tests?|__tests__|spec|fixtures|mocks?|examples?|dist|build|vendor)\/|[._](?:test|spec)\.|\.d\.ts$/i;
  const indent = /^\s*/.exec(hit.text)?.[0].length ?? 0;
  return (isAside.test(hit.path) ? 1_000 : 0) + Math.min(indent, 999);
}

/** The definitions, the likeliest first: for `Cart.add`, those in files that speak of `Cart`. */
export function rankedDefinitions(found: Occurrences, name: string): readonly SearchHit[] {
  const owner = name.split(/\.|::|#|->/).at(-2);
  if (owner === undefined) {
    return found.definitions;
  }
  const speaksOfOwner = (hit: SearchHit): boolean =>
    hit.text.includes(owner) || hit.path.toLowerCase().includes(owner.toLowerCase());
  return [
    ...found.definitions.filter(speaksOfOwner),
    ...found.definitions.filter((hit) => !speaksOfOwner(hit)),
  ];
}

/** Hits by file, each with the lines it has. */
export function groupByFile(
  hits: readonly SearchHit[],
): readonly (readonly [path: string, hits: readonly SearchHit[]])[] {
  const groups = new Map<string, SearchHit[]>();
  for (const hit of hits) {
    const group = groups.get(hit.path) ?? [];
    group.push(hit);
    groups.set(hit.path, group);
  }
  return [...groups];
}

/** A list of hits, up to `limit` of them, with a line that counts the rest. */
export function hitList(hits: readonly SearchHit[], limit: number): string {
  const shown = hits.slice(0, limit);
  const rows = shown.map(
    (hit) => `- ${link(hit.path, hit.number)}: ${code(hit.text) || '(empty)'}`,
  );
  const rest = hits.slice(limit);
  const files = new Set(rest.map((hit) => hit.path)).size;
  const more =
    rest.length > 0
      ? [`- … and ${rest.length} more in ${files === 1 ? '1 file' : `${files} files`}`]
      : [];
  return [...rows, ...more].join('\n');
}
