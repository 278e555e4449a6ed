import { cutText } from '../../base/cutText.ts';
import type {
  CompletionSurroundings,
  NearbyProblem,
  RecentEdit,
} from './completionSurroundings.ts';

/** Older changes seldom belong to what is written now. */
const maxEdits = 6;
/** Of each side of a change, characters: a few lines tell what it is about. */
const maxEditCharacters = 300;
/** Problems further away are another story, lines. */
const maxProblemDistance = 20;
const maxProblems = 4;
const maxMessageCharacters = 200;

export interface LinePlace {
  readonly documentId: string;
  /** From 0. */
  readonly line: number;
}

/** The latest changes as text, the oldest first; without the line that is being written. */
export function describeEdits(
  edits: readonly RecentEdit[],
  place: LinePlace,
  surroundings: Pick<CompletionSurroundings, 'displayPath'>,
): string {
  return edits
    .filter(({ documentId, line, after }) => !isAtCursor(documentId, line, after, place))
    .slice(-maxEdits)
    .map((edit) => {
      const { path, line, before, after } = edit;
      const head = `@ ${surroundings.displayPath(path)}:${line + 1}`;
      return [head, ...marked('-', before), ...marked('+', after)].join('\n');
    })
    .join('\n');
}

function isAtCursor(documentId: string, line: number, after: string, place: LinePlace): boolean {
  const isHere = documentId === place.documentId;
  return isHere && line <= place.line && place.line <= line + after.split('\n').length - 1;
}

function marked(mark: string, text: string): readonly string[] {
  const short = cutText(text, maxEditCharacters);
  return short.trim() === '' ? [] : short.split('\n').map((line) => `${mark}${line}`);
}

/** The problems close to a line as text, in the order of lines; those of the line itself left out. */
export function describeProblems(problems: readonly NearbyProblem[], line: number): string {
  const distance = (problem: NearbyProblem): number => Math.abs(problem.line - line);
  return (
    problems
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      // What is half written is wrong as yet.
      .filter((problem) => problem.line !== line && distance(problem) <= maxProblemDistance)
      .sort((left, right) => distance(left) - distance(right) || left.line - right.line)
      .slice(0, maxProblems)
      .sort((left, right) => left.line - right.line)
      .map(({ line: at, severity, message }) => {
        const [first = ''] = cutText(message, maxMessageCharacters).split('\n');
        return `line ${at + 1}: ${severity}: ${first}`;
      })
      .join('\n')
  );
}
