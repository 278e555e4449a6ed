import type { LanguageRules } from './languages/languageRules.ts';
import { rangeOf } from './outlineQuery.ts';
import type { Literal } from './structure.ts';
import type { PlaceKind, TextRange } from './syntax.ts';
import type { Grammar, SyntaxNode } from './treeSitter.ts';

/** The comments and strings of a tree, ascending and apart; code inside strings is left out. */
export function readLiterals(
  rules: LanguageRules,
  grammar: Grammar,
  { root, text }: { readonly root: SyntaxNode; readonly text: string },
): readonly Literal[] {
  const marked = grammar
    .matches(literalQuery(rules), root)
    .flat()
    .map(({ name, node }) => ({ kind: name as PlaceKind, ...withoutBreak(rangeOf(node), text) }));
  return flatten(marked);
}

/** The import statements of a tree, as they are written. */
export function readImports(
  { imports }: LanguageRules,
  grammar: Grammar,
  { root, text }: { readonly root: SyntaxNode; readonly text: string },
): readonly TextRange[] {
  return grammar
    .matches(imports, root)
    .flat()
    .filter(({ name }) => name === 'import')
    .map(({ node }) => withoutBreak(rangeOf(node), text));
}

function literalQuery({ comments, strings, interpolations }: LanguageRules): string {
  const patterns = (types: readonly string[], name: PlaceKind): string =>
    types.length === 0 ? '' : `[${types.map((type) => `(${type})`).join(' ')}] @${name}`;
  return [
    patterns(comments, 'comment'),
    patterns(strings, 'string'),
    patterns(interpolations, 'code'),
  ].join('\n');
}

/** Some grammars count the line feed to what ends with its line. */
function withoutBreak({ start, end }: TextRange, text: string): TextRange {
  return { start, end: start + text.slice(start, end).replace(/\r?\n$/, '').length };
}

interface Marked extends TextRange {
  readonly kind: PlaceKind;
}

/** Cuts nested ranges into pieces of which each belongs to the innermost one. */
function flatten(nested: readonly Marked[]): readonly Literal[] {
  const sorted = [...nested].sort(
    (left, right) => left.start - right.start || right.end - left.end,
  );
  const pieces: Literal[] = [];
  const open: Marked[] = [];
  let from = 0;
  const close = (until: number): void => {
    const inner = open.at(-1);
    if (inner && inner.kind !== 'code' && from < until) {
      pieces.push({ kind: inner.kind, start: from, end: until });
    }
    from = Math.max(from, until);
  };
  const closeEnded = (before: number): void => {
    for (let inner = open.at(-1); inner && inner.end <= before; inner = open.at(-1)) {
      close(inner.end);
      open.pop();
    }
  };
  for (const next of sorted) {
    closeEnded(next.start);
    close(next.start);
    open.push(next);
  }
  closeEnded(Number.POSITIVE_INFINITY);
  return pieces;
}
