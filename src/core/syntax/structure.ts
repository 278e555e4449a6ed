import type { OutlineSymbol, PlaceKind, TextRange } from './syntax.ts';

/** A definition with what follows its signature. */
export interface Definition extends OutlineSymbol {
  readonly body?: TextRange;
  readonly children: readonly Definition[];
}

/** A part of a text that is a comment, or a string less the code in it. */
export interface Literal extends TextRange {
  readonly kind: Exclude<PlaceKind, 'code'>;
}

/** What can be told of a whole text, in plain data. */
export interface Structure {
  readonly definitions: readonly Definition[];
  /** Ascending and apart. */
  readonly literals: readonly Literal[];
  readonly imports: readonly TextRange[];
}

/** What of it was asked for so far. */
export type StructureMemo = { -readonly [Key in keyof Structure]?: Structure[Key] };

/** The innermost definition around an offset. At the end of one and the start of the next, the next. */
export function enclosingDefinition(
  definitions: readonly Definition[],
  offset: number,
): Definition | undefined {
  const around = definitions.findLast(({ range }) => range.start <= offset && offset <= range.end);
  return around && (enclosingDefinition(around.children, offset) ?? around);
}

/** The innermost definition whose body holds a block, or is it. */
export function enclosingBlock(
  definitions: readonly Definition[],
  block: TextRange,
): Definition | undefined {
  const around = definitions.find(
    ({ range }) => range.start <= block.start && block.end <= range.end,
  );
  if (!around) {
    return undefined;
  }
  const inner = enclosingBlock(around.children, block);
  return inner ?? (around.body && around.body.start <= block.start ? around : undefined);
}

/** The literal that an offset lies in, ends excluded. */
export function literalAround(literals: readonly Literal[], offset: number): Literal | undefined {
  let low = 0;
  let high = literals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const literal = literals[middle];
    if (literal && literal.end < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const found = literals[low];
  return found && found.start < offset && offset < found.end ? found : undefined;
}

/** The ranges of one kind. */
export function rangesOf(
  literals: readonly Literal[],
  kind: Literal['kind'],
): readonly TextRange[] {
  return literals
    .filter((literal) => literal.kind === kind)
    .map(({ start, end }) => ({ start, end }));
}
