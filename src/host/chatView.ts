import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import type { HostEvent, HostRequestHandlers } from '../shared/protocol.ts';
import type { ThreadStatus, ThreadView } from '../shared/views.ts';
import { threadOf } from './eventThread.ts';
import { WebviewChannel } from './webviewChannel.ts';
import { chatPage, webviewHtml, webviewResourceRoots } from './webviewHtml.ts';

export const chatViewId = 'slipstream.chat';

export interface ChatViewParts {
  readonly extensionUri: vscode.Uri;
  readonly clock: Clock;
  /** Loaded with the panel's first request. */
  readonly handlers: () => Promise<HostRequestHandlers>;
  readonly onError: (error: unknown, where: string) => void;
  /** Hears whether an answer is being written in the thread in view. */
  readonly onRunning: (isRunning: boolean) => void;
}

/**
 * The chat panel's place in VS Code. The page may be thrown away and made anew at any time, as when
 * it is hidden: each new page asks for a snapshot, and hears of nothing before it has one.
 */
export class ChatView implements vscode.WebviewViewProvider, Disposable {
  private readonly parts: ChatViewParts;
  private readonly resources = new ResourceManager('chatView');
  private view: vscode.WebviewView | undefined;
  private channel: WebviewChannel | undefined;
  private shownThreadId: string | undefined;
  private isConnected = false;
  private isRunning = false;
  private readonly whenConnected: HostEvent[] = [];

  constructor(parts: ChatViewParts) {
    this.parts = parts;
    this.resources.add(vscode.window.registerWebviewViewProvider(chatViewId, this));
  }

  /** The thread the panel shows or showed last. */
  get threadId(): string | undefined {
    return this.shownThreadId;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { extensionUri, clock, handlers, onError } = this.parts;
    const resources = this.resources.child('page');
    this.view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [...webviewResourceRoots(extensionUri)],
    };
    const channel = resources.add(
      new WebviewChannel({ webview: view.webview, clock, handlers, onError }),
    );
    this.channel = channel;
    this.isConnected = false;
    resources.add(
      view.onDidChangeVisibility(() => {
        if (!view.visible) {
          this.isConnected &&= this.view !== view;
          channel.clear();
        }
      }),
    );
    resources.add(
      view.onDidDispose(() => {
        // The next one may be there already, as where the view is moved.
        if (this.view === view) {
          this.view = undefined;
          this.channel = undefined;
          this.isConnected = false;
        }
        resources.dispose();
      }),
    );
    view.webview.html = webviewHtml(view.webview, extensionUri, chatPage);
  }

  /** A snapshot was taken for the page: what follows it is sent after it. */
  readonly taken = (thread: ThreadView): void => {
    this.shownThreadId = thread.id;
    this.noteStatus(thread.status);
    this.isConnected = true;
    this.channel?.holdFor(thread);
    for (const event of this.whenConnected.splice(0)) {
      this.channel?.send(event);
    }
  };

  /** Tells the page, where there is one and it shows what the event is about. */
  readonly send = (event: HostEvent): void => {
    const threadId = threadOf(event);
    const isElsewhere = threadId !== undefined && threadId !== this.shownThreadId;
    if (event.type === 'thread/status' && !isElsewhere) {
      this.noteStatus(event.status);
    }
    if (this.isConnected && !isElsewhere) {
      this.channel?.send(event);
    }
  };

  /** Puts another thread in view, for a command rather than for the page's own request. */
  readonly show = (thread: ThreadView): void => {
    this.shownThreadId = thread.id;
    this.noteStatus(thread.status);
    this.send({ type: 'thread/opened', thread });
  };

  /** Brings the panel to the front, then tells it, also where it has yet to be loaded. */
  async reveal(...events: readonly HostEvent[]): Promise<void> {
    await vscode.commands.executeCommand(`${chatViewId}.focus`);
    if (this.isConnected && this.view?.visible) {
      events.map(this.send);
    } else {
      this.whenConnected.push(...events);
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private noteStatus({ phase }: ThreadStatus): void {
    const isRunning = phase !== 'idle';
    if (isRunning !== this.isRunning) {
      this.isRunning = isRunning;
      this.parts.onRunning(isRunning);
    }
  }
}
