import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { viewOf } from '../../core/edit/review/reviewView.ts';
import type { HostEvent } from '../../shared/protocol.ts';
import type { ReviewedFileView } from '../../shared/views.ts';
import { setContextKey } from '../contextKeys.ts';
import { fileName } from '../editPreviews.ts';
import type { Notifications } from '../notifications.ts';
import type { VsCodeWorkspace } from '../vscodeWorkspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { BaselineDocuments } from './baselineDocuments.ts';
import { ReviewCommands } from './reviewCommands.ts';
import { ReviewDecorations } from './reviewDecorations.ts';
import { ReviewLenses } from './reviewLenses.ts';
import { type LostReview, ReviewStorage } from './reviewStorage.ts';
import { ReviewTracking } from './reviewTracking.ts';

/** While somebody types, what is shown follows as quickly as one frame. */
const showDelayMs = 16;

export interface ReviewFeatureParts {
  readonly workspace: VsCodeWorkspace;
  readonly folders: WorkspaceFolders;
  readonly state: vscode.Memento;
  readonly clock: Clock;
  readonly notifications: Notifications;
  readonly tellPanel: (event: HostEvent) => void;
  /** Asks the user before more is lost than Slipstream wrote. */
  readonly confirm?: (message: string, detail: string, label: string) => Promise<boolean>;
}

/** The review of edits: what is under review, shown in editors and the panel, and decided on. */
export class ReviewFeature implements Disposable {
  readonly commands: ReviewCommands;
  private readonly resources = new ResourceManager('review');
  private readonly parts: ReviewFeatureParts;
  private readonly decorations: ReviewDecorations;
  private readonly lenses: ReviewLenses;
  private readonly baselines: BaselineDocuments;
  private readonly storage: ReviewStorage;
  /** Files whose hunks have changed since they were last shown. */
  private readonly changed = new Set<string>();
  /** What the panel was last told of each file, as JSON. */
  private readonly told = new Map<string, string>();
  private timer: Disposable | undefined;

  constructor(parts: ReviewFeatureParts) {
    this.parts = parts;
    const { workspace, folders, clock, state } = parts;
    const { reviews } = workspace;
    const onError = (error: unknown): void => this.report(error);
    this.resources.add(new ReviewTracking({ workspace, folders, onError }));
    this.decorations = this.resources.add(new ReviewDecorations(reviews, folders));
    this.lenses = this.resources.add(new ReviewLenses(reviews, folders));
    this.baselines = this.resources.add(new BaselineDocuments(reviews, folders));
    this.storage = this.resources.add(
      new ReviewStorage({
        reviews,
        userChanges: workspace.userChanges,
        state,
        clock,
        onError,
        readText: async (path) => (await workspace.readText(path)).text,
      }),
    );
    this.commands = new ReviewCommands({
      workspace,
      folders,
      baselines: this.baselines,
      offer: (message, label, act) => parts.notifications.offer(message, label, act),
      confirm: parts.confirm ?? askFirst,
    });
    this.resources.add(reviews.onDidChange((path) => this.showSoon(path)));
    this.resources.add(vscode.window.onDidChangeActiveTextEditor(() => this.tellKeys()));
  }

  /** Takes up what waited when the window was last open. */
  async restore(): Promise<void> {
    const lost = await this.storage.restore();
    if (lost.length > 0) {
      const names = lost.map(nameLost).join(', ');
      this.parts.notifications.info(
        `No longer marked for review: ${names}. The text there is another than when this window was last open. Nothing was changed.`,
      );
    }
  }

  /** The files that wait, as the panel lists them. */
  views(): readonly ReviewedFileView[] {
    return this.parts.workspace.reviews.paths().flatMap((path) => this.viewOf(path) ?? []);
  }

  dispose(): void {
    this.timer?.dispose();
    this.resources.dispose();
  }

  private viewOf(path: string): ReviewedFileView | undefined {
    const { workspace, folders } = this.parts;
    const review = workspace.reviews.file(path);
    return review && viewOf(path, folders.displayPath(path), review);
  }

  private showSoon(path: string): void {
    this.changed.add(path);
    this.timer ??= this.parts.clock.setTimeout(() => {
      this.timer = undefined;
      this.show();
    }, showDelayMs);
  }

  private show(): void {
    const paths = [...this.changed];
    this.changed.clear();
    this.decorations.show();
    this.lenses.refresh();
    this.tellKeys();
    for (const path of paths) {
      this.tellPanel(path);
      this.baselines.refresh(path).catch((error: unknown) => this.report(error));
    }
  }

  /** Typing in a hunk seldom changes what the list says of its file. */
  private tellPanel(path: string): void {
    const file = this.viewOf(path) ?? null;
    const told = JSON.stringify(file);
    if (told !== this.told.get(path)) {
      this.parts.tellPanel({ type: 'review/file', path, file });
      if (file) {
        this.told.set(path, told);
      } else {
        this.told.delete(path);
      }
    }
  }

  private tellKeys(): void {
    const { workspace, folders } = this.parts;
    const editor = vscode.window.activeTextEditor;
    const path = editor && folders.pathOf(editor.document.uri);
    const isReviewed = path !== undefined && workspace.reviews.file(path) !== undefined;
    Promise.all([
      setContextKey('hasReview', workspace.reviews.paths().length > 0),
      setContextKey('isEditorReviewed', isReviewed),
    ]).catch((error: unknown) => this.report(error));
  }

  private report(error: unknown): void {
    if (!this.resources.isDisposed) {
      this.parts.notifications.report('Reviewing edits', error);
    }
  }
}

function nameLost({ path, hunks, found }: LostReview): string {
  const name = fileName(path);
  return found === 0 ? name : `${hunks - found} of ${hunks} changes in ${name}`;
}

async function askFirst(message: string, detail: string, label: string): Promise<boolean> {
  const options = { modal: true, detail };
  return (await vscode.window.showWarningMessage(message, options, label)) === label;
}
