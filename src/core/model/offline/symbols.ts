import { type DefinitionPattern, definitionPatterns } from './languages.ts';

/** A line of a file. */
export interface SourceLine {
  /** One-based. */
  readonly number: number;
  readonly text: string;
}

/** Something that a line defines. */
export interface DefinedSymbol {
  readonly name: string;
  /** For people: "class", "function". */
  readonly kind: string;
  readonly line: number;
  /** 0 at the top of the file. */
  readonly depth: number;
}

/** Words before a bracket that begin statements, not definitions. */
const statementWords = new Set(
  `if for while switch catch return function new else do try await throw typeof super sizeof when
  match with using lock foreach elif except assert print yield case delete void`.split(/\s+/),
);
/** Members of members of members are noise in an overview. */
const deepestDepth = 2;

interface Found {
  readonly pattern: DefinitionPattern;
  readonly name: string;
}

/** What the line by itself defines; undefined for uses, comments, and what only a member can be. */
export function definitionOn(text: string, path: string): Found | undefined {
  return findDefinition(text, path, false);
}

function findDefinition(text: string, path: string, isMember: boolean): Found | undefined {
  if (isComment(text, path)) {
    return undefined;
  }
  for (const pattern of definitionPatterns(path)) {
    const name = pattern.pattern.exec(text)?.groups?.['name'];
    const isPossible = name !== undefined && !statementWords.has(name);
    if (isPossible && (isMember || !pattern.isMemberOnly)) {
      return { pattern, name };
    }
  }
  return undefined;
}

function isComment(text: string, path: string): boolean {
  const start = text.trimStart();
  if (/\.(?:md|mdx|markdown)$/i.test(path)) {
    return false;
  }
  const isHash = start.startsWith('#') && !/^#\s*define\b/.test(start);
  return isHash || /^(?:\/\/|\/\*|\*(?!\w))/.test(start);
}

interface OpenSymbol {
  readonly indent: number;
  readonly isContainer: boolean;
  readonly depth: number;
}

/** The definitions in these lines, nested by their indentation. A guess by the shape of the lines. */
export function outlineOf(lines: readonly SourceLine[], path: string): readonly DefinedSymbol[] {
  const symbols: DefinedSymbol[] = [];
  const open: OpenSymbol[] = [];
  for (const { number, text } of withoutBlocks(lines, path)) {
    const indent = indentOf(text);
    // A bracket on a line of its own opens what the line before defines.
    const isOutside = text.trim() === '' || text.trim() === '{';
    const parent = isOutside ? undefined : closeUpTo(indent, open);
    const found = findDefinition(text, path, parent?.isContainer ?? false);
    if (!found || (found.pattern.isTopLevelOnly && indent > 0)) {
      continue;
    }
    const depth = headingDepth(text, path) ?? (parent ? parent.depth + 1 : 0);
    open.push({ indent, isContainer: found.pattern.isContainer ?? false, depth });
    if (depth <= deepestDepth) {
      symbols.push({ name: found.name, kind: found.pattern.kind, line: number, depth });
    }
  }
  return symbols;
}

/** Leaves the symbols that end before a line of this indentation. The answer is the one it is in. */
function closeUpTo(indent: number, open: OpenSymbol[]): OpenSymbol | undefined {
  while ((open.at(-1)?.indent ?? -1) >= indent) {
    open.pop();
  }
  return open.at(-1);
}

/** The last line of what the definition on `line` holds, by indentation. */
export function regionEnd(lines: readonly SourceLine[], line: number): number {
  const start = lines.findIndex((one) => one.number === line);
  const indent = indentOf(lines[start]?.text ?? '');
  let end = start;
  for (let index = start + 1; index < lines.length; index += 1) {
    const text = lines[index]?.text ?? '';
    const place = placeInRegion(text, indent);
    if (place === 'inside') {
      end = index;
    } else if (place !== 'blank') {
      end = place === 'after' ? end : index;
      if (place !== 'middle') {
        break;
      }
    }
  }
  return lines[end]?.number ?? line;
}

