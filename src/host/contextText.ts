import type { WorkspaceDiagnostic } from '../core/tools/workspace.ts';

/** What one attached item may be long: about 24,000 tokens, at 2.5 characters each. */
export const maxItemCharacters = 60_000;
/** What all of a message's items may be long together: about a tenth of a large window. */
export const maxTotalCharacters = 240_000;

export interface ContextAttributes {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly lines?: string | undefined;
}

/**
 * An attached item as the model reads it. Its text stays as it is; the tag's name is chosen so that
 * nothing in the text can close it.
 */
export function contextBlock(attributes: ContextAttributes, content: string): string {
  const tag = tagFor(content);
  const { kind, name, path, lines } = attributes;
  const shown = Object.entries({ kind, name, path, lines })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}="${escapeAttribute(value ?? '')}"`);
  return `<${tag} ${shown.join(' ')}>\n${content}${content.endsWith('\n') ? '' : '\n'}</${tag}>`;
}

/** Cuts a text that is too long at the end of a line, and says so. */
export function capText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) {
    return text;
  }
  const cut = text.slice(0, maxCharacters);
  const lastLineEnd = cut.lastIndexOf('\n');
  const kept = lastLineEnd > maxCharacters / 2 ? cut.slice(0, lastLineEnd) : withoutHalfPair(cut);
  return `${kept}\n(cut here: ${kept.length} of ${text.length} characters are shown)`;
}

/** The lines from `startLine` to `endLine`, one-based and inclusive, with their own line ends. */
export function linesOf(text: string, startLine: number, endLine: number): string {
  const lines = text.split(/(?<=\n)/);
  return lines.slice(startLine - 1, endLine).join('');
}

/** `3` or `3-9`; undefined without a range. */
export function lineRange(
  startLine: number | undefined,
  endLine: number | undefined,
): string | undefined {
  if (startLine === undefined) {
    return undefined;
  }
  return endLine === undefined || endLine === startLine
    ? String(startLine)
    : `${startLine}-${endLine}`;
}

/** One line for each problem, as compilers write them. */
export function problemLines(
  problems: readonly WorkspaceDiagnostic[],
  displayPath: (path: string) => string,
): string {
  return problems
    .map((problem) => {
      const origin = [problem.source, problem.code].filter(Boolean).join(' ');
      const place = `${displayPath(problem.path)}:${problem.startLine}:${problem.startColumn}`;
      const message = problem.message.replaceAll('\n', ' ');
      return `${place}: ${problem.severity}: ${message}${origin ? ` (${origin})` : ''}`;
    })
    .join('\n');
}

function tagFor(content: string): string {
  let tag = 'context';
  for (let number = 2; content.includes(`</${tag}`); number += 1) {
    tag = `context-${number}`;
  }
  return tag;
}

function escapeAttribute(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}

function withoutHalfPair(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
