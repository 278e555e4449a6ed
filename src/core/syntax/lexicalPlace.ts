import { lineStartAt } from '../../base/lineBounds.ts';
import type { Literal } from './structure.ts';

/** How a language that has no tree writes comments and strings. */
interface LexicalRules {
  readonly line: readonly string[];
  readonly block?: readonly [string, string];
  readonly quotes: string;
}

const cLike: LexicalRules = { line: ['//'], block: ['/*', '*/'], quotes: '"\'`' };
const hashed: LexicalRules = { line: ['#'], quotes: '"\'' };
const dashed: LexicalRules = { line: ['--'], block: ['/*', '*/'], quotes: '"\'' };
const markup: LexicalRules = { line: [], block: ['<!--', '-->'], quotes: '' };

const byLanguageId: Readonly<Record<string, LexicalRules>> = {
  python: hashed,
  ruby: hashed,
  shellscript: hashed,
  perl: hashed,
  r: hashed,
  yaml: hashed,
  toml: hashed,
  makefile: hashed,
  dockerfile: hashed,
  elixir: hashed,
  julia: hashed,
  powershell: { line: ['#'], block: ['<#', '#>'], quotes: '"\'' },
  php: { line: ['//', '#'], block: ['/*', '*/'], quotes: '"\'' },
  sql: dashed,
  lua: { line: ['--'], block: ['--[[', ']]'], quotes: '"\'' },
  haskell: { line: ['--'], block: ['{-', '-}'], quotes: '"' },
  css: { line: [], block: ['/*', '*/'], quotes: '"\'' },
  rust: { line: ['//'], block: ['/*', '*/'], quotes: '"' },
  clojure: { line: [';'], quotes: '"' },
  html: markup,
  xml: markup,
  markdown: markup,
  plaintext: { line: [], quotes: '' },
};

/**
 * The comments and strings of a text as its language writes them, ascending. A guess: a string ends
 * at its quote or with its line.
 */
export function lexicalLiterals(text: string, languageId: string): readonly Literal[] {
  const rules = byLanguageId[languageId] ?? cLike;
  const literals: Literal[] = [];
  for (let at = 0; at < text.length; ) {
    const literal = literalAt(text, at, rules);
    if (literal) {
      literals.push(literal);
    }
    at = literal?.end ?? at + 1;
  }
  return literals;
}

/** The same for the line of an offset up to it, in a line that begins in code. */
export function lexicalPlace(
  text: string,
  languageId: string,
  offset: number,
): Literal | undefined {
  const start = lineStartAt(text, offset);
  const literal = lexicalLiterals(text.slice(start, offset), languageId).at(-1);
  const isOpen = literal?.end === offset - start && !isClosed(text.slice(start, offset), literal);
  return literal && isOpen
    ? { kind: literal.kind, start: start + literal.start, end: offset }
    : undefined;
}

function isClosed(text: string, { kind, start, end }: Literal): boolean {
  const written = text.slice(start, end);
  return kind === 'comment'
    ? /(?:\*\/|-->|#>|\]\]|-\})$/.test(written)
    : end - start > 1 && written.at(-1) === written.at(0) && written.at(-2) !== '\\';
}

function literalAt(text: string, at: number, rules: LexicalRules): Literal | undefined {
  const { block, line, quotes } = rules;
  if (block && text.startsWith(block[0], at)) {
    const close = text.indexOf(block[1], at + block[0].length);
    return { kind: 'comment', start: at, end: close < 0 ? text.length : close + block[1].length };
  }
  if (line.some((mark) => text.startsWith(mark, at)) && isCommentStart(text, at)) {
    const end = text.indexOf('\n', at);
    return { kind: 'comment', start: at, end: end < 0 ? text.length : end };
  }
  const character = text.charAt(at);
  return quotes.includes(character) && character !== ''
    ? { kind: 'string', start: at, end: stringEnd(text, at, character) }
    : undefined;
}

/** `http://` and `$#` begin no comment. */
function isCommentStart(text: string, at: number): boolean {
  return at === 0 || /[\s;,(){}[\]]/.test(text.charAt(at - 1));
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') {
      at += 1;
    } else if (character === quote) {
      return at + 1;
    } else if (character === '\n' && quote !== '`') {
      return at;
    }
  }
  return text.length;
}
