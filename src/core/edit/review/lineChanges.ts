import { diffArrays } from 'diff';

/** Lines of a text that are replaced: those from `start` up to, not including, `end`. Zero-based. */
export interface LineChange {
  readonly start: number;
  readonly end: number;
  /** What stands there instead, without line ends. */
  readonly lines: readonly string[];
}

/** Steps until the search for the smallest difference gives up: 200 ms for 25,000 lines on a slow core. */
const maxEditSteps = 1_000;

/** More lines than this are not given to `splice` as arguments, of which an engine takes so many. */
const mostArguments = 10_000;

/** What turns `before` into `after`: in order, apart, and few lines rather than many. */
export function lineChanges(
  before: readonly string[],
  after: readonly string[],
): readonly LineChange[] {
  const shorter = Math.min(before.length, after.length);
  const head = commonHead(before, after);
  const tail = Math.min(commonTail(before, after), shorter - head);
  const old = before.slice(head, before.length - tail);
  const next = after.slice(head, after.length - tail);
  if (old.length === 0 && next.length === 0) {
    return [];
  }
  if (old.length === 0 || next.length === 0) {
    return [{ start: head, end: head + old.length, lines: next }];
  }
  return search(old, next).map(({ start, end, lines }) => ({
    start: start + head,
    end: end + head,
    lines,
  }));
}

/**
 * Changes with nothing between them but a line that says nothing by itself, such as a brace, made one:
 * nobody wants to decide on them alone.
 */
export function joinedChanges(
  before: readonly string[],
  changes: readonly LineChange[],
): readonly LineChange[] {
  const joined: LineChange[] = [];
  for (const change of changes) {
    const last = joined.at(-1);
    const between = before.slice(last?.end ?? 0, change.start);
    const [line = ''] = between;
    if (last && between.length === 1 && !/[\p{L}\p{N}]/u.test(line)) {
      const lines = [...last.lines, line, ...change.lines];
      joined[joined.length - 1] = { start: last.start, end: change.end, lines };
    } else {
      joined.push(change);
    }
  }
  return joined;
}

/** How many lines both begin with. */
export function commonHead(one: readonly string[], other: readonly string[]): number {
  const shorter = Math.min(one.length, other.length);
  let head = 0;
  while (head < shorter && one[head] === other[head]) {
    head += 1;
  }
  return head;
}

/** How many lines both end with; may overlap with those that they begin with. */
export function commonTail(one: readonly string[], other: readonly string[]): number {
  const shorter = Math.min(one.length, other.length);
  let tail = 0;
  while (tail < shorter && one[one.length - 1 - tail] === other[other.length - 1 - tail]) {
    tail += 1;
  }
  return tail;
}

/** The lines after a change of them, the given ones themselves where that is quicker. */
export function withLines(lines: string[], { start, end, lines: added }: LineChange): string[] {
  if (added.length > mostArguments) {
    return [...lines.slice(0, start), ...added, ...lines.slice(end)];
  }
  lines.splice(start, end - start, ...added);
  return lines;
}

function search(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  const parts = diffArrays([...before], [...after], { maxEditLength: maxEditSteps });
  if (!parts) {
    return [{ start: 0, end: before.length, lines: after }];
  }
  const changes: LineChange[] = [];
  let [line, start] = [0, 0];
  let added: string[] = [];
  const finish = (): void => {
    if (line > start || added.length > 0) {
      changes.push({ start, end: line, lines: added });
    }
    added = [];
  };
  for (const part of parts) {
    if (part.added) {
      added.push(...part.value);
    } else if (part.removed) {
      line += part.value.length;
    } else {
      finish();
      line += part.value.length;
      start = line;
    }
  }
  finish();
  return changes;
}
