import { common, createLowlight } from 'lowlight';
import { flattenTokens, type Token } from './tokens.ts';

const lowlight = createLowlight(common);
lowlight.registerAlias({ typescript: ['mts', 'cts'], javascript: ['mjs', 'cjs'], json: ['jsonl'] });

/**
 * Reads code and tells its coloured stretches; undefined where the language is not known.
 * @param offset Added to every position: where the code stands in its block.
 */
export function tokenize(language: string, code: string, offset: number): Token[] | undefined {
  if (!lowlight.registered(language)) {
    return undefined;
  }
  return flattenTokens(lowlight.highlight(language, code), offset);
}
