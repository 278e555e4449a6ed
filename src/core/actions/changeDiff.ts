import { cutText } from '../../base/cutText.ts';
import { isSensitiveFile } from '../tools/sensitiveFiles.ts';

/** What git tells of one file's change. */
export interface FileDiff {
  /** With slashes, from the repository's root; the new name where there are two. */
  readonly path: string;
  readonly text: string;
  /** Why its content is of no use or nobody's business; undefined where it may be sent. */
  readonly leftOut?: 'binary' | 'lock file' | 'secrets' | 'hidden';
}

/** Written by package managers: as long as they are without meaning. */
const lockFiles: ReadonlySet<string> = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'cargo.lock',
  'poetry.lock',
  'uv.lock',
  'pipfile.lock',
  'gemfile.lock',
  'composer.lock',
  'go.sum',
  'mix.lock',
  'flake.lock',
  'pubspec.lock',
  'podfile.lock',
  'packages.lock.json',
]);

/** The files of a diff as git prints it. */
export function splitDiff(diff: string): readonly FileDiff[] {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map((text) => {
      const path = pathOf(text);
      const leftOut = reasonToLeaveOut(path, text);
      return leftOut === undefined ? { path, text } : { path, text, leftOut };
    });
}

/** Pieces of at most so many characters, each with its file's name; cut between hunks, else lines. */
export function piecesOf({ path, text }: FileDiff, maxCharacters: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of text.split(/^(?=@@ )/m).flatMap((hunk) => cutLines(hunk, maxCharacters))) {
    if (piece !== '' && piece.length + part.length > maxCharacters) {
      pieces.push(piece);
      piece = '';
    }
    piece += piece === '' && pieces.length > 0 ? `(more of ${path})\n${part}` : part;
  }
  return [...pieces, piece];
}

function cutLines(text: string, maxCharacters: number): readonly string[] {
  if (text.length <= maxCharacters) {
    return [text];
  }
  const parts: string[] = [];
  let part = '';
  for (const line of text.split(/(?<=\n)/)) {
    if (part !== '' && part.length + line.length > maxCharacters) {
      parts.push(part);
      part = '';
    }
    // A line of its own length is of a file that was made by a program.
    part += cutText(line, maxCharacters);
  }
  return [...parts, part];
}

/** From the lines that name it; the first one is ambiguous where names hold spaces. */
function pathOf(text: string): string {
  const head = text.slice(0, Math.max(0, text.search(/^(?:@@ |GIT binary patch)/m)) || undefined);
  const named =
    /^\+\+\+ "?b\/(.*?)"?\t?$/m.exec(head) ??
    /^rename to "?(.*?)"?$/m.exec(head) ??
    /^--- "?a\/(.*?)"?\t?$/m.exec(head) ??
    /^diff --git .* "?b\/(.*?)"?$/m.exec(head);
  return unquote(named?.[1] ?? '');
}

/** Git writes bytes beyond ASCII as octal escapes. */
function unquote(name: string): string {
  if (!name.includes('\\')) {
    return name;
  }
  const bytes: number[] = [];
  for (const [, octal, other, plain] of name.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/g)) {
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8));
    } else {
      bytes.push(...Buffer.from(other ?? plain ?? '', 'utf8'));
    }
  }
  return Buffer.from(bytes).toString('utf8');
}

function reasonToLeaveOut(path: string, text: string): FileDiff['leftOut'] {
  if (/^(?:Binary files .* differ|GIT binary patch)$/m.test(text)) {
    return 'binary';
  }
  // A file that was renamed may have held secrets under its old name.
  const old = /^rename from "?(.*?)"?$/m.exec(text)?.[1];
  if (isSensitiveFile(path) || (old !== undefined && isSensitiveFile(old))) {
    return 'secrets';
  }
  const name = path.split('/').at(-1)?.toLowerCase() ?? '';
  return lockFiles.has(name) ? 'lock file' : undefined;
}
