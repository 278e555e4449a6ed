import { lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import { lexicalPlace } from './lexicalPlace.ts';
import type { PlaceKind } from './syntax.ts';
import type { TreeText } from './treeBlocks.ts';
import { hasErrorWithin } from './treeErrors.ts';
import type { SyntaxNode } from './treeSitter.ts';

/** What an offset belongs to. In a line that the tree cannot make sense of, by how the line reads. */
export function placeInTree(tree: TreeText, languageId: string, offset: number): PlaceKind {
  const place = nodePlace(tree, offset);
  if (place !== 'code' || !tree.root.hasError) {
    return place;
  }
  const { text } = tree;
  const line = { start: lineStartAt(text, offset), end: lineStopAt(text, offset) };
  return hasErrorWithin(tree.root, line) && nodePlace(tree, line.start) === 'code'
    ? (lexicalPlace(text, languageId, offset)?.kind ?? 'code')
    : 'code';
}

function nodePlace({ root, rules, text }: TreeText, offset: number): PlaceKind {
  let node: SyntaxNode | null = root.descendantForIndex(Math.max(0, offset - 1), offset);
  for (; node; node = node.parent) {
    const isInside = node.startIndex < offset && offset < node.endIndex;
    if (isInside && rules.interpolations.includes(node.type)) {
      return 'code';
    }
    if (isInside && rules.strings.includes(node.type)) {
      return 'string';
    }
    if (rules.comments.includes(node.type) && isInComment(node, text, offset)) {
      return 'comment';
    }
  }
  return 'code';
}

/** A comment that ends with its line goes on where one writes at its end. */
function isInComment(node: SyntaxNode, text: string, offset: number): boolean {
  const { startIndex, endIndex } = node;
  if (startIndex >= offset || offset > endIndex) {
    return false;
  }
  const endsWithLine = !/^(?:\/\*|=begin)/.test(text.slice(startIndex, startIndex + 6));
  return endsWithLine ? !text.slice(startIndex, offset).endsWith('\n') : offset < endIndex;
}
