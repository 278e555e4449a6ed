import type { Block } from './block.ts';
import type { BlockRules, LanguageRules } from './languages/languageRules.ts';
import { hasErrorWithin } from './treeErrors.ts';
import type { SyntaxNode } from './treeSitter.ts';

/** What a block is looked for in. */
export interface TreeText {
  readonly root: SyntaxNode;
  readonly text: string;
  readonly rules: LanguageRules;
}

/**
 * The innermost block around an offset; `top` where there is none, and `unclear` where the code is
 * too broken to tell.
 */
export function blockAround(tree: TreeText, offset: number): Block | 'top' | 'unclear' {
  const { blocks } = tree.rules;
  if (blocks.kind === 'layout') {
    return indentedBlock(tree, blocks.block, offset);
  }
  const block = delimitedBlock(tree, blocks, offset);
  return block === 'top' && isBrokenBefore(tree, offset) ? 'unclear' : block;
}

/**
 * The node to begin at for what is around an offset. Where blocks are made by indentation, an
 * indented empty line belongs to the block above it, which ended with its last statement.
 */
export function innermostNode(tree: TreeText, offset: number): SyntaxNode | null {
  const { root, rules } = tree;
  const { blocks } = rules;
  const block = blocks.kind === 'layout' ? indentedBlock(tree, blocks.block, offset) : 'top';
  if (typeof block !== 'object' || block.end >= offset) {
    const at = block === 'unclear' ? tree.text.slice(0, offset).trimEnd().length : offset;
    return root.descendantForIndex(Math.max(0, at - 1), at);
  }
  let node = root.descendantForIndex(block.start, block.end);
  while (node && !(blocks.kind === 'layout' && node.type === blocks.block)) {
    node = node.parent;
  }
  return node;
}

/** Whether something is missing just before an offset: perhaps what closes a block around it. */
function isBrokenBefore({ root, text }: TreeText, offset: number): boolean {
  return hasErrorWithin(root, { start: text.slice(0, offset).trimEnd().length, end: offset });
}

function delimitedBlock(
  { root, rules }: TreeText,
  blocks: Extract<BlockRules, { kind: 'tokens' }>,
  offset: number,
): Block | 'top' | 'unclear' {
  let node: SyntaxNode | null = root.descendantForIndex(Math.max(0, offset - 1), offset);
  for (; node; node = node.parent) {
    if (rules.interpolations.includes(node.type)) {
      continue;
    }
    const children = node.children;
    const opener = openerBefore(node, children, blocks, offset);
    if (!opener) {
      continue;
    }
    const closer = children.find(
      (child) => child.startIndex >= Math.max(offset, opener.end) && isCloser(child, blocks),
    );
    if (node.isError || closer?.isMissing || (!closer && children.at(-1)?.id === opener.id)) {
      return 'unclear';
    }
    const end = closer?.startIndex ?? node.endIndex;
    if (end >= offset) {
      return { start: opener.end, end, isEmpty: isEmptyBetween(children, opener.end, end, rules) };
    }
  }
  return 'top';
}

/** The last child before the offset that opens a block which nothing has closed since. */
function openerBefore(
  node: SyntaxNode,
  children: readonly SyntaxNode[],
  { openers, closers, headers = [] }: Extract<BlockRules, { kind: 'tokens' }>,
  offset: number,
): { readonly id: number; readonly end: number } | undefined {
  const before = children.filter((child) => child.endIndex <= offset);
  const last = before.findLast(
    (child) => !child.isNamed && (openers.includes(child.type) || closers.includes(child.type)),
  );
  if (last) {
    return openers.includes(last.type) ? { id: last.id, end: last.endIndex } : undefined;
  }
  const header = headers
    .map((field) => node.childForFieldName(field))
    .filter((child) => child !== null)
    .filter((child) => child.endIndex < offset)
    .sort((left, right) => right.endIndex - left.endIndex)[0];
  return header && { id: header.id, end: header.endIndex };
}

function isCloser(
  child: SyntaxNode,
  { closers }: Extract<BlockRules, { kind: 'tokens' }>,
): boolean {
  return closers.includes(child.type);
}

function isEmptyBetween(
  children: readonly SyntaxNode[],
  start: number,
  end: number,
  { comments }: LanguageRules,
): boolean {
  return !children.some(
    (child) =>
      child.startIndex >= start &&
      child.endIndex <= end &&
      child.endIndex > child.startIndex &&
      !comments.includes(child.type) &&
      child.type !== ';' &&
      child.type !== '\n',
  );
}

/** The block whose statements stand where the line of the offset begins, or further left. */
function indentedBlock(
  { root, text, rules }: TreeText,
  type: string,
  offset: number,
): Block | 'top' | 'unclear' {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const isBlankBefore = text.slice(lineStart, offset).trim() === '';
  const column = isBlankBefore ? offset - lineStart : Number.POSITIVE_INFINITY;
  const probe = isBlankBefore ? text.slice(0, offset).trimEnd().length : offset;
  if (isBlankBefore && text.charAt(probe - 1) === ':' && column > 0) {
    // Nothing stands in the block, so that the tree has none.
    return 'unclear';
  }
  let node: SyntaxNode | null = root.descendantForIndex(Math.max(0, probe - 1), probe);
  for (; node; node = node.parent) {
    if (node.isError) {
      return 'unclear';
    }
    if (node.type === type && node.startPosition.column <= column) {
      const isEmpty = node.children.every((child) => rules.comments.includes(child.type));
      return { start: node.startIndex, end: node.endIndex, isEmpty };
    }
  }
  return 'top';
}
