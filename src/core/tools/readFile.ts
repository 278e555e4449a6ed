import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { throwIfCancelled, UserError } from '../../base/errors.ts';
import { countLineEnds } from '../../base/lineBounds.ts';
import { imageTypeOf, readImage } from './imageFile.ts';
import { defineInput } from './input.ts';
import { type LineRange, type RangeLimits, RangeReader, type ReadRange } from './lineRange.ts';
import { explainMissing } from './missingFile.ts';
import { findTarget, readAccess, type Target } from './target.ts';
import { encodingOf } from './textEncoding.ts';
import type { Tool, ToolContext, ToolOutput } from './tool.ts';

/**
 * 2,000 lines hold nearly every source file whole; 60,000 characters are about 15,000 tokens, 7 % of
 * a window of 200,000; lines over 2,000 characters are data or generated code.
 */
const limits: RangeLimits = {
  maxLines: 2_000,
  maxCharacters: 60_000,
  maxLineCharacters: 2_000,
};
/** Line numbers, notes and tabs come on top of what `limits` counts. */
const maxReadCharacters = 80_000;
/** Up to here a file is read as the editor reads it; beyond, from disk and only as far as needed. */
const maxWholeBytes = 4 * 1024 * 1024;

const input = defineInput((s) =>
  s.object({
    path: s.name('Relative to the workspace folder, or absolute.'),
    start_line: s.optional(s.wholeNumber({ min: 1 }, 'First line, from 1.')),
    end_line: s.optional(s.wholeNumber({ min: 1 }, 'Last line, included.')),
    start_character: s.optional(
      s.wholeNumber({ min: 1 }, 'Where to begin in start_line, to read on in a long line.'),
    ),
  }),
);

/** Reads text by lines, and images. */
export function createReadFileTool(): Tool {
  return {
    name: 'read_file',
    description: `Reads a text file as the user sees it, unsaved changes included, each line behind its number and a tab; or an image. At most ${limits.maxLines} lines at once; the end of the answer says how to read on.`,
    inputSchema: input.schema,
    kind: 'read',
    maxResultCharacters: maxReadCharacters,
    prepare: async (given, context) => {
      const parsed = input.parse(given);
      const range = toRange(parsed);
      const target = await findTarget(parsed.path, context);
      return {
        title: titleOf(target, parsed.start_line, parsed.end_line),
        access: readAccess(target),
        run: (_progress, signal) => read(target, range, context, signal),
      };
    },
  };
}

function toRange(parsed: ReturnType<typeof input.parse>): LineRange {
  const { start_line: startLine = 1, end_line: endLine = Number.MAX_SAFE_INTEGER } = parsed;
  if (endLine < startLine) {
    throw new UserError(`end_line (${endLine}) is before start_line (${startLine}).`);
  }
  return { startLine, endLine, startCharacter: parsed.start_character };
}

function titleOf(target: Target, start: number | undefined, end: number | undefined): string {
  if (start === undefined && end === undefined) {
    return `Read ${target.display}`;
  }
  return `Read ${target.display}, lines ${start ?? 1}${end === undefined ? ' on' : `–${end}`}`;
}

async function read(
  target: Target,
  range: LineRange,
  context: ToolContext,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const { workspace } = context;
  const isOpen = workspace.openFiles().includes(target.path);
  if (!isOpen) {
    await assertFile(target, context, signal);
    const image = await imageTypeOf(target.path);
    if (image) {
      return readImage(target, image);
    }
  }
  throwIfCancelled(signal);
  const isWhole = isOpen || (!target.isSpilled && (await sizeOf(target.path)) <= maxWholeBytes);
  const text = isWhole
    ? await readWhole(target, range, context)
    : await readPart(target, range, signal);
  const readPaths = target.isSpilled ? [] : [target.path];
  return { text, isError: false, readPaths };
}

async function assertFile(
  target: Target,
  context: ToolContext,
  signal: AbortSignal,
): Promise<void> {
  switch (target.kind) {
    case 'file':
      return;
    case 'folder':
      throw new UserError(`${target.display} is a folder: list_files shows what is in it.`);
    case 'other':
      throw new UserError(`${target.display} is a device or a pipe, not a file.`);
    case 'missing':
      throw new UserError(await explainMissing(target, context, signal));
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function readWhole(target: Target, range: LineRange, context: ToolContext): Promise<string> {
  const { text, isDirty } = await context.workspace.readText(target.path);
  const lineCount = countLineEnds(text) + (text === '' || text.endsWith('\n') ? 0 : 1);
  const reader = new RangeReader(range, limits);
  reader.take(text);
  const notes = isDirty ? ['It holds changes that are not saved.'] : [];
  return format(reader.finish(true), range, notes, lineCount);
}

/** Reads from disk, no further than the range needs. */
async function readPart(target: Target, range: LineRange, signal: AbortSignal): Promise<string> {
  const reader = new RangeReader(range, limits);
  let decoder: TextDecoder | undefined;
  const stream = createReadStream(target.path, { signal });
  for await (const bytes of stream as AsyncIterable<Uint8Array>) {
    decoder ??= decoderFor(bytes, target);
    reader.take(decoder.decode(bytes, { stream: true }));
    if (reader.isDone) {
      break;
    }
  }
  if (!reader.isDone && decoder) {
    reader.take(decoder.decode());
  }
  const result = reader.finish(!reader.isDone);
  return format(result, range, [], result.reachedEnd ? result.linesSeen : undefined);
}

function decoderFor(head: Uint8Array, target: Target): TextDecoder {
  const encoding = encodingOf(head);
  if (encoding === undefined) {
    throw new UserError(`${target.display} is a binary file.`);
  }
  return new TextDecoder(encoding);
}

/** @param lineCount Lines of the whole file, where known. */
function format(
  result: ReadRange,
  range: LineRange,
  notes: readonly string[],
  lineCount: number | undefined,
): string {
  if (result.rows.length === 0) {
    if (lineCount === 0) {
      return '(The file is empty.)';
    }
    throw new UserError(
      `There is no line ${range.startLine}: the file ends with line ${lineCount}.`,
    );
  }
  const all = [...positionNotes(result, range, lineCount), ...notes];
  return all.length === 0
    ? result.rows.join('\n')
    : `${result.rows.join('\n')}\n\n[${all.join(' ')}]`;
}

function positionNotes(
  result: ReadRange,
  range: LineRange,
  lineCount: number | undefined,
): readonly string[] {
  const next = result.continuation;
  const isAtEnd = next === undefined || (lineCount !== undefined && next.startLine > lineCount);
  const of = lineCount === undefined ? '' : ` of ${lineCount}`;
  const isPart = range.startLine > 1 || result.lastLine !== lineCount;
  const lines =
    range.startLine === result.lastLine
      ? `Line ${range.startLine}`
      : `Lines ${range.startLine}–${result.lastLine}`;
  const position = isPart ? [`${lines}${of}.`] : [];
  if (isAtEnd) {
    return position;
  }
  const character =
    next.startCharacter === undefined ? '' : `, start_character ${next.startCharacter}`;
  return [...position, `Read on with start_line ${next.startLine}${character}.`];
}
