import * as vscode from 'vscode';
import { CancelledError, isCancellation, UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { type ActionTracing, requestWithin } from '../../core/actions/actionTrace.ts';
import { answerText } from '../../core/actions/answerText.ts';
import { CodeBlockReader } from '../../core/actions/codeBlockReader.ts';
import { type AskedModel, type EditTask, editRequest } from '../../core/actions/editRequest.ts';
import { StreamedDiff } from '../../core/actions/streamedDiff.ts';
import type { ModelGateway, ModelRequest } from '../../core/model/request.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { TraceScope } from '../../core/telemetry/traceScope.ts';
import type { FileChange } from '../../core/tools/workspace.ts';
import { setContextKey } from '../contextKeys.ts';
import type { Notifications } from '../notifications.ts';
import { withProgress } from '../progress.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { ActionTarget } from './actionTarget.ts';
import { linesOf } from './documentLines.ts';
import { EditDecorations } from './editDecorations.ts';
import { ShownEdit, touched } from './shownEdit.ts';

export interface EditInPlaceParts extends ActionTracing {
  readonly folders: WorkspaceFolders;
  readonly gateway: ModelGateway;
  readonly notifications: Notifications;
  /** The model to ask, for a task in these words. */
  readonly model: (userText: string) => Promise<AskedModel>;
  /** Puts the change that `apply` makes under review. */
  readonly recording: (changes: readonly FileChange[], apply: () => Promise<void>) => Promise<void>;
}

interface AskedEdit {
  readonly target: ActionTarget;
  /** The target's lines as they were. */
  readonly old: readonly string[];
  readonly request: ModelRequest;
  readonly trace: TraceScope | undefined;
}

interface WantedEdit {
  readonly target: ActionTarget;
  readonly task: EditTask;
  readonly trace: TraceScope | undefined;
}

interface Stops {
  readonly cancelled: AbortSignal;
  readonly stopped: AbortSignal;
}

/** Rewrites code where it stands, while one looks on. */
export class EditInPlace implements Disposable {
  private readonly parts: EditInPlaceParts;
  private readonly resources = new ResourceManager('editInPlace');
  private readonly decorations = this.resources.add(new EditDecorations());
  private running: AbortController | undefined;

  constructor(parts: EditInPlaceParts) {
    this.parts = parts;
  }

  /** Rewrites the target's lines. Resolves when that is done or was stopped. */
  async run(target: ActionTarget, task: EditTask, trace?: TraceScope): Promise<void> {
    if (this.running) {
      throw new UserError('Another edit is being written. Wait for it, or stop it with Escape.');
    }
    const resources = this.resources.child('edit');
    const stop = resources.abortController();
    this.running = stop;
    await setContextKey('isEditing', true);
    try {
      const name = this.parts.folders.displayPath(target.path);
      await withProgress(`${task.label} in ${name}. Escape stops`, (cancelled) =>
        this.rewrite({ target, task, trace }, { cancelled, stopped: stop.signal }),
      );
    } catch (error) {
      if (!isCancellation(error)) {
        throw error;
      }
      trace?.fail(error);
    } finally {
      this.running = undefined;
      resources.dispose();
      await setContextKey('isEditing', false);
    }
  }

  stop(): void {
    this.running?.abort();
  }

  dispose(): void {
    this.stop();
    this.resources.dispose();
  }

  private async rewrite(
    { target, task, trace }: WantedEdit,
    { cancelled, stopped }: Stops,
  ): Promise<void> {
    if (target.document.version !== target.version) {
      throw new UserError('The file was changed meanwhile. Choose the code again.');
    }
    const old = linesOf(target.document, target.lines);
    const touch = new AbortController();
    const shown = new ShownEdit(target.document, target.lines, {
      decorations: this.decorations,
      onTouched: () => touch.abort(),
    });
    const { editor } = target;
    const { selection } = editor;
    // What is selected would cover the colours.
    editor.selection = new vscode.Selection(selection.start, selection.start);
    try {
      const request = editRequest(this.sourceOf(target), task, await this.model(task));
      const asked = { target, old, request, trace };
      await this.stream(asked, shown, AbortSignal.any([cancelled, stopped, touch.signal]));
    } catch (error) {
      // Whoever stops it by key or command has the focus in the editor, where Undo then acts.
      await shown.cancel(stopped.aborted);
      editor.selection = selection;
      throw touch.signal.aborted ? touched() : error;
    } finally {
      shown.dispose();
    }
  }

  private async stream(
    { target, old, request, trace }: AskedEdit,
    shown: ShownEdit,
    signal: AbortSignal,
  ): Promise<void> {
    const diff = new StreamedDiff(old);
    const asked = requestWithin(trace, this.parts.clock, request);
    for await (const line of this.newLines(asked, signal)) {
      diff.add(line);
      shown.show(() => diff.current());
    }
    trace?.enter(operation.actionApply);
    if (signal.aborted) {
      throw new CancelledError();
    }
    const written = diff.end().flatMap(({ kind, text }) => (kind === 'removed' ? [] : [text]));
    if (old.join('\n') === written.join('\n')) {
      await shown.cancel(false);
      this.parts.notifications.info('The model found nothing to change here.');
      return;
    }
    const change = {
      path: target.path,
      before: shown.textWithout(),
      after: shown.textWith(written),
    };
    let isSaved = true;
    await this.parts.recording([change], async () => {
      isSaved = await shown.finish(() => diff.end());
    });
    if (!isSaved) {
      this.parts.notifications.warn('The edit is in the editor, but the file could not be saved.');
    }
  }

  /** The lines of the code in the answer, as they come. */
  private async *newLines(request: ModelRequest, signal: AbortSignal): AsyncGenerator<string> {
    const reader = new CodeBlockReader();
    for await (const text of answerText(this.parts.gateway, request, signal)) {
      yield* reader.push(text);
    }
    const last = reader.end();
    if (!last) {
      throw new UserError('The model answered without the code. Nothing was changed.');
    }
    yield* last;
  }

  private sourceOf({ document, path, lines }: ActionTarget) {
    const last = document.lineCount - 1;
    const text = (first: number, end: number): string =>
      linesOf(document, { first, last: end }).join('\n');
    return {
      displayPath: this.parts.folders.displayPath(path),
      languageId: document.languageId,
      before: text(0, lines.first - 1),
      part: text(lines.first, lines.last),
      after: text(lines.last + 1, last),
    };
  }

  private model(task: EditTask): Promise<AskedModel> {
    return this.parts.model(task.instruction);
  }
}
