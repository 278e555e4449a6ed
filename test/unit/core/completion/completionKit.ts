import type {
  CompletionPlace,
  CompletionPrompt,
} from '../../../../src/core/completion/completion.ts';
import { createCompletionShaping } from '../../../../src/core/completion/completionShaping.ts';
import type { Outcome } from '../../../../src/core/model/request.ts';
import type { FileSyntax, Syntax } from '../../../../src/core/syntax/syntax.ts';

/** A place from a text with its cursor marked by `¦`. */
export function placeAt(marked: string, languageId = 'typescript'): CompletionPlace {
  const offset = marked.indexOf('¦');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { documentId: 'file:///project/a', path: '/project/a', languageId, text, offset };
}

export interface ShapeOptions {
  readonly isMultiline?: boolean;
  readonly languageId?: string;
  readonly outcome?: Outcome;
  readonly syntax?: Partial<FileSyntax>;
}

export const ended: Outcome = { kind: 'done', stopReason: 'end_turn', value: 'end_turn' };
export const limited: Outcome = { kind: 'done', stopReason: 'max_tokens', value: 'max_tokens' };
export const refused: Outcome = { kind: 'done', stopReason: 'refusal', value: 'refusal' };

/** What a stream of these deltas makes: what was shown on the way, and the text to insert. */
export interface ShapedStream {
  readonly shown: readonly string[];
  readonly text: string | undefined;
  /** How many deltas were taken before it was enough. */
  readonly taken: number;
}

export async function shapeStream(
  marked: string,
  deltas: readonly string[],
  options: ShapeOptions = {},
): Promise<ShapedStream> {
  const { languageId, isMultiline = false, outcome = ended } = options;
  const shaping = createCompletionShaping({ syntax: syntaxOf(options.syntax) });
  const prompt = promptFor(isMultiline);
  const shaper = await shaping.begin(placeAt(marked, languageId), prompt);
  const shown: string[] = [];
  for (const [index, delta] of deltas.entries()) {
    const verdict = shaper.push(delta);
    shown.push(shaper.text);
    if (verdict === 'enough') {
      return { shown, text: await shaper.finish('enough'), taken: index + 1 };
    }
  }
  return { shown, text: await shaper.finish(outcome), taken: deltas.length };
}

export function promptFor(isMultiline: boolean): CompletionPrompt {
  return {
    isMultiline,
    version: 1,
    request: {
      surface: 'completion',
      priority: 'interactive',
      model: 'claude-haiku-5-5',
      system: '',
      tools: [],
      messages: [],
      maxOutputTokens: 64,
    },
  };
}

/** Knows nothing of a text but what a test says. */
export function syntaxOf(facts: Partial<FileSyntax> = {}): Syntax {
  const syntaxFor = (text: string): FileSyntax => ({
    source: 'indentation',
    outline: () => [],
    enclosing: () => undefined,
    blockEnd: () => text.length,
    isAtBlockStart: () => false,
    placeAt: () => 'code',
    ranges: () => [],
    identifiersInScope: () => [],
    imports: () => [],
    foldedOutline: () => '',
    hasErrorIn: () => false,
    ...facts,
  });
  return {
    read: async (text, use) => use(syntaxFor(text.text)),
    readChanged: async (text, change, use) =>
      use(syntaxFor(text.text.slice(0, change.start) + change.text + text.text.slice(change.end))),
    changed: () => undefined,
    closed: () => undefined,
  };
}
