import {
  BugError,
  CancelledError,
  isCancellation,
  throwIfCancelled,
  toError,
  UserError,
} from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { RequestHandlers, RequestTable } from './requestTable.ts';

/** What the webview posts. */
export type WebviewMessage =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly name: string;
      readonly params: unknown;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** What the host posts. */
export type HostMessage =
  | { readonly kind: 'response'; readonly id: number; readonly result: unknown }
  | {
      readonly kind: 'failure';
      readonly id: number;
      /** For the user where `isUserError`, else a general sentence: details stay in the host's log. */
      readonly message: string;
      readonly isUserError: boolean;
    }
  | { readonly kind: 'events'; readonly events: readonly { readonly type: string }[] };

const generalFailure = 'Something went wrong in Slipstream. Its log has the details.';
const closedFailure = 'The connection between the panel and Slipstream was closed.';

export interface RpcServerOptions<Requests extends RequestTable<Requests>> {
  /** Asked for each request, so that what answers may load with the first one. */
  readonly handlers: () => Promise<RequestHandlers<Requests>>;
  /** Must not throw: where posting fails, the panel is gone and there is nobody to tell. */
  readonly post: (message: HostMessage) => void;
  /** Told what a handler threw, unless it was a `UserError` or a cancellation. */
  readonly onHandlerError: (error: unknown, requestName: string) => void;
  /** Told what came in and was no message of the protocol. It is otherwise ignored. */
  readonly onMalformed: (message: unknown) => void;
}

/**
 * The host's end: answers each request exactly once, with a response or a failure, also when its
 * handler throws or the server is disposed while it runs; never a page that has gone.
 */
export class RpcServer<
  Requests extends RequestTable<Requests>,
  Event extends { readonly type: string },
> implements Disposable
{
  private readonly options: RpcServerOptions<Requests>;
  private readonly running = new Map<number, AbortController>();
  private isDisposed = false;

  constructor(options: RpcServerOptions<Requests>) {
    this.options = options;
  }

  /** Takes what the webview posted. Never throws. */
  receive(message: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (!isWebviewMessage(message)) {
      this.options.onMalformed(message);
      return;
    }
    if (message.kind === 'cancel') {
      this.running.get(message.id)?.abort();
      return;
    }
    void this.answer(message.id, message.name, message.params);
  }

  postEvents(events: readonly Event[]): void {
    if (!this.isDisposed && events.length > 0) {
      this.options.post({ kind: 'events', events });
    }
  }

  /**
   * Aborts the handlers that run and drops their answers: whoever asked has gone, and the next page
   * counts its requests from the beginning again, so that it would take them for answers to its own.
   */
  abandon(): void {
    for (const controller of this.running.values()) {
      controller.abort();
    }
    this.running.clear();
  }

  /** Aborts the handlers that run and fails their requests. */
  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.isDisposed = true;
    for (const [id, controller] of this.running) {
      this.options.post({ kind: 'failure', id, message: closedFailure, isUserError: false });
      controller.abort();
    }
    this.running.clear();
  }

  private async answer(id: number, name: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    const answer = await this.run(name, params, controller.signal).then(
      (result): HostMessage => ({ kind: 'response', id, result }),
      (error: unknown) => this.describeFailure(id, name, error),
    );
    // One that is gone from the table was failed by dispose, or its page has gone.
    if (this.running.get(id) === controller) {
      this.running.delete(id);
      this.options.post(answer);
    }
  }

  private async run(name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const handlers = await this.options.handlers();
    if (!Object.hasOwn(handlers, name)) {
      throw new BugError(`No handler for the request "${name}".`);
    }
    // The name is checked above, and the compiler has checked the caller's parameters against it.
    const handler = handlers[name as keyof Requests] as (
      params: unknown,
      signal: AbortSignal,
    ) => Promise<unknown>;
    return await handler(params, signal);
  }

  private describeFailure(id: number, name: string, error: unknown): HostMessage {
    if (error instanceof UserError) {
      return { kind: 'failure', id, message: error.message, isUserError: true };
    }
    if (isCancellation(error)) {
      return { kind: 'failure', id, message: toError(error).message, isUserError: false };
    }
    this.options.onHandlerError(error, name);
    return { kind: 'failure', id, message: generalFailure, isUserError: false };
  }
}

