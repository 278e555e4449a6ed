import { type LineEnd, unifyLineEnds } from '../lineEnds.ts';
import type { ReviewHunk } from './reviewHunk.ts';

/**
 * The text with what each hunk replaced put back. All else stays to the byte; the lines that come
 * back end as most lines of the text do.
 */
export function putBack(text: string, hunks: readonly ReviewHunk[]): string {
  const lineEnd = unifyLineEnds(text).lineEnd ?? '\n';
  const lines = linesWithEnds(text, lineEnd);
  const parts: string[] = [];
  let position = 0;
  for (const { start, count, removed } of hunks) {
    parts.push(lines.slice(position, start).join(''));
    parts.push(removed.map((line) => line + lineEnd).join(''));
    position = start + count;
  }
  parts.push(lines.slice(position).join(''));
  return withoutLastEnd(parts.join(''));
}

/** Each line with its end, the last one too, which has none in the text. */
function linesWithEnds(text: string, lineEnd: LineEnd): readonly string[] {
  const parts = text.split(/(\r\n|\r|\n)/);
  const lines: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    lines.push((parts[index] ?? '') + (parts[index + 1] ?? lineEnd));
  }
  return lines;
}

function withoutLastEnd(text: string): string {
  return text.replace(/(?:\r\n|\r|\n)$/, '');
}
