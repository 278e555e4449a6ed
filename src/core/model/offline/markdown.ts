import { endingOf } from './languages.ts';

/** The last line of an answer in a thread that has said how to connect a model. */
export const shortFooter = '_Found by looking into the workspace; I am not a language model._';

/** The last line of the first answer. */
export const footer =
  '_Found by looking into the workspace; I am not a language model. Connect one with **Slipstream: Set API key** or **Slipstream: Use a local server** in the command palette._';

/** Source lines may be long; an answer quotes the start of them. */
const longestQuote = 120;

/** A link to a file or to a line of it, named as it leads. */
export function link(path: string, startLine?: number, endLine?: number): string {
  const isRange = endLine !== undefined && endLine !== startLine;
  const lines = startLine === undefined ? '' : `:${startLine}${isRange ? `-${endLine}` : ''}`;
  const target = encodeURI(toWellFormed(path)).replace(/[()]/g, (bracket) =>
    bracket === '(' ? '%28' : '%29',
  );
  return `[${escapeText(path)}${lines}](${target}${lines})`;
}

/** Text that stands for itself in markdown. */
export function escapeText(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~]/g, '\\$&').replace(/\s+/g, ' ');
}

/** A piece of code in a sentence. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > longestQuote ? `${toWellFormed(line.slice(0, longestQuote))}…` : line;
  const longest = Math.max(0, ...(cut.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${cut} ${fence}` : `${fence}${cut}${fence}`;
}

/** Lines of code on their own, with their common indentation taken away. */
export function codeBlock(lines: readonly string[], path: string): string {
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => (/^[ \t]*/.exec(line)?.[0] ?? '').length);
  const indent = Math.min(...indents, longestQuote);
  const body = lines.map((line) => line.slice(indent)).join('\n');
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${endingOf(path)}\n${body}\n${fence}`;
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(items: readonly string[]): string {
  return items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Halves of surrogate pairs can't be put into addresses. */
function toWellFormed(text: string): string {
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '',
  );
}
