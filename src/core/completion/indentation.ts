/** How a file indents. */
export interface IndentStyle {
  /** One level: a tab, or some spaces. */
  readonly unit: string;
  /** What a tab counts for, columns. */
  readonly tabColumns: number;
}

/** Without any example in the file: what most editors start with. */
const defaultStyle: IndentStyle = { unit: '    ', tabColumns: 4 };
/** So much on each side of the cursor is looked at, characters: some hundred lines. */
const sampleCharacters = 3_000;
const widestUnit = 8;

/** How the lines around an offset are indented. */
export function indentStyle(text: string, offset: number): IndentStyle {
  const sample = text.slice(Math.max(0, offset - sampleCharacters), offset + sampleCharacters);
  const indents = [...sample.matchAll(/^([ \t]+)/gm)].map((match) => match[1] ?? '');
  const tabbed = indents.filter((indent) => indent.startsWith('\t')).length;
  if (tabbed * 2 > indents.length) {
    return { unit: '\t', tabColumns: 4 };
  }
  const columns = smallestStep(indents.filter((indent) => !indent.includes('\t')));
  return columns === undefined ? defaultStyle : { unit: ' '.repeat(columns), tabColumns: columns };
}

/** The step that most lines differ by from the one before, columns. */
function smallestStep(indents: readonly string[]): number | undefined {
  const counts = new Map<number, number>();
  let before = 0;
  for (const { length } of indents) {
    const step = Math.abs(length - before);
    before = length;
    if (step > 1 && step <= widestUnit) {
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
  }
  const [best] = [...counts].sort((left, right) => right[1] - left[1] || left[0] - right[0]);
  return best?.[0];
}

/** The white space that a line begins with. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** How far a line is indented, columns. */
export function indentColumns(line: string, style: IndentStyle): number {
  let columns = 0;
  for (const character of indentOf(line)) {
    columns += character === '\t' ? style.tabColumns - (columns % style.tabColumns) : 1;
  }
  return columns;
}

/** White space of so many columns as the file writes it. */
export function indentFor(columns: number, style: IndentStyle): string {
  if (style.unit !== '\t') {
    return ' '.repeat(columns);
  }
  return (
    '\t'.repeat(Math.floor(columns / style.tabColumns)) + ' '.repeat(columns % style.tabColumns)
  );
}

/** How an answer indents, by its first line that is indented, so that what follows changes nothing. */
export function answerStyle(text: string, to: IndentStyle): IndentStyle {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '';
  if (indent === '' || indent.startsWith('\t') === (to.unit === '\t')) {
    return to;
  }
  if (indent.startsWith('\t')) {
    return { unit: '\t', tabColumns: 4 };
  }
  const columns = indent.length % 4 === 0 ? 4 : 2;
  return { unit: ' '.repeat(columns), tabColumns: columns };
}

/** How the lines of an answer after its first are to be moved. */
export interface Reindenting {
  /** As the answer indents. */
  readonly from: IndentStyle;
  readonly to: IndentStyle;
  /** Columns that each line is moved to the right. */
  readonly moveBy: number;
}

/** An answer's lines after the first, indented as the file is. Lines of white space become empty. */
export function reindented(text: string, { from, to, moveBy }: Reindenting): string {
  const [first = '', ...rest] = text.split('\n');
  const lines = rest.map((line, index) => {
    if (line.trim() === '') {
      // The last line stands before what follows the cursor.
      return index === rest.length - 1 ? line : '';
    }
    // What indents as the file does stays as it is: some files mix both, and align with spaces.
    if (from === to && moveBy === 0) {
      return line;
    }
    const columns = Math.max(0, inUnits(line, from, to) + moveBy);
    return indentFor(columns, to) + line.slice(indentOf(line).length);
  });
  return [first, ...lines].join('\n');
}

/** Columns in the file's units of a line that is indented in the answer's. */
function inUnits(line: string, from: IndentStyle, to: IndentStyle): number {
  const columns = indentColumns(line, from);
  const unitFrom = unitColumns(from);
  const unitTo = unitColumns(to);
  return Math.floor(columns / unitFrom) * unitTo + (columns % unitFrom);
}

function unitColumns(style: IndentStyle): number {
  return style.unit === '\t' ? style.tabColumns : style.unit.length;
}
