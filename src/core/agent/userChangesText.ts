import type { UserChange } from '../edit/review/userChanges.ts';

/** Enough to know a piece again, characters; of more pieces only the place is told. */
const mostPieceCharacters = 1_500;
const mostCharacters = 8_000;

/** How such a text begins: `isUserChangesText` knows it by that. */
const opening = '<edits_reviewed_by_user>';

/**
 * Tells the model what the user did to its edits, so that it neither takes them to stand nor makes
 * them again. Undefined where there is nothing to tell.
 */
export function userChangesText(
  changes: readonly UserChange[],
  displayPath: (path: string) => string,
): string | undefined {
  if (changes.length === 0) {
    return undefined;
  }
  const parts = [
    opening,
    'The user went over edits you made. The files are now as told here. Do not make these edits again unless the user asks for it.',
  ];
  let left = mostCharacters;
  for (const change of changes) {
    const text = pieceText(change, displayPath(change.path));
    left -= text.length;
    parts.push(left > 0 ? text : `${heading(change, displayPath(change.path))} Read the file.`);
  }
  return [...parts, '</edits_reviewed_by_user>'].join('\n');
}

/** Whether a text of a message was made by `userChangesText`. */
export function isUserChangesText(text: string): boolean {
  return text.startsWith(opening);
}

function pieceText(change: UserChange, path: string): string {
  const { kind, lines, now } = change;
  const after = kind === 'deleted' ? [] : [standing(now)];
  const before = kind === 'restored' ? 'It read' : 'You had written';
  return [heading(change, path), piece(before, lines), ...after].join('\n');
}

function heading({ kind }: UserChange, path: string): string {
  switch (kind) {
    case 'rejected':
      return `${path}: rejected.`;
    case 'restored':
      return `${path}: you were told that this was rejected; the user has taken it back in.`;
    case 'changed':
      return `${path}: changed by the user.`;
    case 'deleted':
      return `${path}: rejected, and the file is deleted.`;
  }
}

function standing(now: readonly string[]): string {
  return piece('Now it reads', now);
}

function piece(label: string, lines: readonly string[]): string {
  if (lines.length === 0) {
    return `${label}: nothing`;
  }
  const text = lines.join('\n');
  const shown =
    text.length <= mostPieceCharacters ? text : `${text.slice(0, mostPieceCharacters)}\n(cut here)`;
  return `${label}:\n${shown}`;
}
