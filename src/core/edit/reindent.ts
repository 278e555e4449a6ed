/** What is known of a place where white space differs. */
export interface Reindentation {
  /** The lines as they were quoted, and as they are. As many of both. */
  readonly wanted: readonly string[];
  readonly found: readonly string[];
  /** The new lines, indented as the quoted ones are. */
  readonly fresh: readonly string[];
  /** The whole text, for how it indents where the place does not tell. */
  readonly lines: readonly string[];
}

/**
 * The new lines with the indentation of the text they go into; those that were quoted and stay are
 * taken over as they are. Undefined where it can't be told how to indent.
 */
export function reindent(what: Reindentation): readonly string[] | undefined {
  const { wanted, found, fresh } = what;
  const kept = mapOf(wanted, found);
  const indents = mapOf(wanted.map(indentOf), found.map(indentOf), wanted);
  const units = unitsOf(what);
  const result: string[] = [];
  for (const line of fresh) {
    const same = kept.get(line);
    const indent = line.trim() === '' ? '' : translate(indentOf(line), indents, units);
    if (same === undefined && indent === undefined) {
      return undefined;
    }
    result.push(same ?? `${indent}${line.trimStart()}`);
  }
  return result;
}

/** What each key stands for; `undefined` where it stands for several things. Blank lines tell nothing. */
function mapOf(
  keys: readonly string[],
  values: readonly string[],
  lines: readonly string[] = [],
): ReadonlyMap<string, string | undefined> {
  const map = new Map<string, string | undefined>();
  for (const [index, key] of keys.entries()) {
    if (lines[index]?.trim() === '') {
      continue;
    }
    const value = values[index];
    map.set(key, map.has(key) && map.get(key) !== value ? undefined : value);
  }
  return map;
}

function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? '';
}

interface Units {
  readonly quoted: string | undefined;
  readonly own: string | undefined;
}

/** One step of indentation, as it was quoted and as the text has it. */
function unitsOf({ wanted, found, fresh, lines }: Reindentation): Units {
  return {
    quoted: unitOf([...wanted, ...fresh]),
    own: unitOf(found) ?? unitOfText(lines),
  };
}

/** Undefined where all lines are indented alike. */
function unitOf(lines: readonly string[]): string | undefined {
  const indents = lines.filter((line) => line.trim() !== '').map(indentOf);
  if (indents.some((indent) => indent.includes('\t'))) {
    return '\t';
  }
  const least = Math.min(...indents.map((indent) => indent.length));
  const step = indents.reduce((sum, indent) => divisor(sum, indent.length - least), 0);
  return step > 0 ? ' '.repeat(step) : undefined;
}

/** The most frequent step from one line to the next. */
function unitOfText(lines: readonly string[]): string | undefined {
  const steps = new Map<string, number>();
  let before = '';
  for (const line of lines) {
    if (line.trim() !== '') {
      const indent = indentOf(line);
      if (indent.length > before.length && indent.startsWith(before)) {
        const step = indent.slice(before.length);
        steps.set(step, (steps.get(step) ?? 0) + 1);
      }
      before = indent;
    }
  }
  const [most] = [...steps].sort(([, left], [, right]) => right - left);
  return most?.[0];
}

function divisor(left: number, right: number): number {
  return right === 0 ? left : divisor(right, left % right);
}

/** The text's own indentation for a quoted one. Undefined where it does not follow from what is known. */
function translate(
  indent: string,
  known: ReadonlyMap<string, string | undefined>,
  units: Units,
): string | undefined {
  if (known.has(indent)) {
    return known.get(indent);
  }
  const shorter = [...known.keys()]
    .filter((one) => indent.startsWith(one))
    .sort((left, right) => right.length - left.length)[0];
  if (shorter !== undefined) {
    return deepened(known.get(shorter), convert(indent.slice(shorter.length), units));
  }
  const longer = [...known.keys()]
    .filter((one) => one.startsWith(indent))
    .sort((left, right) => left.length - right.length)[0];
  return longer === undefined
    ? undefined
    : lessened(known.get(longer), convert(longer.slice(indent.length), units));
}

function deepened(base: string | undefined, more: string | undefined): string | undefined {
  return base === undefined || more === undefined ? undefined : base + more;
}

function lessened(base: string | undefined, less: string | undefined): string | undefined {
  return base !== undefined && less !== undefined && base.endsWith(less)
    ? base.slice(0, base.length - less.length)
    : undefined;
}

/** Steps of quoted indentation as steps of the text's own. */
function convert(indent: string, { quoted, own }: Units): string | undefined {
  if (quoted === undefined || own === undefined || indent.length % quoted.length !== 0) {
    return undefined;
  }
  const count = indent.length / quoted.length;
  return indent === quoted.repeat(count) ? own.repeat(count) : undefined;
}
