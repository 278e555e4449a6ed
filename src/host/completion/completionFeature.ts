import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { CompletionEngine } from '../../core/completion/completionEngine.ts';
import type { CompletionPrefetch } from '../../core/completion/completionPrefetch.ts';
import type { Offers } from '../../core/completion/completionQuery.ts';
import type { CompletionSpot } from '../../core/completion/completionSpot.ts';
import { ListExpectation } from '../../core/completion/listExpectation.ts';
import type { PromptPreparation } from '../../core/completion/promptPreparation.ts';
import type { SurvivalWatch } from '../../core/completion/survival.ts';
import type { Settings } from '../../core/settings.ts';
import type { Syntax } from '../../core/syntax/syntax.ts';
import { setContextKey } from '../contextKeys.ts';
import type { CompletionAccess } from './completionAccess.ts';
import { type CompletionDocuments, linesOf } from './completionDocuments.ts';
import { toItems } from './completionItems.ts';
import type { CompletionSwitches } from './completionSwitches.ts';
import type { EditorSurroundings } from './editorSurroundings.ts';
import type { PredictorFeeding } from './predictorFeeding.ts';

export interface CompletionFeatureParts {
  readonly settings: Settings;
  readonly engine: CompletionEngine;
  readonly switches: CompletionSwitches;
  readonly documents: CompletionDocuments;
  readonly access: CompletionAccess;
  readonly syntax: Pick<Syntax, 'read'>;
  readonly surroundings: Pick<EditorSurroundings, 'edits'>;
  readonly feeding: PredictorFeeding;
  readonly survival: SurvivalWatch;
  readonly prefetch: CompletionPrefetch;
  readonly preparation: PromptPreparation;
  /** The command that VS Code runs when a completion is accepted. */
  readonly acceptedCommand: string;
  readonly onProblem: (error: unknown) => void;
}

/** What the editor asks for. */
export interface CompletionRequest {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  readonly context: vscode.InlineCompletionContext;
  readonly token: vscode.CancellationToken;
}

type Items = vscode.InlineCompletionItem[] | undefined;

/** Ghost text: between the editor's events and the engine. */
export class CompletionFeature implements Disposable {
  private readonly resources = new ResourceManager('completions');
  private readonly parts: CompletionFeatureParts;
  private readonly list = new ListExpectation();
  private isOffering = false;

