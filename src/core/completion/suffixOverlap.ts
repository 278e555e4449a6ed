import type { AnswerSituation } from './answerSituation.ts';
import { BracketScanner, type Reading } from './bracketScanner.ts';
import type { LanguageFacts } from './languageFacts.ts';

type Situation = Pick<AnswerSituation, 'facts' | 'lineSuffix' | 'linesAfter' | 'reading'>;

/** How many characters at the end of a line to insert only say what stands behind the cursor. */
export function overlapLength(text: string, situation: Situation): number {
  const { lineSuffix } = situation;
  const longest = Math.min(text.length, lineSuffix.length);
  for (let length = longest; length > 0; length -= 1) {
    const kept = text.slice(0, -length);
    if (lineSuffix.startsWith(text.slice(-length)) && mayDrop(text, kept, situation)) {
      return length;
    }
  }
  return 0;
}

/** What is dropped may not be the partner of what is kept. */
function mayDrop(text: string, kept: string, { facts, reading }: Situation): boolean {
  const before = openEnds(text, facts, reading);
  const after = openEnds(kept, facts, reading);
  return after.brackets <= before.brackets && after.isInString === (reading.kind === 'string');
}

function openEnds(
  text: string,
  facts: LanguageFacts,
  reading: Reading,
): { readonly brackets: number; readonly isInString: boolean } {
  const scanner = new BracketScanner(facts, reading);
  scanner.readAll(text);
  return { brackets: scanner.open.length, isInString: scanner.reading.kind === 'string' };
}

/** Whether a line of an answer says what the next line of the file says. */
export function isNextLine(line: string, { linesAfter }: Situation): boolean {
  const [next] = linesAfter;
  return next !== undefined && line.trim() === next.trim() && line.trim() !== '';
}

/** Whether all of a text stands behind the cursor already. */
export function isSaidBehind(text: string, { lineSuffix, linesAfter }: Situation): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const wanted = lines.filter((line) => line !== '');
  const behind = [lineSuffix, ...linesAfter].map((line) => line.trim());
  const there = behind.filter((line) => line !== '');
  return wanted.every((line, index) => there[index] === line);
}
