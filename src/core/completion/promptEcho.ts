import type { AnswerSituation } from './answerSituation.ts';

type Before = Pick<AnswerSituation, 'linePrefix' | 'linesBefore'>;

/** A shorter word before the cursor may well be said twice. */
const minWordCharacters = 2;
/** A shorter piece of code before the cursor may well come again. */
const minTailCharacters = 6;

/**
 * How many characters at an answer's beginning only say again what stands before the cursor.
 * Undefined while that cannot be told yet.
 */
export function echoLength(body: string, before: Before, isEnded: boolean): number | undefined {
  const current = before.linePrefix.trim();
  let isOpen = false;
  for (let count = before.linesBefore.length; count >= 0; count -= 1) {
    const lines = count === 0 ? [] : before.linesBefore.slice(-count).map((line) => line.trim());
    if (!mayBeEcho(lines, current)) {
      continue;
    }
    const length = matchedLength(body, lines, current);
    if (length === 'more') {
      isOpen ||= !isEnded;
    } else if (length !== undefined) {
      return isOpen ? undefined : length;
    }
  }
  return isOpen ? undefined : tailEcho(body, before.linePrefix, isEnded);
}

/** Whether saying this again can only be an echo: some lines and what is typed of the current one. */
function mayBeEcho(lines: readonly string[], current: string): boolean {
  if (current !== '') {
    return lines.length > 0 || /[\p{L}_$]/u.test(current) || current.length > 2;
  }
  const [only = ''] = lines;
  // A single line may be meant to come twice, but not a heading of what follows.
  return lines.length > 1 || (lines.length === 1 && /^(\/\/|#|--|\/\*|\*)|[{:]$/.test(only));
}

/** Up to where the answer says these lines and the typed one again; `more` where it is too short. */
function matchedLength(
  body: string,
  lines: readonly string[],
  current: string,
): number | 'more' | undefined {
  let at = 0;
  for (const line of lines) {
    const start = at + leadingSpace(body.slice(at));
    const end = body.indexOf('\n', start);
    if (end < 0) {
      return line.startsWith(body.slice(start).trimEnd()) ? 'more' : undefined;
    }
    if (body.slice(start, end).trim() !== line) {
      return undefined;
    }
    at = end + 1;
  }
  if (current === '') {
    return at;
  }
  const start = at + leadingSpace(body.slice(at));
  const rest = body.slice(start);
  if (rest.startsWith(current)) {
    return start + current.length;
  }
  return current.startsWith(rest) ? 'more' : undefined;
}

/** The end of the typed line, said again: a word that is half typed, or a longer piece of code. */
function tailEcho(body: string, linePrefix: string, isEnded: boolean): number | undefined {
  const word = /[\p{L}_$][\w$]*$/u.exec(linePrefix)?.[0] ?? '';
  const tails = [...tailsOf(linePrefix), ...(word.length >= minWordCharacters ? [word] : [])];
  let isOpen = false;
  for (const tail of tails) {
    if (body.startsWith(tail)) {
      return isOpen ? undefined : tail.length;
    }
    isOpen ||= !isEnded && tail.startsWith(body);
  }
  return isOpen ? undefined : 0;
}

/** Pieces at the line's end that are long enough and begin with a word, the longest first. */
function tailsOf(linePrefix: string): readonly string[] {
  const starts = [...linePrefix.matchAll(/(?<![\w$])[\p{L}_$]/gu)].map(({ index }) => index);
  return starts
    .map((start) => linePrefix.slice(start))
    .filter((tail) => tail.length >= minTailCharacters && /\W/.test(tail));
}

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length;
}
