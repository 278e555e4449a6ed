import { parseIntent } from './intents.ts';
import type { Attachment, Question, UserTurn } from './question.ts';
import { callTool, type ToolAnswer, type ToolCall } from './script.ts';
import { outlineOf, type SourceLine } from './symbols.ts';
import { nextLine, readFileList, readLines } from './toolOutput.ts';
import type { FileReference } from './wording.ts';

/** Part of a script: asks tools and gives something back to the script it is in. */
export type Part<T> = Generator<readonly ToolCall[], T, readonly ToolAnswer[]>;

/** The code that a question is about. */
export interface Subject {
  readonly path: string;
  /** One-based, inclusive; absent for the whole file. */
  readonly startLine?: number;
  readonly endLine?: number;
  readonly lines: readonly SourceLine[];
}

/** Why there is no subject: a sentence for the user. */
export interface Missing {
  readonly missing: string;
}

/** Files above this size are read in part: 5 reads of 2,000 lines. */
const maxReads = 5;
/** More files of one name than this are not told apart by a list. */
const maxSameName = 20;

/** Where the code that the question is about stands, if it says so or code is attached. */
export function placeOf(
  file: FileReference | undefined,
  question: Question,
): FileReference | undefined {
  if (file) {
    return file;
  }
  const attached = codeAttachments(question)[0];
  if (attached?.path !== undefined) {
    return toReference(attached);
  }
  const open = question.attachments.find(({ kind }) => kind === 'editor');
  const inEditor = open && toReference(open);
  const isAboutEditor = /\b(?:open|current|active|editor|selected|selection)\b/i.test(
    question.text,
  );
  const earlier = question.earlier.map(placeOfTurn).find((place) => place !== undefined);
  return isAboutEditor ? (inEditor ?? earlier) : (earlier ?? inEditor);
}

/** What was attached of the kinds that are code. */
export function codeAttachments(turn: UserTurn): readonly Attachment[] {
  return turn.attachments.filter(
    ({ kind, path }) => path !== undefined && ['file', 'symbol', 'selection'].includes(kind),
  );
}

/** What "this" and "it" mean after an earlier turn. */
function placeOfTurn(turn: UserTurn): FileReference | undefined {
  const attached = codeAttachments(turn)[0];
  if (attached) {
    return toReference(attached);
  }
  const intent = parseIntent(turn.text);
  return 'file' in intent ? intent.file : undefined;
}

/** What "this" and "it" name: what is attached, else what an earlier turn was about. */
export function nameOf(question: Question): string | undefined {
  return (
    attachedName(question) ?? question.earlier.map(nameOfTurn).find((name) => name !== undefined)
  );
}

function nameOfTurn(turn: UserTurn): string | undefined {
  const intent = parseIntent(turn.text);
  return ('name' in intent ? intent.name : undefined) ?? attachedName(turn);
}

/** A symbol that is attached, else the first thing that the attached code defines. */
function attachedName(turn: UserTurn): string | undefined {
  for (const { name, path = '', content } of codeAttachments(turn)) {
    const lines = content.split('\n').map((text, index) => ({ number: index + 1, text }));
    const found = name ?? outlineOf(lines, path)[0]?.name;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function toReference({ path = '', startLine, endLine }: Attachment): FileReference {
  return {
    path,
    ...(startLine === undefined ? {} : { startLine }),
    ...(endLine === undefined ? {} : { endLine }),
  };
}

/** Reads the code at a place; what is attached of it need not be read again. */
export function* readSubject(place: FileReference, question: Question): Part<Subject | Missing> {
  const attached = codeAttachments(question).find(
    (one) => one.path === place.path && one.startLine === place.startLine,
  );
  if (attached) {
    const first = attached.startLine ?? 1;
    const lines = attached.content
      .split(/\r?\n/)
      .map((text, index) => ({ number: first + index, text }));
    return { ...place, lines };
  }
  const path = yield* findPath(place.path);
  if (path === undefined) {
    return { missing: `I found no file ${place.path} in the workspace.` };
  }
  const read = yield* readFile(path, place.startLine, place.endLine);
  return 'missing' in read ? read : { ...place, path, lines: read.lines };
}

/** The path of the file that is named, if only by its end; undefined where there is none. */
export function* findPath(named: string): Part<string | undefined> {
  if (/^(?:[\\/~]|[A-Za-z]:)/.test(named)) {
    return named;
  }
  const wanted = named.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const name = wanted.slice(wanted.lastIndexOf('/') + 1);
  const answer = yield* callTool('list_files', { glob: escapeGlob(name), limit: maxSameName });
  const { paths } = readFileList(answer.isError ? '' : answer.text);
  const candidates = paths.filter((path) => path === wanted || path.endsWith(`/${wanted}`));
  return [...candidates].sort((left, right) => left.length - right.length)[0];
}

function escapeGlob(name: string): string {
  return name.replace(/[*?[\]{}()!|+@\\]/g, '?');
}

/** A file's lines; of long ones, the first ten thousand. */
export function* readFile(
  path: string,
  startLine?: number,
  endLine?: number,
): Part<{ readonly lines: readonly SourceLine[] } | Missing> {
  const lines: SourceLine[] = [];
  let start = startLine;
  for (let reads = 0; reads < maxReads; reads += 1) {
    const range = {
      ...(start === undefined ? {} : { start_line: start }),
      ...(endLine === undefined ? {} : { end_line: endLine }),
    };
    const answer = yield* callTool('read_file', { path, ...range });
    if (answer.isError) {
      return lines.length > 0 ? { lines } : { missing: firstLine(answer.text) };
    }
    lines.push(...readLines(answer.text));
    const next = nextLine(answer.text);
    if (next === undefined || next <= (start ?? 1) || (endLine !== undefined && next > endLine)) {
      break;
    }
    start = next;
  }
  return { lines };
}

/** The first line of what a tool said went wrong. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
