import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import { createSyntax, type OwnedSyntax } from '../core/syntax/createSyntax.ts';
import type { SyntaxText } from '../core/syntax/syntax.ts';
import type { OutputLog } from './outputLog.ts';

/**
 * The structure of files, kept up with the documents that are open. Nothing is parsed or loaded
 * before it is asked about a text. To be imported on first use, as activation pays for every import.
 */
export function createHostSyntax(
  resources: ResourceManager,
  { extensionUri }: Pick<vscode.ExtensionContext, 'extensionUri'>,
  log: Pick<OutputLog, 'error'>,
): OwnedSyntax {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  const syntax = resources.add(
    createSyntax({
      grammarsDir: vscode.Uri.joinPath(dist, 'grammars').fsPath,
      workerFile: vscode.Uri.joinPath(dist, 'syntaxWorker.js').fsPath,
      clock: systemClock,
      onError: (error, action) => log.error(action, error),
    }),
  );
  resources.add(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) =>
      syntax.changed(
        document.uri.toString(),
        contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
          start: rangeOffset,
          end: rangeOffset + rangeLength,
          text,
        })),
      ),
    ),
  );
  resources.add(
    vscode.workspace.onDidCloseTextDocument(({ uri }) => syntax.closed(uri.toString())),
  );
  return syntax;
}

/** A document as it is now, whose tree is kept until it is closed. */
export function syntaxText(document: vscode.TextDocument): SyntaxText {
  return {
    documentId: document.uri.toString(),
    languageId: document.languageId,
    text: document.getText(),
  };
}
