import nodePath from 'node:path';
import { type FileTree, fromRipgrepPath, startArgument } from './fileTree.ts';
import { namePatternOf } from './glob.ts';
import { type RipgrepCall, ripgrepRecords } from './ripgrep.ts';
import type { SearchPattern } from './searchPattern.ts';
import { cutLine, type FileFindings, type FoundLine, maxMatchesPerFile } from './searchText.ts';

/** What a search of a tree is asked. */
export interface TreeQuery {
  readonly pattern: SearchPattern;
  readonly contextLines: number;
  /** Only spares work: the caller filters. */
  readonly glob: string | undefined;
  /** Larger files are passed over. */
  readonly maxFileBytes: number;
}

/** Searches a tree with ripgrep; files come in no order. */
export async function* searchTreeWithRipgrep(
  tree: FileTree,
  ripgrep: NonNullable<FileTree['ripgrep']>,
  query: TreeQuery,
  signal: AbortSignal,
): AsyncGenerator<FileFindings> {
  const name = namePatternOf(query.glob);
  const nameFlags = name === undefined ? [] : [`--type-add=wanted:${name}`, '--type=wanted'];
  const args = [
    ...ripgrep.flags,
    ...nameFlags,
    `--max-filesize=${query.maxFileBytes}`,
    ...patternFlags(query),
    '--',
    startArgument(tree),
  ];
  yield* findings({ program: ripgrep.program, args, folder: tree.root }, signal);
}

/** Searches one text, so that it is understood as those on disk are. */
export async function searchTextWithRipgrep(
  program: string,
  text: string,
  query: Pick<TreeQuery, 'pattern' | 'contextLines'>,
  signal: AbortSignal,
): Promise<readonly FoundLine[]> {
  const args = ['--no-config', ...patternFlags(query), '--', '-'];
  const call = { program, args, folder: nodePath.dirname(program), input: text };
  for await (const found of findings(call, signal)) {
    return found.lines;
  }
  return [];
}

/** Searches one file, whatever ignore files say of it. */
export async function searchFileWithRipgrep(
  program: string,
  file: string,
  query: Pick<TreeQuery, 'pattern' | 'contextLines'>,
  signal: AbortSignal,
): Promise<readonly FoundLine[]> {
  const args = ['--no-config', '--no-ignore', '--hidden', ...patternFlags(query), '--', file];
  const call = { program, args, folder: nodePath.dirname(file) };
  for await (const found of findings(call, signal)) {
    return found.lines;
  }
  return [];
}

function patternFlags({ pattern, contextLines }: Pick<TreeQuery, 'pattern' | 'contextLines'>) {
  return [
    '--json',
    '--crlf',
    '--no-messages',
    `--max-count=${maxMatchesPerFile}`,
    `--context=${contextLines}`,
    pattern.isCaseSensitive ? '--case-sensitive' : '--ignore-case',
    ...(pattern.isRegex ? [] : ['--fixed-strings']),
    '--regexp',
    pattern.text,
  ];
}

async function* findings(
  call: Omit<RipgrepCall, 'separator'>,
  signal: AbortSignal,
): AsyncGenerator<FileFindings> {
  let lines: FoundLine[] = [];
  for await (const record of ripgrepRecords({ ...call, separator: '\n' }, signal)) {
    const event = JSON.parse(record) as RipgrepEvent;
    if (event.type === 'begin') {
      lines = [];
    } else if (event.type === 'match' || event.type === 'context') {
      lines.push(toLine(event));
    } else if (event.type === 'end') {
      const file = event.data.path.text;
      // A binary file that looked like text at first; a name that is no text can't be named.
      if (event.data.binary_offset === null && file !== undefined && lines.length > 0) {
        yield { file: fromRipgrepPath(file), lines };
      }
    }
  }
}

/** Text, or bytes in base64 where they are not UTF-8. */
interface RipgrepText {
  readonly text?: string;
  readonly bytes?: string;
}

interface LineEvent {
  readonly type: 'match' | 'context';
  readonly data: {
    readonly lines: RipgrepText;
    readonly line_number: number;
    readonly submatches: readonly { readonly start: number }[];
  };
}

type RipgrepEvent =
  | { readonly type: 'begin' | 'summary' }
  | LineEvent
  | {
      readonly type: 'end';
      readonly data: { readonly path: RipgrepText; readonly binary_offset: number | null };
    };

function toLine(event: LineEvent): FoundLine {
  const { lines, line_number: number, submatches } = event.data;
  const bytes = lines.bytes === undefined ? undefined : Buffer.from(lines.bytes, 'base64');
  const line = (lines.text ?? bytes?.toString('utf8') ?? '').replace(/\r?\n$/, '');
  const atBytes = submatches[0]?.start ?? 0;
  // ripgrep counts in bytes; only in a line that is cut does it matter where the match is.
  const at = Buffer.from(line).subarray(0, atBytes).toString('utf8').length;
  return { number, text: cutLine(line, at), isMatch: event.type === 'match' };
}
