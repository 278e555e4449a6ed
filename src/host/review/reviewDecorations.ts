import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { EditReviews } from '../../core/edit/review/editReviews.ts';
import type { ReviewHunk } from '../../core/edit/review/reviewHunk.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';

/** Lines that a hover shows of what was removed: it scrolls, but nobody reads more there. */
const mostHoverLines = 40;

/** Of a removed line this much is shown behind the one in its place, characters. */
const mostShownCharacters = 60;

/** Marks the hunks in the editors that are in view, in VS Code's own colours of differences. */
export class ReviewDecorations implements Disposable {
  private readonly resources = new ResourceManager('reviewDecorations');
  private readonly reviews: EditReviews;
  private readonly folders: WorkspaceFolders;
  private readonly added: vscode.TextEditorDecorationType;
  private readonly removed: vscode.TextEditorDecorationType;
  /** What stood in the place of a hunk's first line, in short. */
  private readonly former: vscode.TextEditorDecorationType;
  /** What each editor shows, so that the same is not drawn twice. */
  private readonly shown = new WeakMap<vscode.TextEditor, readonly ReviewHunk[]>();

  constructor(reviews: EditReviews, folders: WorkspaceFolders) {
    this.reviews = reviews;
    this.folders = folders;
    this.added = this.resources.add(vscode.window.createTextEditorDecorationType(addedStyle));
    this.removed = this.resources.add(vscode.window.createTextEditorDecorationType(removedStyle));
    this.former = this.resources.add(vscode.window.createTextEditorDecorationType({}));
    this.resources.add(vscode.window.onDidChangeVisibleTextEditors(() => this.show()));
    this.resources.add(vscode.window.tabGroups.onDidChangeTabs(() => this.show()));
    this.show();
  }

  /** Draws what has changed. */
  show(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const hunks = this.hunksIn(editor.document.uri);
      if (hunks !== this.shown.get(editor)) {
        this.draw(editor, hunks);
      }
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private hunksIn(uri: vscode.Uri): readonly ReviewHunk[] {
    const path = this.folders.pathOf(uri);
    const hunks = path === undefined ? undefined : this.reviews.file(path)?.hunks;
    return hunks && hasTab(uri) ? hunks : noHunks;
  }

  private draw(editor: vscode.TextEditor, hunks: readonly ReviewHunk[]): void {
    if (hunks.length > 0 || (this.shown.get(editor)?.length ?? 0) > 0) {
      const isAdded = ({ count }: ReviewHunk): boolean => count > 0;
      editor.setDecorations(
        this.added,
        hunks.filter(isAdded).map((hunk) => optionsOf(hunk, editor.document)),
      );
      editor.setDecorations(
        this.removed,
        hunks.filter((hunk) => !isAdded(hunk)).map((hunk) => optionsOf(hunk, editor.document)),
      );
      editor.setDecorations(
        this.former,
        hunks
          .filter((hunk) => hunk.removed.length > 0)
          .map((hunk) => formerLine(hunk, editor.document)),
      );
    }
    this.shown.set(editor, hunks);
  }
}

/** The line at which a hunk is shown: that of a hunk without lines is the one after it. */
export function shownLine({ start }: ReviewHunk, lineCount: number): number {
  return Math.max(0, Math.min(start, lineCount - 1));
}

const noHunks: readonly ReviewHunk[] = [];

/** Whether a tab shows the file by itself: a diff shows what has changed already. */
function hasTab(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all.some(({ activeTab }) => {
    const input = activeTab?.input;
    return input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  });
}

const { ThemeColor } = vscode;

const addedStyle: vscode.DecorationRenderOptions = {
  isWholeLine: true,
  backgroundColor: new ThemeColor('diffEditor.insertedLineBackground'),
  borderStyle: 'solid',
  borderWidth: '0 0 0 2px',
  borderColor: new ThemeColor('editorGutter.addedBackground'),
  // High contrast themes alone have this colour, and none for the background.
  outlineStyle: 'dashed',
  outlineWidth: '1px',
  outlineColor: new ThemeColor('diffEditor.insertedTextBorder'),
  overviewRulerColor: new ThemeColor('editorOverviewRuler.addedForeground'),
  overviewRulerLane: vscode.OverviewRulerLane.Full,
  rangeBehavior: vscode.DecorationRangeBehavior.OpenOpen,
};

/** Lines are missing above: there is nothing to colour but their place. */
const removedStyle: vscode.DecorationRenderOptions = {
  isWholeLine: true,
  borderStyle: 'solid',
  borderWidth: '2px 0 0 0',
  borderColor: new ThemeColor('editorGutter.deletedBackground'),
  overviewRulerColor: new ThemeColor('editorOverviewRuler.deletedForeground'),
  overviewRulerLane: vscode.OverviewRulerLane.Full,
};

function optionsOf(hunk: ReviewHunk, document: vscode.TextDocument): vscode.DecorationOptions {
  const first = shownLine(hunk, document.lineCount);
  const last = Math.max(first, Math.min(hunk.start + hunk.count, document.lineCount) - 1);
  const range = new vscode.Range(first, 0, last, document.lineAt(last).text.length);
  return hunk.removed.length > 0 ? { range, hoverMessage: removedLines(hunk) } : { range };
}

/** The first of the lines that went, behind the line that is there now. */
function formerLine(hunk: ReviewHunk, document: vscode.TextDocument): vscode.DecorationOptions {
  const line = shownLine(hunk, document.lineCount);
  const [first = ''] = hunk.removed;
  const text = first.trim();
  const short = text.length > mostShownCharacters ? `${text.slice(0, mostShownCharacters)}…` : text;
  const more = hunk.removed.length - 1;
  const end = document.lineAt(line).range.end;
  return {
    range: new vscode.Range(end, end),
    renderOptions: {
      after: {
        contentText: `− ${short}${more > 0 ? `  (${more} more)` : ''}`,
        color: new ThemeColor('descriptionForeground'),
        backgroundColor: new ThemeColor('diffEditor.removedLineBackground'),
        margin: '0 0 0 2em',
      },
    },
  };
}

function removedLines({ removed }: ReviewHunk): vscode.MarkdownString {
  const shown = removed.slice(0, mostHoverLines).map((line) => `- ${line}`);
  const more = removed.length - shown.length;
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown(removed.length === 1 ? 'Replaces this line:' : 'Replaces these lines:');
  markdown.appendCodeblock([...shown, ...(more > 0 ? [`… ${more} more`] : [])].join('\n'), 'diff');
  return markdown;
}
