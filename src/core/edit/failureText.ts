import type { EditFailure } from './match.ts';
import type { NearText } from './nearest.ts';

/** An edit that did not apply, among how many, and where. */
export interface FailedEdit {
  readonly failure: EditFailure;
  readonly editIndex: number;
  readonly editCount: number;
  /** The file as the model knows it. */
  readonly file: string;
  readonly oldText: string;
}

/** Tells the model why an edit did not apply and what to do, quoting the file. */
export function explainFailure(failed: FailedEdit): string {
  return `${preamble(failed)} ${reason(failed)}`;
}

/** The same without a word of the file's content, for files that need leave to be read. */
export function explainFailureWithoutContent(failed: FailedEdit): string {
  const { failure } = failed;
  if (failure.kind === 'missing' || failure.kind === 'ambiguous') {
    const what = failure.kind === 'missing' ? 'does not occur' : 'occurs more than once';
    return `${preamble(failed)} old_text ${what} in ${failed.file}. Read the file first.`;
  }
  return explainFailure(failed);
}

function preamble({ editIndex, editCount }: FailedEdit): string {
  if (editCount === 1) {
    return 'Nothing was changed.';
  }
  const earlier = editIndex > 0 ? ` (lines as after the edits before it)` : '';
  return `Nothing was changed, as edit ${editIndex + 1} of ${editCount} does not apply${earlier}.`;
}

function reason(failed: FailedEdit): string {
  const { failure, file } = failed;
  switch (failure.kind) {
    case 'emptyOldText':
      return 'old_text is empty: quote the text to replace, or use write_file for a new file.';
    case 'noChange':
      return 'old_text and new_text are the same.';
    case 'brokenText':
      return 'The text holds half of a surrogate pair, which is no character.';
    case 'ambiguous':
      if (failure.isLoose) {
        return `old_text does not occur exactly in ${file}, and but for white space it occurs ${failure.hasMore ? 'more than ' : ''}${failure.lines.length} times, at lines ${failure.lines.join(', ')}. Quote the text exactly as it is in the file, tabs and spaces included.`;
      }
      return `old_text occurs ${failure.hasMore ? 'more than ' : ''}${failure.lines.length} times in ${file}, at lines ${failure.lines.join(', ')}. Quote more of the lines around the one you mean, or set replace_all.`;
    case 'missing':
      return missing(failed, failure.nearest);
  }
}

function missing({ file, oldText }: FailedEdit, nearest: readonly NearText[]): string {
  const numbered = oldText.split('\n').every((line) => /^\s*\d+\t/.test(line) || line === '');
  const hint = numbered
    ? ' It begins with line numbers: leave out what read_file puts before each line.'
    : '';
  const [best, ...others] = nearest;
  if (!best) {
    return `old_text does not occur in ${file}, nor anything like it.${hint} Read the file again and quote it exactly.`;
  }
  const [found, wanted] = quoteBoth(best.difference.found, best.difference.wanted);
  return [
    `old_text does not occur in ${file}.${hint} Nearest: ${range(best)} (${percent(best)} alike). First difference, at line ${best.difference.line}:`,
    `  file:     ${found}`,
    `  old_text: ${wanted}`,
    ...(others.length > 0
      ? [
          `Also like it: ${others.map((other) => `${range(other)} (${percent(other)})`).join(', ')}.`,
        ]
      : []),
    'Quote the text exactly as it is in the file, tabs and spaces included.',
  ].join('\n');
}

function range(place: NearText): string {
  return place.startLine === place.endLine
    ? `line ${place.startLine}`
    : `lines ${place.startLine}-${place.endLine}`;
}

/** Rounded down: what differs is never told as 100 %. */
function percent(place: NearText): string {
  return `${Math.min(99, Math.floor(place.similarity * 100))} %`;
}

/** Long lines are cut: two of 200 characters show a difference and spare the history. */
const maxQuotedCharacters = 200;
/** What is kept before the difference, so that its place is recognised. */
const keptBeforeCharacters = 40;

function quoteBoth(found: string | undefined, wanted: string): readonly [string, string] {
  const from = Math.max(0, firstDifference(found ?? '', wanted) - keptBeforeCharacters);
  return [found === undefined ? '(the file ends before)' : quote(found, from), quote(wanted, from)];
}

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) {
    at += 1;
  }
  return at;
}

/** With tabs, and what else can't be seen, made visible. */
function quote(line: string, from: number): string {
  const cut = line.length > maxQuotedCharacters;
  const shown = cut ? line.slice(from, from + maxQuotedCharacters) : line;
  const quoted = JSON.stringify(shown).replace(/[^\P{Z} ]|\p{Cf}/gu, escapeCharacter);
  return `${cut && from > 0 ? '…' : ''}${quoted}${cut && from + maxQuotedCharacters < line.length ? '…' : ''}`;
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