function placeInRegion(
  text: string,
  indent: number,
): 'blank' | 'inside' | 'middle' | 'end' | 'after' {
  if (text.trim() === '') {
    return 'blank';
  }
  if (indentOf(text) > indent) {
    return 'inside';
  }
  if (!/^\s*(?:[)\]}]|\{|end\b)/.test(text)) {
    return 'after';
  }
  // `) {` closes the parameters alone.
  return /[{(:]\s*$/.test(text) ? 'middle' : 'end';
}

function headingDepth(text: string, path: string): number | undefined {
  return /\.(?:md|mdx|markdown)$/i.test(path) ? (/^#+/.exec(text)?.[0].length ?? 1) - 1 : undefined;
}

function indentOf(text: string): number {
  const blank = /^[ \t]*/.exec(text)?.[0] ?? '';
  return blank.replaceAll('\t', '    ').length;
}

/** The lines outside of block comments, doc strings and fenced code, as far as they begin a line. */
function* withoutBlocks(lines: readonly SourceLine[], path: string): Generator<SourceLine> {
  let end: RegExp | undefined;
  for (const line of lines) {
    const start = line.text.trimStart();
    if (end) {
      if (end.test(start)) {
        end = undefined;
      }
      continue;
    }
    end = blockEnd(start, path);
    if (!end) {
      yield line;
    }
  }
}

/** What ends the block that this line begins and does not end itself. */
function blockEnd(start: string, path: string): RegExp | undefined {
  if (start.startsWith('/*') && !start.includes('*/', 2)) {
    return /\*\//;
  }
  const quotes = /^[rbuf]*("""|''')/i.exec(start)?.[1];
  if (quotes && /\.pyw?i?$/.test(path) && start.split(quotes).length === 2) {
    return new RegExp(quotes);
  }
  return start.startsWith('```') && /\.(?:md|mdx|markdown)$/i.test(path) ? /^```/ : undefined;
}

/** The first sentence of the comment above a definition, or of the doc string below it. */
export function summaryOf(lines: readonly SourceLine[], line: number): string | undefined {
  const index = lines.findIndex((one) => one.number === line);
  const above: string[] = [];
  for (let at = index - 1; at >= 0; at -= 1) {
    const text = lines[at]?.text.trim() ?? '';
    if (!/^(?:\/\/|\/\*|\*|#(?!\s*define)|--|@\w|\[\w)/.test(text)) {
      break;
    }
    above.unshift(text);
  }
  return firstSentence(above.map(withoutMarks).join(' ')) ?? docString(lines, index);
}

function docString(lines: readonly SourceLine[], index: number): string | undefined {
  const below = lines
    .slice(index + 1, index + 4)
    .map((line) => line.text.trim())
    .join(' ');
  const text = /^[rbuf]*(?:"""|''')\s*([^"']+)/i.exec(below)?.[1];
  return text === undefined ? undefined : firstSentence(text);
}

/** A comment's text; empty for annotations and for lines of types in doc comments. */
function withoutMarks(line: string): string {
  const text = line
    .replace(/^(?:\/\*+|\*+\/?|\/\/+[/!]?|#+|--+)\s?/, '')
    .replace(/\s*\*+\/$/, '')
    .trim();
  return /^[@[]/.test(text) || /^[@[]/.test(line) || /^[-=*~#]+$/.test(text) ? '' : text;
}

/** About two lines of the panel. */
const longestSummary = 160;

function firstSentence(text: string): string | undefined {
  const all = text.replace(/\s+/g, ' ').trim();
  const sentence = /^.+?[.!?](?=\s|$)/.exec(all)?.[0] ?? all;
  if (sentence === '') {
    return undefined;
  }
  return sentence.length > longestSummary ? `${sentence.slice(0, longestSummary)}…` : sentence;
}
