import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { BugError, CancelledError, UserError } from '../../../src/base/errors.ts';
import type { HostEvent, HostRequestHandlers, HostRequests } from '../../../src/shared/protocol.ts';
import {
  type HostMessage,
  RpcClient,
  RpcServer,
  type WebviewMessage,
} from '../../../src/shared/rpc.ts';
import type { Snapshot } from '../../../src/shared/views.ts';
import { settle } from '../../support/fakeClock.ts';

function notScripted(): Promise<never> {
  return Promise.reject(new Error('Not scripted in this test.'));
}

const noHandlers: HostRequestHandlers = {
  connect: notScripted,
  'thread/new': notScripted,
  'thread/open': notScripted,
  'thread/earlier': notScripted,
  'thread/list': notScripted,
  'thread/rename': notScripted,
  'thread/delete': notScripted,
  'thread/restore': notScripted,
  'thread/export': notScripted,
  'thread/compact': notScripted,
  'thread/openSummary': notScripted,
  'thread/usage': notScripted,
  'thread/share': notScripted,
  'turn/send': notScripted,
  'turn/stop': notScripted,
  'turn/retry': notScripted,
  'turn/edit': notScripted,
  'turn/continue': notScripted,
  'checkpoint/plan': notScripted,
  'checkpoint/showDiff': notScripted,
  'checkpoint/restore': notScripted,
  'approval/decide': notScripted,
  'approval/showDiff': notScripted,
  'tool/output': notScripted,
  'draft/save': notScripted,
  'mention/search': notScripted,
  'command/list': notScripted,
  'clipboard/write': notScripted,
  'code/insert': notScripted,
  'code/apply': notScripted,
  'bulk/act': notScripted,
  'link/open': notScripted,
  'review/act': notScripted,
  'action/run': notScripted,
  'trace/rendered': notScripted,
  'input/focused': notScripted,
};

class Wire {
  readonly toHost: WebviewMessage[] = [];
  readonly toWebview: HostMessage[] = [];
  readonly events: unknown[] = [];
  readonly malformed: unknown[] = [];
  readonly handlerErrors: [unknown, string][] = [];
  readonly server: RpcServer<HostRequests, HostEvent>;
  readonly client: RpcClient<HostRequests, HostEvent>;
  isCut = false;

  constructor(handlers: Partial<HostRequestHandlers>) {
    this.server = new RpcServer<HostRequests, HostEvent>({
      handlers: () => Promise.resolve({ ...noHandlers, ...handlers }),
      post: (message) => {
        this.toWebview.push(message);
        this.deliver(() => this.client.receive(structuredClone(message)));
      },
      onHandlerError: (error, name) => this.handlerErrors.push([error, name]),
      onMalformed: (message) => this.malformed.push(message),
    });
    this.client = new RpcClient<HostRequests, HostEvent>({
      post: (message) => {
        this.toHost.push(message);
        this.deliver(() => this.server.receive(structuredClone(message)));
      },
      onEvents: (events) => this.events.push(...events),
      onMalformed: (message) => this.malformed.push(message),
    });
  }

  private deliver(run: () => void): void {
    if (!this.isCut) {
      queueMicrotask(run);
    }
  }

  dispose(): void {
    this.client.dispose();
    this.server.dispose();
  }
}

