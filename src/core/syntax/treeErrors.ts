import { rangeOf } from './outlineQuery.ts';
import type { TextRange } from './syntax.ts';
import type { SyntaxNode } from './treeSitter.ts';

/** A text with more of them is not of this language. */
const maxErrors = 1_000;

/** Whether a node that touches the range is wrong or missing. */
export function hasErrorWithin(node: SyntaxNode, range: TextRange): boolean {
  if (!node.hasError || node.endIndex < range.start || node.startIndex > range.end) {
    return false;
  }
  return (
    node.isError || node.isMissing || node.children.some((child) => hasErrorWithin(child, range))
  );
}

/** Where something is wrong or missing, the first places of many. */
export function errorsIn(root: SyntaxNode): readonly TextRange[] {
  const errors: TextRange[] = [];
  const pending = [root];
  for (let node = pending.pop(); node && errors.length < maxErrors; node = pending.pop()) {
    if (node.isError || node.isMissing) {
      errors.push(rangeOf(node));
    } else if (node.hasError) {
      pending.push(...node.children.reverse());
    }
  }
  return errors;
}
