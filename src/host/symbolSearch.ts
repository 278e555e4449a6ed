import nodePath from 'node:path';
import * as vscode from 'vscode';
import type { MentionItem } from '../shared/views.ts';
import type { Searchable } from './fuzzyMatch.ts';
import { lastLine } from './openEditors.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** A symbol that can be mentioned: `name` and `path` are what is searched. */
export interface FoundSymbol extends Searchable {
  readonly item: MentionItem;
}

/** More than anybody scrolls through, and little enough to rank at once. */
const maxSymbols = 500;

/** Symbols of the active editor and of the whole workspace, as the language services know them. */
export class SymbolSearch {
  private readonly folders: WorkspaceFolders;

  constructor(folders: WorkspaceFolders) {
    this.folders = folders;
  }

  async inActiveEditor(): Promise<readonly FoundSymbol[]> {
    const document = vscode.window.activeTextEditor?.document;
    const path = document && this.folders.pathOf(document.uri);
    if (!document || path === undefined) {
      return [];
    }
    const found = await vscode.commands.executeCommand<
      readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
    >('vscode.executeDocumentSymbolProvider', document.uri);
    return flatten(found ?? [])
      .slice(0, maxSymbols)
      .map((symbol) => this.toFound(symbol.name, symbol.kind, rangeOf(symbol), path));
  }

  /** @param query Language services rank by it themselves, each in its own way. */
  async inWorkspace(query: string): Promise<readonly FoundSymbol[]> {
    const found = await vscode.commands.executeCommand<
      readonly vscode.SymbolInformation[] | undefined
    >('vscode.executeWorkspaceSymbolProvider', query);
    return (found ?? []).slice(0, maxSymbols).flatMap((symbol) => {
      const path = this.folders.pathOf(symbol.location.uri);
      const isOurs = path !== undefined && vscode.workspace.getWorkspaceFolder(symbol.location.uri);
      return isOurs ? [this.toFound(symbol.name, symbol.kind, symbol.location.range, path)] : [];
    });
  }

  private toFound(
    name: string,
    kind: vscode.SymbolKind,
    range: vscode.Range,
    path: string,
  ): FoundSymbol {
    const shown = this.folders.displayPath(path);
    return {
      name,
      path: `${shown} ${name}`,
      item: {
        chip: {
          kind: 'symbol',
          label: name,
          path,
          startLine: range.start.line + 1,
          endLine: lastLine(range),
        },
        detail: `${nodePath.posix.basename(shown)}:${range.start.line + 1}`,
        icon: iconOf(kind),
      },
    };
  }
}

/** Nested symbols one after the other, each before those inside it. */
function flatten(
  symbols: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[],
): (vscode.DocumentSymbol | vscode.SymbolInformation)[] {
  return symbols.flatMap((symbol) =>
    'children' in symbol ? [symbol, ...flatten(symbol.children)] : [symbol],
  );
}

function rangeOf(symbol: vscode.DocumentSymbol | vscode.SymbolInformation): vscode.Range {
  return 'range' in symbol ? symbol.range : symbol.location.range;
}

/** Codicons name symbols as the API does: "symbol-enum-member" for `EnumMember`. */
function iconOf(kind: vscode.SymbolKind): string {
  const name = vscode.SymbolKind[kind] ?? 'Variable';
  return `symbol-${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}`;
}
