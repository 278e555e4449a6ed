import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { WebviewChannel } from '../../../src/host/webviewChannel.ts';
import type { HostEvent, HostRequestHandlers } from '../../../src/shared/protocol.ts';
import type { HostMessage } from '../../../src/shared/rpc.ts';
import type { ThreadView } from '../../../src/shared/views.ts';
import { FakeClock, settle } from '../../support/fakeClock.ts';

function view(id: string): ThreadView {
  const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return {
    id,
    title: id,
    messages: [],
    hasEarlier: false,
    status: { phase: 'idle' },
    meter: { modelName: 'm', windowTokens: 0, isEstimate: true, usage },
    draft: { text: '', chips: [], images: [] },
    checkpoint: {},
  };
}

/** Something that goes on until it is ended. */
function held(): { readonly over: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end: () => end() };
}

const renamed: HostEvent = { type: 'thread/renamed', threadId: 'one', title: 'Renamed' };
const trusted: HostEvent = { type: 'trust/changed', isTrusted: true };

describe("The chat's line to the host", () => {
  let clock: FakeClock;
  let posted: HostMessage[];
  let errors: unknown[];
  let receive: (message: unknown) => void;
  let open: HostRequestHandlers['thread/open'];
  let channel: WebviewChannel;

  beforeEach(() => {
    clock = new FakeClock();
    posted = [];
    errors = [];
    const webview = {
      postMessage: async (message: HostMessage) => posted.push(message) > 0,
      onDidReceiveMessage: (listener: (message: unknown) => void) => {
        receive = listener;
        return { dispose: () => undefined };
      },
    };
    const handlers: Pick<HostRequestHandlers, 'thread/open'> = {
      'thread/open': (params, signal) => open(params, signal),
    };
    channel = new WebviewChannel({
      webview: webview as unknown as vscode.Webview,
      clock,
      handlers: async () => handlers as HostRequestHandlers,
      onError: (error) => errors.push(error),
    });
  });

  afterEach(() => channel.dispose());

  function ask(id: number): void {
    receive({ kind: 'request', id, name: 'thread/open', params: { threadId: 'one' } });
  }

  function kinds(): readonly string[] {
    return posted.map((message) =>
      message.kind === 'events' ? message.events.map(({ type }) => type).join() : message.kind,
    );
  }

  it('sends events after the snapshot that they follow', async () => {
    open = async () => {
      const thread = view('one');
      channel.holdFor(thread);
      channel.send(renamed);
      return thread;
    };
    ask(1);
    await settle();
    assert.deepEqual(kinds(), ['response', 'thread/renamed']);
  });

  it('sends events also where the request that took a snapshot failed then', async () => {
    open = async () => {
      channel.holdFor(view('one'));
      throw new Error('It went wrong after that.');
    };
    ask(1);
    await settle();
    channel.send(renamed);
    await clock.advance(2_000);
    channel.send(trusted);
    assert.deepEqual(kinds(), ['failure', 'thread/renamed', 'trust/changed']);
    assert.equal(errors.length, 1);
  });

  it('sends events to a new page also where the one before had a snapshot taken too late', async () => {
    const late = held();
    open = async () => {
      await late.over;
      const thread = view('one');
      channel.holdFor(thread);
      return thread;
    };
    ask(1);
    await settle();
    channel.clear();
    open = async () => view('two');
    ask(1);
    await settle();
    late.end();
    await settle();
    channel.send(renamed);
    await clock.advance(2_000);
    assert.deepEqual(kinds(), ['response', 'thread/renamed']);
  });

  it('answers a page that has gone no more: its next one counts its requests anew', async () => {
    const late = held();
    let isAborted = false;
    open = async (_params, signal) => {
      await late.over;
      isAborted = signal.aborted;
      return view('one');
    };
    ask(1);
    await settle();
    channel.clear();
    late.end();
    await settle();
    assert.deepEqual(kinds(), []);
    assert.ok(isAborted);
  });

  it('keeps what is about no thread where one snapshot follows another', async () => {
    const [first, second] = [view('one'), view('two')];
    open = async () => {
      channel.holdFor(first);
      channel.send(trusted);
      channel.send(renamed);
      channel.holdFor(second);
      return second;
    };
    ask(1);
    await settle();
    assert.deepEqual(kinds(), ['response', 'trust/changed']);
  });
});
