import { linesWithEnds } from '../base/lines.ts';

/** One hunk: what stood from `oldStart` on (one-based), and what stands there instead. */
interface Hunk {
  readonly oldStart: number;
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
}

/**
 * The text after a unified diff of it, both with LF as line ends; undefined where the diff is not
 * whole or was made from another text.
 */
export function applyUnifiedDiff(text: string, diff: string): string | undefined {
  const hunks = parseHunks(diff);
  if (!hunks) {
    return undefined;
  }
  const lines = linesWithEnds(text);
  const result: string[] = [];
  let position = 0;
  for (const hunk of hunks) {
    // An empty range is named by the line before it.
    const start = hunk.oldLines.length === 0 ? hunk.oldStart : hunk.oldStart - 1;
    const end = start + hunk.oldLines.length;
    const stands = lines.slice(start, end);
    if (start < position || !isSame(stands, hunk.oldLines)) {
      return undefined;
    }
    result.push(...lines.slice(position, start), ...hunk.newLines);
    position = end;
  }
  return [...result, ...lines.slice(position)].join('');
}

/** Undefined where a hunk has fewer lines than it says, because the diff was cut. */
function parseHunks(diff: string): readonly Hunk[] | undefined {
  const hunks: Hunk[] = [];
  const lines = diff.split('\n');
  let index = lines.findIndex((line) => line.startsWith('@@ '));
  while (index >= 0 && index < lines.length) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(lines[index] ?? '');
    if (!header) {
      // The line end after the last hunk is all that may be left.
      return lines.slice(index).every((line) => line === '') ? hunks : undefined;
    }
    const [oldCount, newCount] = [Number(header[2] ?? 1), Number(header[3] ?? 1)];
    const body = readBody(lines, index + 1, oldCount, newCount);
    if (!body) {
      return undefined;
    }
    hunks.push({ oldStart: Number(header[1]), oldLines: body.oldLines, newLines: body.newLines });
    index = body.end;
  }
  return hunks;
}

function readBody(
  lines: readonly string[],
  start: number,
  oldCount: number,
  newCount: number,
): { oldLines: string[]; newLines: string[]; end: number } | undefined {
  const oldLines: string[] = [];
  const newLines: string[] = [];
  let end = start;
  while (oldLines.length < oldCount || newLines.length < newCount) {
    const line = lines[end];
    const mark = line?.[0];
    if (line === undefined || !(mark === ' ' || mark === '-' || mark === '+')) {
      return undefined;
    }
    end += 1;
    const hasNoEnd = lines[end]?.startsWith('\\ No newline') ?? false;
    end += hasNoEnd ? 1 : 0;
    const content = line.slice(1) + (hasNoEnd ? '' : '\n');
    if (mark !== '+') {
      oldLines.push(content);
    }
    if (mark !== '-') {
      newLines.push(content);
    }
  }
  return { oldLines, newLines, end };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