  constructor(parts: CompletionFeatureParts) {
    this.parts = parts;
    const { engine, switches } = parts;
    this.resources.add(
      vscode.workspace.onDidChangeTextDocument((event) => this.textChanged(event)),
    );
    this.resources.add(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) =>
        this.cursorMoved(textEditor),
      ),
    );
    this.resources.add(vscode.workspace.onDidCloseTextDocument((closed) => this.closed(closed)));
    this.resources.add(
      switches.onDidChange(() => {
        const { activeTextEditor } = vscode.window;
        if (!activeTextEditor || !switches.isOn(activeTextEditor.document)) {
          engine.stop();
        }
      }),
    );
  }

  /** At once where a completion is known. Never rejects. */
  provide(request: CompletionRequest): Items | Promise<Items> {
    const { document, position, context } = request;
    const isAutomatic = context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
    const before = document.lineAt(position).text.slice(0, position.character);
    this.list.asked(before, context.selectedCompletionInfo !== undefined);
    if (!this.parts.switches.isOn(document) || (isAutomatic && hasSelection(document))) {
      return undefined;
    }
    const isAllowed = this.parts.access.mayComplete(document);
    const isPlaceWanted = isAutomatic ? this.isPlaceWanted(request) : true;
    if (isAllowed === true && isPlaceWanted === true) {
      return this.complete(request);
    }
    return Promise.all([isAllowed, isPlaceWanted])
      .then((all) => (all.every(Boolean) ? this.complete(request) : undefined))
      .catch((error: unknown) => {
        this.parts.onProblem(error);
        return undefined;
      });
  }

  /** The user has accepted what is shown. */
  accepted(): void {
    const { engine, prefetch, documents, switches } = this.parts;
    engine.accepted();
    const editor = vscode.window.activeTextEditor;
    if (editor && switches.isOn(editor.document)) {
      prefetch.accepted(documents.spot(editor.document, editor.selection.active));
    }
  }

  /** The user has sent away what is shown. */
  rejected(): void {
    this.parts.engine.rejected();
    this.tellOffering(false);
  }

  dispose(): void {
    this.resources.dispose();
  }

  private complete(request: CompletionRequest): Items | Promise<Items> {
    const { document, position, context, token } = request;
    const { documents, engine } = this.parts;
    const info = context.selectedCompletionInfo;
    const controller = new AbortController();
    if (token.isCancellationRequested) {
      controller.abort();
    }
    const cancellation = token.onCancellationRequested(() => controller.abort());
    const { version } = document;
    const offers = engine.complete({
      spot: documents.spot(document, position),
      ...(info ? { selected: documents.spot(document, position, info) } : {}),
      trigger:
        context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke ? 'invoke' : 'automatic',
      signal: controller.signal,
    });
    const give = (found: Offers): Items => {
      cancellation.dispose();
      return this.toItems(request, version, found);
    };
    return offers instanceof Promise ? offers.then(give) : give(offers);
  }

  /** @param version Of the text that these are offered for. VS Code's word that it is another comes late. */
  private toItems(
    { document, position, context, token }: CompletionRequest,
    version: number,
    offers: Offers,
  ): Items {
    if (token.isCancellationRequested || document.version !== version) {
      return undefined;
    }
    const info = context.selectedCompletionInfo;
    const before = document.lineAt(position).text.slice(0, position.character);
    const { acceptedCommand } = this.parts;
    const items = toItems(offers, { position, before, info, acceptedCommand });
    this.tellOffering(items.length > 0);
    return items;
  }

  /** Whether the user wants completions at a place: true at once where that needs no look. */
  private isPlaceWanted({ document, position }: CompletionRequest): true | Promise<boolean> {
    const { settings, syntax, documents } = this.parts;
    if (settings.get('completion.inCommentsAndStrings')) {
      return true;
    }
    const { documentId, languageId, text, offset } = documents.spot(document, position).place;
    return syntax.read(
      { documentId, languageId, text },
      (file) => file.placeAt(offset) === 'code',
      { priority: 'keystroke' },
    );
  }

  private textChanged(event: vscode.TextDocumentChangeEvent): void {
    const { documents, surroundings, survival, engine, feeding, preparation } = this.parts;
    documents.changed(event, (document, lines, change) => {
      surroundings.edits.willChange(document, lines, change);
      survival.changed(document.id, change);
    });
    if (this.parts.switches.offHere(event.document) === 'kind') {
      // Logs and the like change by themselves, and often.
      return;
    }
    if (isTyping(event) && vscode.window.activeTextEditor?.document === event.document) {
      engine.typed();
      preparation.typed(() => this.cursorIn(event.document), this.willBeAskedPlainly(event));
    }
    if (event.contentChanges.length > 0) {
      feeding.changed(event.document);
    }
  }

  /** Whether VS Code is sure to ask in a moment about the text as it is, behind what was typed. */
  private willBeAskedPlainly({
    document,
    contentChanges: [change],
  }: vscode.TextDocumentChangeEvent): boolean {
    if (!change || !this.parts.settings.get('completion.inCommentsAndStrings')) {
      return false;
    }
    const isLine = enter.test(change.text);
    const { line, character } = change.range.start;
    const before = document.lineAt(line).text.slice(0, character) + change.text.slice(0, 1);
    return this.list.typed(isLine ? '' : before);
  }

  /** Where one writes in a document; undefined where nothing is to be completed. */
  private cursorIn(document: vscode.TextDocument): CompletionSpot | undefined {
    const { documents, switches } = this.parts;
    const editor = vscode.window.activeTextEditor;
    const isWriting = editor?.document === document && editor.selections.length === 1;
    return isWriting && editor.selection.isEmpty && switches.isOn(document)
      ? documents.spot(document, editor.selection.active)
      : undefined;
  }

  private cursorMoved({ document, selection }: vscode.TextEditor): void {
    const { engine, documents, switches } = this.parts;
    if (engine.isFollowing && switches.offHere(document) === undefined) {
      engine.moved(documents.spot(document, selection.active));
    }
  }

  private closed(document: vscode.TextDocument): void {
    const { documents, survival, access, feeding } = this.parts;
    survival.closing(document.uri.toString(), (from, to) => linesOf(document, from, to));
    documents.closed(document);
    access.closed(document);
    feeding.closed(document);
  }

  private tellOffering(isOffering: boolean): void {
    if (this.isOffering !== isOffering) {
      this.isOffering = isOffering;
      setContextKey('isCompletionOffered', isOffering).catch(this.parts.onProblem);
    }
  }
}

/** What the Enter key writes: with the new line's indentation, and between brackets two lines. */
const enter = /^(?:\r?\n[\t ]*){1,2}$/;

/** A key, or one that brought its closing bracket along; not a paste, nor what was accepted. */
function isTyping({ contentChanges, reason }: vscode.TextDocumentChangeEvent): boolean {
  const [change] = contentChanges;
  return (
    change !== undefined &&
    reason === undefined &&
    (change.text.length <= 2 || enter.test(change.text)) &&
    change.rangeLength <= 1
  );
}

/** Whether something is selected in the editor that shows the document, or there are many cursors. */
function hasSelection(document: vscode.TextDocument): boolean {
  const editor = vscode.window.activeTextEditor;
  return (
    editor?.document === document && (editor.selections.length > 1 || !editor.selection.isEmpty)
  );
}
