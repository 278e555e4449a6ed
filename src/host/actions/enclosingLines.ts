import type { OutlineSymbol, Syntax } from '../../core/syntax/syntax.ts';
import { syntaxText } from '../syntaxParts.ts';
import type { FindEnclosing } from './actionTarget.ts';

/** A variable or a property by itself is too little to speak of: what is around it is meant. */
const kinds: ReadonlySet<OutlineSymbol['kind']> = new Set([
  'function',
  'method',
  'class',
  'interface',
  'enum',
  'type',
]);

/** Finds the definition around a place by the structure of the file. */
export function enclosingLines(syntax: () => Promise<Syntax>): FindEnclosing {
  return async (document, position) => {
    const offset = document.offsetAt(position);
    const structure = await syntax();
    const found = await structure.read(syntaxText(document), (file) =>
      innermost(file.outline(), offset),
    );
    return (
      found && {
        first: document.positionAt(found.range.start).line,
        last: document.positionAt(found.range.end).line,
      }
    );
  };
}

function innermost(symbols: readonly OutlineSymbol[], offset: number): OutlineSymbol | undefined {
  const around = symbols.find(({ range }) => range.start <= offset && offset <= range.end);
  if (!around) {
    return undefined;
  }
  return innermost(around.children, offset) ?? (kinds.has(around.kind) ? around : undefined);
}