describe('RPC between webview and host', () => {
  let wire: Wire;
  const seenSignals: AbortSignal[] = [];

  beforeEach(() => {
    seenSignals.length = 0;
    wire = new Wire({
      'tool/output': ({ blockId }) => Promise.resolve({ text: `output of ${blockId}` }),
      'thread/rename': () => Promise.reject(new UserError('Give the thread a name.')),
      'thread/delete': () => Promise.reject(new TypeError('/home/me/secret is broken')),
      'turn/stop': () => {
        throw new Error('thrown before any promise');
      },
      'mention/search': (_params, signal) => {
        seenSignals.push(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new CancelledError()), { once: true });
        });
      },
    });
  });

  afterEach(() => wire.dispose());

  it('brings each answer to its own caller, whatever the order', async () => {
    const [first, second] = await Promise.all([
      wire.client.request('tool/output', { threadId: 't', blockId: 'a' }),
      wire.client.request('tool/output', { threadId: 't', blockId: 'b' }),
    ]);
    assert.deepEqual([first.text, second.text], ['output of a', 'output of b']);
  });

  it("passes a user error's message on, and keeps it a user error", async () => {
    const call = wire.client.request('thread/rename', { threadId: 't', title: '' });
    await assert.rejects(call, (error) => {
      return error instanceof UserError && error.message === 'Give the thread a name.';
    });
    assert.deepEqual(wire.handlerErrors, []);
  });

  it('keeps the message of any other error in the host, and reports it there', async () => {
    const call = wire.client.request('thread/delete', { threadId: 't' });
    await assert.rejects(call, (error) => {
      return error instanceof BugError && !error.message.includes('secret');
    });
    assert.equal(wire.handlerErrors[0]?.[1], 'thread/delete');
  });

  it('answers when a handler throws before it makes a promise', async () => {
    await assert.rejects(wire.client.request('turn/stop', { threadId: 't' }), BugError);
  });

  it('rejects the caller at once when its signal aborts, and aborts the handler', async () => {
    const controller = new AbortController();
    const call = wire.client.request('mention/search', { query: 'a' }, controller.signal);
    await settle();
    controller.abort();
    await assert.rejects(call, CancelledError);
    await settle();
    assert.equal(seenSignals[0]?.aborted, true);
    assert.deepEqual(wire.handlerErrors, [], 'a cancellation is not an error to log');
  });

  it('asks nothing for a signal that is aborted already', async () => {
    const call = wire.client.request('mention/search', { query: 'a' }, AbortSignal.abort());
    await assert.rejects(call, CancelledError);
    assert.deepEqual(wire.toHost, []);
  });

  it('sends no cancel for a request that is answered', async () => {
    const controller = new AbortController();
    const params = { threadId: 't', blockId: 'a' };
    await wire.client.request('tool/output', params, controller.signal);
    controller.abort();
    await settle();
    assert.deepEqual(
      wire.toHost.map((message) => message.kind),
      ['request'],
    );
  });

  it('fails requests the host does not know, also names every object has', async () => {
    for (const name of ['no/such', 'toString', '__proto__', 'constructor']) {
      wire.server.receive({ kind: 'request', id: 77, name, params: {} });
      await settle();
      const last = wire.toWebview.at(-1);
      assert.equal(last?.kind === 'failure' && last.id, 77, name);
    }
  });

  it('ignores and reports what is no message, on both ends', () => {
    const nonsense: unknown[] = [
      null,
      undefined,
      'request',
      42,
      [],
      {},
      { kind: 'request' },
      { kind: 'request', id: 'one', name: 'connect' },
      { kind: 'request', id: 1, name: 7 },
      { kind: 'response' },
      { kind: 'failure', id: 1 },
      { kind: 'events', events: 'none' },
      { kind: 'events', events: [null] },
    ];
    for (const message of nonsense) {
      wire.server.receive(message);
      wire.client.receive(message);
    }
    assert.equal(wire.malformed.length, nonsense.length * 2);
    assert.deepEqual(wire.toWebview, []);
  });

  it('ignores answers to requests nobody waits for', () => {
    wire.client.receive({ kind: 'response', id: 99, result: null });
    wire.client.receive({ kind: 'failure', id: 99, message: 'x', isUserError: false });
    assert.deepEqual(wire.malformed, []);
  });

  it('rejects what is pending when the client is disposed, and every later request', async () => {
    const call = wire.client.request('mention/search', { query: 'a' });
    wire.client.dispose();
    await assert.rejects(call, BugError);
    await assert.rejects(wire.client.request('command/list', {}), BugError);
  });

  it('fails what runs when the server is disposed, once, and aborts its handlers', async () => {
    const call = wire.client.request('mention/search', { query: 'a' });
    await settle();
    wire.server.dispose();
    wire.server.dispose();
    await assert.rejects(call, BugError);
    await settle();
    assert.equal(seenSignals[0]?.aborted, true);
    assert.equal(wire.toWebview.length, 1);
  });

  it('rejects the request when posting throws', async () => {
    const client = new RpcClient<HostRequests, HostEvent>({
      post: () => {
        throw new Error('The frame is gone.');
      },
      onEvents: () => undefined,
      onMalformed: () => undefined,
    });
    await assert.rejects(client.request('command/list', {}), /The frame is gone/);
    client.dispose();
  });

  it('brings events in the order they were posted, and posts no empty list', async () => {
    wire.server.postEvents([]);
    wire.server.postEvents([{ type: 'history/show' }, { type: 'input/focus' }]);
    await settle();
    assert.deepEqual(wire.events, [{ type: 'history/show' }, { type: 'input/focus' }]);
    assert.equal(wire.toWebview.length, 1);
  });

  it('answers a connect with its snapshot unchanged', async () => {
    const snapshot = { isTrusted: true, hasFolder: false } as Snapshot;
    const connected = new Wire({ connect: () => Promise.resolve(snapshot) });
    assert.deepEqual(await connected.client.request('connect', {}), snapshot);
    connected.dispose();
  });
});
