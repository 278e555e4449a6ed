import type { SourceLine } from './symbols.ts';

/** A line that a search found. */
export interface SearchHit extends SourceLine {
  readonly path: string;
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** How many there are in all where not all are told, as the tool says it. */
  readonly total: string | undefined;
}

/** Reads `path:12: text`. Other lines are remarks. */
export function readSearch(text: string): SearchResult {
  const hits: SearchHit[] = [];
  for (const row of text.split('\n')) {
    const [, path, number, line] = /^(.+?):(\d+): ?(.*)$/.exec(row) ?? [];
    if (path !== undefined && line !== undefined) {
      hits.push({ path, number: Number(number), text: line });
    }
  }
  const total = /\[The first \d+ of ((?:more than )?\d+) matches/.exec(text)?.[1];
  return { hits, total };
}

/** Reads rows of a number, a tab and the line. */
export function readLines(text: string): readonly SourceLine[] {
  const lines: SourceLine[] = [];
  for (const row of text.split('\n')) {
    const [, number, line] = /^(\d+)\t(.*)$/.exec(row) ?? [];
    if (line !== undefined) {
      lines.push({ number: Number(number), text: line.replace(/\r$/, '') });
    }
  }
  return lines;
}

/** Where the file goes on after what was read. */
export function nextLine(text: string): number | undefined {
  const number = /\[.*Read on with start_line (\d+)\./.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}

export interface FileList {
  readonly paths: readonly string[];
  /** How many files there are in all. */
  readonly total: number;
}

/** Reads one path per line. */
export function readFileList(text: string): FileList {
  const [list = '', remark = ''] = text.split('\n\n');
  if (/^No files\b/.test(list)) {
    return { paths: [], total: 0 };
  }
  const paths = list.split('\n').filter((path) => path.trim() !== '');
  const total = Number(/\[The first \d+ of (\d+) files/.exec(remark)?.[1] ?? paths.length);
  return { paths, total };
}

export interface FileProblem {
  readonly path: string;
  readonly line: number;
  readonly severity: string;
  readonly message: string;
}

/** Reads the problems of each file, as rows such as `  12:5 error: message`. */
export function readProblems(text: string): readonly FileProblem[] {
  const problems: FileProblem[] = [];
  let path = '';
  for (const row of text.split('\n')) {
    const [, line, severity, message] = /^\s+(\d+):\d+ (\w+): (.*)$/.exec(row) ?? [];
    if (line !== undefined && severity !== undefined) {
      problems.push({ path, line: Number(line), severity, message: message ?? '' });
    } else if (!row.startsWith(' ')) {
      path = row.trim();
    }
  }
  return problems;
}
