import * as vscode from 'vscode';
import type { FindEnclosing, LineSpan } from './actionTarget.ts';

/** By the outline that the language's own extension gives. */
export const findEnclosingLines: FindEnclosing = async (document, position) => {
  const symbols = await vscode.commands.executeCommand<
    readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >('vscode.executeDocumentSymbolProvider', document.uri);
  return innermost((symbols ?? []).filter(isNested), position);
};

/** A function, method or type: a variable or a property in one is too little to speak of. */
const kinds: ReadonlySet<vscode.SymbolKind> = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Enum,
  vscode.SymbolKind.Struct,
]);

function innermost(
  symbols: readonly vscode.DocumentSymbol[],
  position: vscode.Position,
): LineSpan | undefined {
  const around = symbols.find(({ range }) => range.contains(position));
  if (!around) {
    return undefined;
  }
  const own = kinds.has(around.kind)
    ? { first: around.range.start.line, last: around.range.end.line }
    : undefined;
  return innermost(around.children, position) ?? own;
}

function isNested(
  symbol: vscode.DocumentSymbol | vscode.SymbolInformation,
): symbol is vscode.DocumentSymbol {
  return 'children' in symbol;
}
