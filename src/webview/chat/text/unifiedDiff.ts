/** A line of a unified diff. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'hunk';
  /** Without the sign. */
  readonly text: string;
  /** One-based line numbers in the file before and after. */
  readonly before?: number;
  readonly after?: number;
}

export interface DiffText {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
}

const hunkHeader = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/;

/** Reads a unified diff of one file. What stands before the first hunk is headers and left out. */
export function readDiff(diff: string): DiffText {
  const all = diff.replace(/\n$/, '').split('\n');
  const firstHunk = all.findIndex((line) => hunkHeader.test(line));
  const lines: DiffLine[] = [];
  let before = 1;
  let after = 1;
  for (const line of all.slice(Math.max(0, firstHunk))) {
    const header = hunkHeader.exec(line);
    if (header) {
      before = Number(header[1]);
      after = Number(header[2]);
      lines.push({ kind: 'hunk', text: (header[3] ?? '').trim() });
      continue;
    }
    const read = readLine(line, before, after);
    if (read) {
      lines.push(read);
      before += read.kind === 'added' ? 0 : 1;
      after += read.kind === 'removed' ? 0 : 1;
    }
  }
  return {
    lines,
    added: lines.filter((line) => line.kind === 'added').length,
    removed: lines.filter((line) => line.kind === 'removed').length,
  };
}

/** A line of a hunk; undefined for the remark that a file ends without a line break. */
function readLine(line: string, before: number, after: number): DiffLine | undefined {
  const text = line.slice(1);
  switch (line[0]) {
    case '+':
      return { kind: 'added', text, after };
    case '-':
      return { kind: 'removed', text, before };
    case '\\':
      return undefined;
    default:
      return { kind: 'same', text, before, after };
  }
}
