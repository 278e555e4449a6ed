import type * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import type { RequestHandlers, RequestTable } from '../shared/requestTable.ts';
import { type HostMessage, RpcServer } from '../shared/rpc.ts';

export interface WebviewRpcParts<Requests extends RequestTable<Requests>> {
  readonly webview: vscode.Webview;
  /** Asked for each request, so that what answers may load with the first one. */
  readonly handlers: () => Promise<RequestHandlers<Requests>>;
  readonly onError: (error: unknown, where: string) => void;
  /** Told of each message right after it was posted. */
  readonly onPosted?: (message: HostMessage) => void;
}

/** Answers one page's requests and tells it of events: the only place that posts to a webview. */
export class WebviewRpc<
  Requests extends RequestTable<Requests>,
  Event extends { readonly type: string },
> implements Disposable
{
  private readonly resources = new ResourceManager('webviewRpc');
  private readonly rpc: RpcServer<Requests, Event>;

  constructor({ webview, handlers, onError, onPosted }: WebviewRpcParts<Requests>) {
    this.rpc = this.resources.add(
      new RpcServer<Requests, Event>({
        handlers,
        post: (message) => {
          // Resolves to false where the webview is gone; then there is nobody to tell.
          void webview.postMessage(message);
          onPosted?.(message);
        },
        onHandlerError: (error, name) => onError(error, `request ${name}`),
        onMalformed: () => onError(new Error('A malformed message came in.'), 'webview'),
      }),
    );
    this.resources.add(
      webview.onDidReceiveMessage((message: unknown) => this.rpc.receive(message)),
    );
  }

  postEvents(events: readonly Event[]): void {
    this.rpc.postEvents(events);
  }

  /** The page has gone: nobody waits for answers to what it asked. */
  abandon(): void {
    this.rpc.abandon();
  }

  dispose(): void {
    this.resources.dispose();
  }
}
