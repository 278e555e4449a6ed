import { toDisposable } from '../base/lifecycle.ts';
import type { RequestTable } from '../shared/requestTable.ts';
import { RpcClient } from '../shared/rpc.ts';

/** What VS Code gives a webview: it can be had once. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What the panel remembers by itself when VS Code takes the page away; all else the host knows. */
export interface PanelState {
  readonly threadId: string;
  /** How far the conversation is scrolled from its end, in CSS pixels. */
  readonly distanceFromEnd: number;
}

export interface PanelMemory {
  read(): PanelState | undefined;
  write(state: PanelState): void;
}

export interface HostChannel<
  Requests extends RequestTable<Requests>,
  Event extends { readonly type: string },
> {
  readonly client: RpcClient<Requests, Event>;
  readonly memory: PanelMemory;
  dispose(): void;
}

/** Connects the page to the extension host. The only place that posts messages. */
export function openHostChannel<
  Requests extends RequestTable<Requests>,
  Event extends { readonly type: string },
>(onEvents: (events: readonly Event[]) => void): HostChannel<Requests, Event> {
  const api = acquireVsCodeApi();
  const client = new RpcClient<Requests, Event>({
    post: (message) => api.postMessage(message),
    onEvents,
    onMalformed: (message) => reportError(new Error(`Not a message: ${JSON.stringify(message)}`)),
  });
  const listener = (event: MessageEvent<unknown>): void => client.receive(event.data);
  window.addEventListener('message', listener);
  const subscription = toDisposable(() => window.removeEventListener('message', listener));
  return {
    client,
    memory: {
      read: () => readState(api.getState()),
      write: (state) => api.setState(state),
    },
    dispose: () => {
      subscription.dispose();
      client.dispose();
    },
  };
}

/** A state written by an earlier version may look otherwise; then there is none. */
function readState(state: unknown): PanelState | undefined {
  if (typeof state !== 'object' || state === null) {
    return undefined;
  }
  const { threadId, distanceFromEnd } = state as Record<string, unknown>;
  return typeof threadId === 'string' && typeof distanceFromEnd === 'number'
    ? { threadId, distanceFromEnd }
    : undefined;
}
