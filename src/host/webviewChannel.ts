import type * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { Outbox } from '../shared/outbox.ts';
import type { HostEvent, HostRequestHandlers, HostRequests } from '../shared/protocol.ts';
import type { HostMessage } from '../shared/rpc.ts';
import type { ThreadView } from '../shared/views.ts';
import { WebviewRpc } from './webviewRpc.ts';

export interface WebviewChannelParts {
  readonly webview: vscode.Webview;
  readonly clock: Clock;
  readonly handlers: () => Promise<HostRequestHandlers>;
  readonly onError: (error: unknown, where: string) => void;
}

/**
 * The chat's line to the host.
 *
 * A snapshot and the events after it must arrive in that order, so events wait from the moment a
 * snapshot is taken (`holdFor`) until the answer that carries it has been posted.
 */
export class WebviewChannel implements Disposable {
  private readonly resources = new ResourceManager('webviewChannel');
  private readonly rpc: WebviewRpc<HostRequests, HostEvent>;
  private readonly outbox: Outbox;
  private heldFor: ThreadView | undefined;
  private held: HostEvent[] = [];

  constructor(parts: WebviewChannelParts) {
    this.rpc = this.resources.add(
      new WebviewRpc<HostRequests, HostEvent>({
        ...parts,
        onPosted: (message) => this.posted(message),
      }),
    );
    this.outbox = this.resources.add(
      new Outbox(parts.clock, (events) => this.rpc.postEvents(events)),
    );
  }

  /** Sends an event after those before it. */
  send(event: HostEvent): void {
    if (this.heldFor) {
      this.held.push(event);
    } else {
      this.outbox.push(event);
    }
  }

  /** Drops what has not been sent, because `view` contains it, and holds back what follows. */
  holdFor(view: ThreadView): void {
    this.outbox.clear();
    this.held = [];
    this.heldFor = view;
  }

  /** Drops what has not been sent: nobody is looking. */
  clear(): void {
    this.outbox.clear();
    this.held = [];
  }

  dispose(): void {
    this.resources.dispose();
  }

  private posted(message: HostMessage): void {
    if (message.kind === 'response' && this.heldFor && carries(message.result, this.heldFor)) {
      this.release();
    }
  }

  private release(): void {
    const events = this.held;
    this.heldFor = undefined;
    this.held = [];
    for (const event of events) {
      this.outbox.push(event);
    }
  }
}

function carries(result: unknown, view: ThreadView): boolean {
  if (result === view) {
    return true;
  }
  return typeof result === 'object' && result !== null && 'thread' in result
    ? result.thread === view
    : false;
}