export interface RpcClientOptions<Event> {
  readonly post: (message: WebviewMessage) => void;
  readonly onEvents: (events: readonly Event[]) => void;
  /** Told what came in and was no message of the protocol. It is otherwise ignored. */
  readonly onMalformed: (message: unknown) => void;
}

interface PendingRequest {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The webview's end: every request settles, at the latest when the client is disposed. */
export class RpcClient<
  Requests extends RequestTable<Requests>,
  Event extends { readonly type: string },
> implements Disposable
{
  private readonly options: RpcClientOptions<Event>;
  private readonly pending = new Map<number, PendingRequest>();
  private nextId = 1;
  private isDisposed = false;

  constructor(options: RpcClientOptions<Event>) {
    this.options = options;
  }

  /**
   * Asks the host. Rejects with a `UserError` whose message is for the user, with a `BugError`
   * where the host failed otherwise, and with a `CancelledError` as soon as `signal` aborts.
   */
  async request<Name extends keyof Requests & string>(
    name: Name,
    params: Requests[Name]['params'],
    signal?: AbortSignal,
  ): Promise<Requests[Name]['result']> {
    if (signal) {
      throwIfCancelled(signal);
    }
    if (this.isDisposed) {
      throw new BugError(closedFailure);
    }
    const id = this.nextId;
    this.nextId += 1;
    const cancel = (): void => this.cancel(id);
    try {
      const answer = new Promise<unknown>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.options.post({ kind: 'request', id, name, params });
      // The host's handler of this name has returned this type: see `RequestHandlers`.
      return (await answer) as Requests[Name]['result'];
    } finally {
      this.pending.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Takes what the host posted. Answers to requests that were cancelled are ignored. */
  receive(message: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (!isHostMessage(message)) {
      this.options.onMalformed(message);
      return;
    }
    switch (message.kind) {
      case 'events':
        // The host posts no other events to this page.
        this.options.onEvents(message.events as readonly Event[]);
        break;
      case 'response':
        this.pending.get(message.id)?.resolve(message.result);
        break;
      case 'failure':
        this.pending.get(message.id)?.reject(failureError(message));
        break;
    }
  }

  /** Rejects what is pending. */
  dispose(): void {
    this.isDisposed = true;
    for (const request of this.pending.values()) {
      request.reject(new BugError(closedFailure));
    }
    this.pending.clear();
  }

  private cancel(id: number): void {
    const request = this.pending.get(id);
    if (request) {
      this.pending.delete(id);
      request.reject(new CancelledError());
      this.options.post({ kind: 'cancel', id });
    }
  }
}

function failureError(failure: Extract<HostMessage, { kind: 'failure' }>): Error {
  return failure.isUserError ? new UserError(failure.message) : new BugError(failure.message);
}

function isWebviewMessage(message: unknown): message is WebviewMessage {
  if (!isRecord(message) || !Number.isSafeInteger(message['id'])) {
    return false;
  }
  const isRequest = message['kind'] === 'request' && typeof message['name'] === 'string';
  return isRequest || message['kind'] === 'cancel';
}

function isHostMessage(message: unknown): message is HostMessage {
  if (!isRecord(message)) {
    return false;
  }
  if (message['kind'] === 'events') {
    return Array.isArray(message['events']) && message['events'].every(isEvent);
  }
  if (!Number.isSafeInteger(message['id'])) {
    return false;
  }
  const isFailure = message['kind'] === 'failure' && typeof message['message'] === 'string';
  return isFailure || message['kind'] === 'response';
}

function isEvent(event: unknown): boolean {
  return isRecord(event) && typeof event['type'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
