import type { Alignment } from './markdownSink.ts';

/** The cells of a line that begins with a bar. A bar after a backslash or in a code span is text. */
export function splitRow(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let at = 1;
  while (at < line.length) {
    const character = line[at] ?? '';
    if (character === '\\' && at + 1 < line.length) {
      cell += line[at + 1] === '|' ? '|' : line.slice(at, at + 2);
      at += 2;
    } else if (character === '|') {
      cells.push(cell.trim());
      cell = '';
      at += 1;
    } else {
      const length = character === '`' ? codeLength(line, at) : 1;
      cell += line.slice(at, at + length).replaceAll('\\|', '|');
      at += length;
    }
  }
  if (cell.trim() !== '') {
    cells.push(cell.trim());
  }
  return cells;
}

/** The length of the code span at `at`, or of its backticks alone if it is not closed. */
function codeLength(line: string, at: number): number {
  const run = /^`+/.exec(line.slice(at))?.[0] ?? '`';
  const close = line.indexOf(run, at + run.length);
  const isClosed = close !== -1 && line[close + run.length] !== '`';
  return isClosed ? close + run.length - at : run.length;
}

/** The alignments of a table's second line, or undefined if the line is none. */
export function readDelimiterRow(line: string): Alignment[] | undefined {
  if (!/^\|[ \t:|-]*-[ \t:|-]*$/.test(line)) {
    return undefined;
  }
  const cells = splitRow(line);
  return cells.every((cell) => /^:?-+:?$/.test(cell)) ? cells.map(readAlignment) : undefined;
}

function readAlignment(cell: string): Alignment {
  if (cell.endsWith(':')) {
    return cell.startsWith(':') ? 'center' : 'right';
  }
  return cell.startsWith(':') ? 'left' : 'none';
}
