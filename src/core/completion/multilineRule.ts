import { lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import type { FileSyntax } from '../syntax/syntax.ts';
import { opensBlock } from './answerSituation.ts';
import type { CompletionPlace, CompletionTrigger } from './completion.ts';
import { languageFacts } from './languageFacts.ts';

/** What a line may end with where a block begins that no brace or colon announces. */
const mayOpen = /([{:>|]|\b(do|then|else|begin|where|of))$/;

/**
 * Whether a completion may go beyond the line with the cursor: where a block begins, and on a blank
 * line of code. Elsewhere the rest of the line is what is wanted, and comes sooner. Who asks by command
 * gets more than a line wherever the line is at its end. `unknown` where only the syntax can tell, so
 * that most keys need not wait for a parser.
 */
export function multilineByText(
  { text, offset, languageId }: CompletionPlace,
  trigger: CompletionTrigger,
): 'no' | 'unknown' {
  const linePrefix = text.slice(lineStartAt(text, offset), offset).trim();
  const lineSuffix = text.slice(offset, lineStopAt(text, offset)).trim();
  const facts = languageFacts(languageId);
  const isOpening = opensBlock(linePrefix, facts) || mayOpen.test(linePrefix);
  const isAtEnd = lineSuffix === '' && facts.blocks !== 'none';
  const isWanted = isOpening || (isAtEnd && (linePrefix === '' || trigger === 'invoke'));
  return isWanted && /^[)\]};,]*$/.test(lineSuffix) ? 'unknown' : 'no';
}

/** The same where the text alone does not tell. */
export function multilineBySyntax(
  { text, offset, languageId }: CompletionPlace,
  trigger: CompletionTrigger,
  syntax: Pick<FileSyntax, 'placeAt' | 'isAtBlockStart'>,
): boolean {
  if (syntax.placeAt(offset) !== 'code') {
    return false;
  }
  const linePrefix = text.slice(lineStartAt(text, offset), offset);
  const isAtEnd = text.slice(offset, lineStopAt(text, offset)).trim() === '';
  return (
    opensBlock(linePrefix, languageFacts(languageId)) ||
    (isAtEnd && (linePrefix.trim() === '' || trigger === 'invoke')) ||
    syntax.isAtBlockStart(offset)
  );
}
