import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { PerfRequests } from '../../shared/perf.ts';
import type { RequestHandlers } from '../../shared/requestTable.ts';
import { performancePage, webviewHtml, webviewResourceRoots } from '../webviewHtml.ts';
import { WebviewRpc } from '../webviewRpc.ts';

const panelType = 'slipstream.performance';

export interface PerformancePanelParts {
  readonly extensionUri: vscode.Uri;
  /** Loaded with the panel's first request. */
  readonly handlers: () => Promise<RequestHandlers<PerfRequests>>;
  readonly onError: (error: unknown, where: string) => void;
}

/**
 * The performance panel's place in VS Code: one editor tab, which comes back after a reload. The page
 * asks for all that it shows, so nothing is sent to one that is hidden or gone.
 */
export class PerformancePanel implements Disposable {
  private readonly parts: PerformancePanelParts;
  private readonly resources = new ResourceManager('performancePanel');
  private panel: vscode.WebviewPanel | undefined;
  private wantedTraceId: string | undefined;

  constructor(parts: PerformancePanelParts) {
    this.parts = parts;
    this.resources.add(
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: async (panel) => this.adopt(panel),
      }),
    );
    this.resources.defer(() => this.panel?.dispose());
  }

  /** Brings the panel to the front, beside what is being edited. */
  show(): void {
    if (this.panel) {
      this.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      panelType,
      'Slipstream performance',
      { viewColumn: vscode.ViewColumn.Beside },
      {},
    );
    this.adopt(panel);
  }

  /** Brings the panel to the front and opens a trace in it. */
  showTrace(traceId: string): void {
    this.wantedTraceId = traceId;
    this.show();
  }

  /** The trace that is to be opened, once. */
  takeWantedTrace(): string | undefined {
    const wanted = this.wantedTraceId;
    this.wantedTraceId = undefined;
    return wanted;
  }

  dispose(): void {
    this.resources.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    const { extensionUri, handlers, onError } = this.parts;
    // Two may come back where a window was split in two: the older one goes.
    this.panel?.dispose();
    this.panel = panel;
    const resources = this.resources.child('page');
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [...webviewResourceRoots(extensionUri)],
    };
    resources.add(
      new WebviewRpc<PerfRequests, never>({ webview: panel.webview, handlers, onError }),
    );
    resources.add(
      panel.onDidDispose(() => {
        if (this.panel === panel) {
          this.panel = undefined;
        }
        resources.dispose();
      }),
    );
    panel.webview.html = webviewHtml(panel.webview, extensionUri, performancePage);
  }
}
