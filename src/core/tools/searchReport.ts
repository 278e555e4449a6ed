import type { FoundLine } from './searchText.ts';

/** More matches than this are not looked for: nobody reads them, and the pattern is too broad. */
export const maxMatches = 10_000;

/** Gathers what a search finds, and tells it file by file in order. */
export class SearchReport {
  private readonly files = new Map<string, readonly FoundLine[]>();
  private matchCount = 0;
  private endedEarly: string | undefined;

  /** Whether enough was found to stop. */
  get isFull(): boolean {
    return this.matchCount >= maxMatches;
  }

  /** @param file As it is shown. A file that was found before is not counted again. */
  add(file: string, lines: readonly FoundLine[]): void {
    if (!this.files.has(file) && lines.length > 0) {
      this.files.set(file, lines);
      this.matchCount += lines.filter((line) => line.isMatch).length;
    }
  }

  /** Says that the search stopped before it had seen everything, and why. */
  stopEarly(reason: string): void {
    this.endedEarly = reason;
  }

  /** The first `limit` matches, with their files and line numbers. Empty where nothing was found. */
  format(limit: number): string {
    const files = [...this.files].sort(([left], [right]) => (left < right ? -1 : 1));
    const groups: string[] = [];
    let left = limit;
    for (const [file, lines] of files) {
      if (left <= 0) {
        break;
      }
      const shown = firstMatches(lines, left);
      left -= shown.filter((line) => line.isMatch).length;
      groups.push(formatFile(file, shown));
    }
    return [...groups, ...this.remarks(limit)].join('\n');
  }

  private remarks(limit: number): readonly string[] {
    const remarks: string[] = [];
    if (this.matchCount > limit) {
      const count = this.isFull ? `more than ${maxMatches}` : `${this.matchCount}`;
      remarks.push(
        `The first ${limit} of ${count} matches in ${this.files.size} files. Narrow it with path, glob or a longer pattern.`,
      );
    }
    if (this.endedEarly !== undefined) {
      remarks.push(this.endedEarly);
    }
    return remarks.length > 0 ? [`\n[${remarks.join(' ')}]`] : [];
  }
}

/** The lines up to the match number `count`, with the lines after it that belong to it. */
function firstMatches(lines: readonly FoundLine[], count: number): readonly FoundLine[] {
  let matches = 0;
  const end = lines.findIndex((line) => {
    matches += Number(line.isMatch);
    return matches > count;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** As grep writes it: `file:12: match`, `file-11- context`, `--` between groups that do not touch. */
function formatFile(file: string, lines: readonly FoundLine[]): string {
  const hasContext = lines.some((line) => !line.isMatch);
  const rows: string[] = [];
  let previous: number | undefined;
  for (const line of lines) {
    if (hasContext && previous !== undefined && line.number > previous + 1) {
      rows.push('--');
    }
    const mark = line.isMatch ? ':' : '-';
    rows.push(`${file}${mark}${line.number}${mark} ${line.text}`);
    previous = line.number;
  }
  return rows.join('\n');
}
