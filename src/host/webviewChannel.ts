import type * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import { Outbox } from '../shared/outbox.ts';
import type { HostEvent, HostRequestHandlers, HostRequests } from '../shared/protocol.ts';
import type { HostMessage } from '../shared/rpc.ts';
import type { ThreadView } from '../shared/views.ts';
import { threadOf } from './eventThread.ts';
import { WebviewRpc } from './webviewRpc.ts';

export interface WebviewChannelParts {
  readonly webview: vscode.Webview;
  readonly clock: Clock;
  readonly handlers: () => Promise<HostRequestHandlers>;
  readonly onError: (error: unknown, where: string) => void;
}

/**
 * A snapshot is posted in the very moment in which it is taken, as nothing is awaited in between. So
 * one that has not been posted by then never will be: its request failed, or its page has gone.
 */
const maxHoldMs = 1_000;

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
  private holding: Disposable | undefined;
  private readonly clock: Clock;

  constructor(parts: WebviewChannelParts) {
    this.clock = parts.clock;
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
    this.held = this.held.filter((event) => threadOf(event) === undefined);
    this.heldFor = view;
    this.holding?.dispose();
    this.holding = this.clock.setTimeout(() => this.release(), maxHoldMs);
  }

  /** The page has gone: drops what has not been sent, and what it asked. */
  clear(): void {
    this.outbox.clear();
    this.held = [];
    this.release();
    this.rpc.abandon();
  }

  dispose(): void {
    this.holding?.dispose();
    this.resources.dispose();
  }

  private posted(message: HostMessage): void {
    if (message.kind === 'response' && this.heldFor && carries(message.result, this.heldFor)) {
      this.release();
    }
  }

  private release(): void {
    const events = this.held;
    this.holding?.dispose();
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
