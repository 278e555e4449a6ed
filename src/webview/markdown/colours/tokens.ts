/** What a stretch of code is, as far as its colour goes. */
export type TokenKind =
  | 'keyword'
  | 'string'
  | 'number'
  | 'constant'
  | 'comment'
  | 'function'
  | 'type'
  | 'property'
  | 'meta'
  | 'tag'
  | 'added'
  | 'removed';

/** A coloured stretch; `start` and `end` count characters of the text that was read. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
}

/** What a highlighter's tree looks like, as far as it is read here. */
export interface HighlightNode {
  readonly type: string;
  readonly value?: string;
  readonly properties?: { readonly className?: unknown };
  readonly children?: readonly HighlightNode[];
}

const kindsByScope: Readonly<Record<string, TokenKind>> = {
  'hljs-keyword': 'keyword',
  'hljs-doctag': 'keyword',
  'hljs-selector-tag': 'tag',
  'hljs-tag': 'tag',
  'hljs-name': 'tag',
  'hljs-string': 'string',
  'hljs-regexp': 'string',
  'hljs-char': 'string',
  'hljs-link': 'string',
  'hljs-number': 'number',
  'hljs-literal': 'constant',
  'hljs-symbol': 'constant',
  'hljs-bullet': 'constant',
  'hljs-comment': 'comment',
  'hljs-quote': 'comment',
  'hljs-title': 'function',
  'hljs-section': 'function',
  'hljs-type': 'type',
  'hljs-built_in': 'type',
  'hljs-attr': 'property',
  'hljs-attribute': 'property',
  'hljs-property': 'property',
  'hljs-variable': 'property',
  'hljs-template-variable': 'property',
  'hljs-selector-class': 'property',
  'hljs-selector-id': 'property',
  'hljs-selector-attr': 'property',
  'hljs-selector-pseudo': 'property',
  'hljs-meta': 'meta',
  'hljs-addition': 'added',
  'hljs-deletion': 'removed',
};

/** Flattens a highlighter's tree: of scopes inside one another the innermost with a colour counts. */
export function flattenTokens(root: HighlightNode, offset: number): Token[] {
  const tokens: Token[] = [];
  let at = offset;
  const visit = (node: HighlightNode, kind: TokenKind | undefined): void => {
    if (node.type === 'text') {
      const end = at + (node.value?.length ?? 0);
      if (kind && end > at) {
        tokens.push({ start: at, end, kind });
      }
      at = end;
      return;
    }
    const inner = kindOf(node) ?? kind;
    for (const child of node.children ?? []) {
      visit(child, inner);
    }
  };
  visit(root, undefined);
  return tokens;
}

function kindOf(node: HighlightNode): TokenKind | undefined {
  const classes = node.properties?.className;
  if (!Array.isArray(classes)) {
    return undefined;
  }
  const [scope] = classes;
  if (scope === 'hljs-title' && classes.includes('class_')) {
    return 'type';
  }
  return typeof scope === 'string' ? kindsByScope[scope] : undefined;
}
