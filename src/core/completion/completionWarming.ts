import type { ReadSyntaxOptions, Syntax } from '../syntax/syntax.ts';
import type { CompletionPlace, CompletionPrompts } from './completion.ts';

export interface CompletionWarmingParts {
  readonly syntax: Pick<Syntax, 'read'>;
  readonly prompts: Pick<CompletionPrompts, 'prepare'>;
}

/**
 * Does what the first completion of a language would wait for: loads the parser and the grammar,
 * compiles its queries, parses the file, and reads what a prompt takes. To be called in a moment in which
 * nobody types. Rejects where it is cancelled.
 */
export async function warmCompletions(
  { syntax, prompts }: CompletionWarmingParts,
  place: CompletionPlace,
  signal: AbortSignal,
): Promise<void> {
  const { documentId, languageId, text, offset } = place;
  const options: ReadSyntaxOptions = { priority: 'background', signal };
  // In an empty text compiling is all that takes time, and pieces by themselves hold up less.
  await syntax.read({ languageId, text: '' }, (file) => file.outline(), options);
  await syntax.read({ languageId, text: '' }, (file) => file.imports(), options);
  await syntax.read({ documentId, languageId, text }, (file) => file.placeAt(offset), options);
  await prompts.prepare(place, signal);
}
