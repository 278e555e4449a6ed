import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type ActionTracing, requestWithin, tracedAction } from '../../core/actions/actionTrace.ts';
import { wholeText } from '../../core/actions/answerText.ts';
import type { AskedModel } from '../../core/actions/editRequest.ts';
import { type NamedPlace, namesRequest, readNames } from '../../core/actions/nameSuggestions.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import type { ModelGateway } from '../../core/model/request.ts';
import { slipstream } from '../../core/telemetry/genAiAttributes.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import { inSpan, type TraceScope } from '../../core/telemetry/traceScope.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import { isHidden } from '../hiding.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { activeFile } from './actionTarget.ts';
import { assertOnline, assertTrusted } from './preconditions.ts';

export interface SuggestNamesParts extends ActionTracing {
  readonly folders: WorkspaceFolders;
  readonly workspace: Workspace;
  readonly connection: ConnectionProvider;
  readonly gateway: ModelGateway;
  /** A small model is enough for a name. */
  readonly smallModel: () => Promise<AskedModel>;
}

/** So many lines around a symbol say what it is for. */
const linesAround = 60;

/** Suggests names for the symbol at the cursor, and renames it to the one that is chosen. */
export async function suggestNames(parts: SuggestNamesParts): Promise<void> {
  const kind = { name: operation.suggestNames, surface: 'codeAction' } as const;
  await tracedAction(parts.tracing, kind, (trace) => suggestTraced(parts, trace));
}

async function suggestTraced(
  parts: SuggestNamesParts,
  trace: TraceScope | undefined,
): Promise<void> {
  assertTrusted('rename anything');
  const { folders, connection, workspace } = parts;
  const { editor, path } = activeFile(folders);
  const position = editor.selection.active;
  const place = placeAt(editor.document, position, { path, folders });
  await assertOnline(connection, 'Suggesting names');
  if (await isHidden(path, false, workspace.roots())) {
    throw new UserError('.slipstreamignore hides this file from Slipstream.');
  }
  const name = await chooseName(place, parts, trace);
  if (name !== undefined) {
    trace?.enter(operation.actionApply);
    await rename(editor.document, position, { from: place.name, to: name });
  }
}

function placeAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { path, folders }: { readonly path: string; readonly folders: WorkspaceFolders },
): NamedPlace {
  const range = document.getWordRangeAtPosition(position);
  if (!range) {
    throw new UserError('Put the cursor on the name that should be another.');
  }
  const first = Math.max(0, position.line - linesAround);
  const last = Math.min(document.lineCount - 1, position.line + linesAround);
  return {
    displayPath: folders.displayPath(path),
    path,
    languageId: document.languageId,
    name: document.getText(range),
    line: position.line + 1,
    code: document.getText(new vscode.Range(first, 0, last, Infinity)),
  };
}

/** Undefined where the user leaves the question; the model is then told to stop. */
async function chooseName(
  place: NamedPlace,
  { gateway, smallModel, clock }: SuggestNamesParts,
  trace: TraceScope | undefined,
): Promise<string | undefined> {
  const stop = new AbortController();
  const items = async (): Promise<readonly string[]> => {
    const request = requestWithin(trace, clock, namesRequest(place, await smallModel()));
    const names = readNames(await wholeText(gateway, request, stop.signal), place.name);
    if (names.length === 0) {
      throw new UserError(`The model has no better name for ${place.name}.`);
    }
    return names;
  };
  const names = items();
  try {
    // The list is there while the model answers: side by side, not one after the other.
    const picking = { [slipstream.isUserTime]: true };
    return await inSpan(
      trace,
      operation.userInput,
      () =>
        vscode.window.showQuickPick(names, {
          title: `Rename ${place.name}`,
          placeHolder: 'Choose a name. It is changed wherever it is used',
        }),
      picking,
    );
  } finally {
    stop.abort();
    // Nobody waits for it once the list is closed.
    names.catch(() => undefined);
  }
}

async function rename(
  document: vscode.TextDocument,
  position: vscode.Position,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const range = document.getWordRangeAtPosition(position);
  if (!range || document.getText(range) !== from) {
    throw new UserError('The code was changed meanwhile. Put the cursor on the name again.');
  }
  const edit = await vscode.commands
    .executeCommand<vscode.WorkspaceEdit | undefined>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      position,
      to,
    )
    .then(undefined, (error: unknown) => {
      throw new UserError(`${from} can’t be renamed here.`, { cause: error });
    });
  if (!edit || edit.size === 0) {
    throw new UserError(`Nothing that VS Code has for this language can rename ${from}.`);
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new UserError('The editor did not take the new name. Nothing was changed.');
  }
}
