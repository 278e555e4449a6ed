import { countLineEnds } from '../../base/lineBounds.ts';
import { type UnifiedText, unifyLineEnds, withLineEnd } from './lineEnds.ts';
import { matchLoosely } from './looseMatch.ts';
import { findNearest, type NearText } from './nearest.ts';

/** One exact replacement. `\n` in either text stands for the file's own line end. */
export interface TextEdit {
  readonly oldText: string;
  readonly newText: string;
  /** Replaces every occurrence; without it there must be exactly one. */
  readonly replaceAll?: boolean;
}

/** Why an edit does not apply. Lines are one-based, in the text as the edits before it left it. */
export type EditFailure =
  | { readonly kind: 'emptyOldText' }
  | { readonly kind: 'noChange' }
  | { readonly kind: 'brokenText' }
  | {
      readonly kind: 'ambiguous';
      /** Where the occurrences begin. */
      readonly lines: readonly number[];
      /** Whether there are more than `lines` tells. */
      readonly hasMore: boolean;
      /** Whether they are so but for white space. */
      readonly isLoose?: boolean;
    }
  | { readonly kind: 'missing'; readonly nearest: readonly NearText[] };

/** How a text must be quoted: exactly, or but for white space where that leaves one place. */
export type Matching = 'exact' | 'whitespaceTolerant';

/** Where white space differed. Lines are one-based, in the text as the edits before it left it. */
export interface LooseEdit {
  readonly editIndex: number;
  readonly startLine: number;
  readonly endLine: number;
}

export type EditResult =
  | {
      readonly kind: 'applied';
      readonly text: string;
      readonly replacements: number;
      /** Those that did not match exactly; absent where all did. */
      readonly loose?: readonly LooseEdit[];
    }
  | { readonly kind: 'failed'; readonly editIndex: number; readonly failure: EditFailure };

/**
 * Applies edits in order, each to what the ones before it left: all of them, or none.
 * Pure and exact: nothing but line ends is made alike, unless `matching` allows for white space, and
 * nothing is looked for elsewhere. Untouched parts stay byte-identical, mixed line ends included.
 */
export function applyEdits(
  text: string,
  edits: readonly TextEdit[],
  matching: Matching = 'exact',
): EditResult {
  let current = text;
  let replacements = 0;
  const loose: LooseEdit[] = [];
  for (const [editIndex, edit] of edits.entries()) {
    const step = applyEdit(current, edit, matching);
    if (step.kind === 'failed') {
      return { kind: 'failed', editIndex, failure: step.failure };
    }
    current = step.text;
    replacements += step.replacements;
    if (step.loose) {
      loose.push({ editIndex, ...step.loose });
    }
  }
  const applied = { kind: 'applied', text: current, replacements } as const;
  return loose.length > 0 ? { ...applied, loose } : applied;
}

type Step =
  | {
      readonly kind: 'applied';
      readonly text: string;
      readonly replacements: number;
      readonly loose?: Omit<LooseEdit, 'editIndex'>;
    }
  | { readonly kind: 'failed'; readonly failure: EditFailure };

function applyEdit(original: string, edit: TextEdit, matching: Matching): Step {
  const oldText = withLineEnd(edit.oldText, '\n');
  const fault = faultOf(oldText, edit);
  if (fault) {
    return { kind: 'failed', failure: fault };
  }
  const unified = unifyLineEnds(original);
  if (!edit.replaceAll) {
    const offsets = findOverlapping(unified.text, oldText);
    if (offsets.length > 1) {
      return { kind: 'failed', failure: ambiguity(unified.text, offsets) };
    }
  }
  const pieces: string[] = [];
  let end = 0;
  let replacements = 0;
  for (const offset of occurrences(unified.text, oldText)) {
    const from = unified.toOriginal(offset);
    const to = unified.toOriginal(offset + oldText.length);
    pieces.push(
      original.slice(end, from),
      newTextFor(original.slice(from, to), edit, unified.lineEnd),
    );
    end = to;
    replacements += 1;
  }
  if (replacements === 0) {
    const isTolerant = matching === 'whitespaceTolerant' && !edit.replaceAll;
    return (
      (isTolerant ? applyLoosely(original, unified, edit) : undefined) ?? {
        kind: 'failed',
        failure: { kind: 'missing', nearest: findNearest(unified.text, oldText) },
      }
    );
  }
  return { kind: 'applied', text: pieces.join('') + original.slice(end), replacements };
}

/** Undefined where the text does not occur, white space aside. */
function applyLoosely(original: string, unified: UnifiedText, edit: TextEdit): Step | undefined {
  const [oldText, newText] = [edit.oldText, edit.newText].map((one) => withLineEnd(one, '\n'));
  const match = matchLoosely(unified.text, oldText ?? '', newText ?? '');
  if (match.kind === 'none') {
    return undefined;
  }
  if (match.kind === 'ambiguous') {
    const lines = match.lines.slice(0, maxOccurrencesTold);
    const hasMore = match.lines.length > lines.length;
    return { kind: 'failed', failure: { kind: 'ambiguous', lines, hasMore, isLoose: true } };
  }
  const { start, end, newText: indented, startLine, endLine } = match.place;
  const from = unified.toOriginal(start);
  const to = unified.toOriginal(end);
  const replaced = original.slice(from, to);
  const text = newTextFor(replaced, { ...edit, newText: indented }, unified.lineEnd);
  if (text === replaced) {
    return { kind: 'failed', failure: { kind: 'noChange' } };
  }
  return {
    kind: 'applied',
    text: original.slice(0, from) + text + original.slice(to),
    replacements: 1,
    loose: { startLine, endLine },
  };
}

function faultOf(oldText: string, edit: TextEdit): EditFailure | undefined {
  if (oldText === '') {
    return { kind: 'emptyOldText' };
  }
  if (oldText === withLineEnd(edit.newText, '\n')) {
    return { kind: 'noChange' };
  }
  // Half a surrogate pair would match the half of a character, and can't be written to a file.
  return /\p{Surrogate}/u.test(edit.oldText + edit.newText) ? { kind: 'brokenText' } : undefined;
}

/** The new text with the line end of what it replaces, else of the file, else its own. */
function newTextFor(
  replaced: string,
  edit: TextEdit,
  fileLineEnd: '\n' | '\r\n' | undefined,
): string {
  const newline = replaced.indexOf('\n');
  if (newline >= 0) {
    return withLineEnd(edit.newText, replaced[newline - 1] === '\r' ? '\r\n' : '\n');
  }
  return fileLineEnd ? withLineEnd(edit.newText, fileLineEnd) : edit.newText;
}

function* occurrences(text: string, searched: string): Generator<number> {
  let at = text.indexOf(searched);
  while (at >= 0) {
    yield at;
    at = text.indexOf(searched, at + searched.length);
  }
}

/** Telling more places than this helps nobody to choose one. */
const maxOccurrencesTold = 20;

/** Overlapping occurrences count, too: where a text could be in two places, neither is meant. */
function findOverlapping(text: string, searched: string): readonly number[] {
  const offsets: number[] = [];
  let at = text.indexOf(searched);
  while (at >= 0 && offsets.length <= maxOccurrencesTold) {
    offsets.push(at);
    at = text.indexOf(searched, at + 1);
  }
  return offsets;
}

function ambiguity(text: string, offsets: readonly number[]): EditFailure {
  return {
    kind: 'ambiguous',
    lines: offsets.slice(0, maxOccurrencesTold).map((offset) => countLineEnds(text, 0, offset) + 1),
    hasMore: offsets.length > maxOccurrencesTold,
  };
}
