import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { DiffRow } from '../../core/actions/streamedDiff.ts';

type Kind = Exclude<DiffRow['kind'], 'kept'>;

/** Colours an edit while it is written, as VS Code colours differences. */
export class EditDecorations implements Disposable {
  private readonly resources = new ResourceManager('editDecorations');
  private readonly types: Readonly<Record<Kind, vscode.TextEditorDecorationType>>;

  constructor() {
    this.types = {
      added: this.resources.add(
        vscode.window.createTextEditorDecorationType(style('inserted', 'added')),
      ),
      removed: this.resources.add(
        vscode.window.createTextEditorDecorationType({
          ...style('removed', 'deleted'),
          textDecoration: 'line-through',
        }),
      ),
      pending: this.resources.add(
        vscode.window.createTextEditorDecorationType({ isWholeLine: true, opacity: '0.6' }),
      ),
    };
  }

  /** Colours the rows, which begin at line `first`, in every editor that shows the document. */
  draw(document: vscode.TextDocument, first: number, rows: readonly DiffRow[]): void {
    const ranges: Record<Kind, vscode.Range[]> = { added: [], removed: [], pending: [] };
    for (const [index, { kind }] of rows.entries()) {
      if (kind !== 'kept') {
        const line = first + index;
        // On its way to the window JSON makes nothing of an infinite number.
        ranges[kind].push(new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER));
      }
    }
    this.set(document, ranges);
  }

  clear(document: vscode.TextDocument): void {
    this.set(document, { added: [], removed: [], pending: [] });
  }

  dispose(): void {
    this.resources.dispose();
  }

  private set(
    document: vscode.TextDocument,
    ranges: Readonly<Record<Kind, readonly vscode.Range[]>>,
  ): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === document) {
        editor.setDecorations(this.types.added, ranges.added);
        editor.setDecorations(this.types.removed, ranges.removed);
        editor.setDecorations(this.types.pending, ranges.pending);
      }
    }
  }
}

/** With a border as well, because high contrast themes colour no backgrounds. */
function style(
  background: 'inserted' | 'removed',
  gutter: 'added' | 'deleted',
): vscode.DecorationRenderOptions {
  return {
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor(`diffEditor.${background}LineBackground`),
    borderStyle: 'solid',
    borderWidth: '0 0 0 2px',
    borderColor: new vscode.ThemeColor(`editorGutter.${gutter}Background`),
    overviewRulerColor: new vscode.ThemeColor(`editorOverviewRuler.${gutter}Foreground`),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  };
}
