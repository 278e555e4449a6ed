import type { FileSyntax } from '../syntax/syntax.ts';
import { opensBlock } from './answerSituation.ts';
import type { CompletionPlace, CompletionTrigger } from './completion.ts';
import { languageFacts } from './languageFacts.ts';
import { lineStartAt, lineStopAt } from './lineBounds.ts';

/**
 * Whether a completion may go beyond the line with the cursor: where a block begins, and on a blank
 * line of code. Elsewhere the rest of the line is what is wanted, and comes sooner. Who asks by command
 * gets more than a line wherever the line is at its end.
 */
export function mayBeMultiline(
  place: CompletionPlace,
  trigger: CompletionTrigger,
  syntax: Pick<FileSyntax, 'placeAt' | 'isAtBlockStart'>,
): boolean {
  const { text, offset, languageId } = place;
  const facts = languageFacts(languageId);
  const linePrefix = text.slice(lineStartAt(text, offset), offset);
  const lineSuffix = text.slice(offset, lineStopAt(text, offset)).trim();
  if (!/^[)\]};,]*$/.test(lineSuffix) || syntax.placeAt(offset) !== 'code') {
    return false;
  }
  if (opensBlock(linePrefix, facts) || syntax.isAtBlockStart(offset)) {
    return true;
  }
  const isBlank = linePrefix.trim() === '' && facts.blocks !== 'none';
  return lineSuffix === '' && (isBlank || trigger === 'invoke');
}
