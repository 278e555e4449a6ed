import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { CancelledError, UserError } from '../../../../src/base/errors.ts';
import { ResourceManager } from '../../../../src/base/lifecycle.ts';
import type { HostRequestName } from '../../../../src/shared/protocol.ts';
import type { ReviewedFileView, Snapshot, ThreadView } from '../../../../src/shared/views.ts';
import { type HostRequester, Panel } from '../../../../src/webview/chat/panel.ts';
import { PanelActions } from '../../../../src/webview/chat/panelActions.ts';
import type { PanelState } from '../../../../src/webview/hostChannel.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';

const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

function thread(id: string, draft = ''): ThreadView {
  return {
    id,
    title: id,
    messages: [],
    hasEarlier: false,
    status: { phase: 'idle' },
    meter: { modelName: 'm', windowTokens: 0, isEstimate: true, usage },
    draft: { text: draft, chips: [], images: [] },
    checkpoint: {},
  };
}

const snapshot: Snapshot = {
  thread: thread('one', 'kept'),
  connection: { kind: 'anthropic', label: 'Anthropic', acceptsImages: true },
  isTrusted: false,
  hasFolder: true,
  hasTeam: false,
  reviewed: [],
};

describe('Panel', () => {
  let asked: { name: HostRequestName; params: unknown }[];
  let answers: Partial<Record<HostRequestName, unknown>>;
  let state: PanelState | undefined;
  let resources: ResourceManager;
  let panel: Panel;
  let actions: PanelActions;

  beforeEach(() => {
    asked = [];
    answers = { connect: snapshot, 'thread/new': thread('new'), 'thread/open': thread('two') };
    state = undefined;
    resources = new ResourceManager('panel');
    const request = ((name: HostRequestName, params: unknown) => {
      asked.push({ name, params });
      const answer = answers[name] ?? null;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }) as HostRequester;
    panel = new Panel({
      request,
      memory: { read: () => state, write: (next) => (state = next) },
      clock: new FakeClock(),
      resources,
    });
    actions = new PanelActions(panel);
  });

  afterEach(() => panel.dispose());

  function paramsOf(name: HostRequestName): unknown[] {
    return asked.filter((request) => request.name === name).map(({ params }) => params);
  }

  it('takes over what others said without touching what is being typed', async () => {
    await panel.connect();
    panel.composer.text.value = 'typing';
    const said = { role: 'user', id: 'm', turnId: 't', text: 'Hi', chips: [], images: [] } as const;
    const view = { ...thread('one', 'older draft'), messages: [{ ...said, createdAt: 1 }] };
    panel.handleEvents([{ type: 'thread/refreshed', threadId: 'one', thread: view }]);
    const [shown] = panel.thread.messages.value;
    assert.equal(shown?.id, 'm');
    assert.equal(panel.composer.text.value, 'typing');
    assert.match(panel.announcer.polite.value, /continued by others/);
    panel.handleEvents([{ type: 'thread/refreshed', threadId: 'one', thread: view }]);
    assert.equal(panel.thread.messages.value[0], shown, 'what is on the screen was made anew');
    panel.handleEvents([{ type: 'thread/refreshed', threadId: 'two', thread: thread('two') }]);
    assert.equal(panel.thread.id.value, 'one');
  });

  it('shares a thread, and marks it here and in the list', async () => {
    answers.connect = { ...snapshot, hasTeam: true };
    answers['thread/list'] = {
      threads: [{ id: 'one', title: 'one', updatedAt: 1, messageCount: 1 }],
      hasMore: false,
    };
    await panel.connect();
    await panel.history.search('');
    assert.equal(panel.hasTeam.value, true);
    await actions.share('one', true);
    assert.deepEqual(paramsOf('thread/share'), [{ threadId: 'one', isShared: true }]);
    panel.handleEvents([{ type: 'thread/team', threadId: 'one', team: { isShared: true } }]);
    assert.deepEqual(panel.thread.team.value, { isShared: true });
    assert.deepEqual(panel.history.threads.value[0]?.team, { isShared: true });
    panel.handleEvents([{ type: 'team/changed', hasTeam: false }]);
    assert.equal(panel.hasTeam.value, false);
  });

  it('lists threads again when the team changes them, while the list is looked at', async () => {
    answers['thread/list'] = { threads: [], hasMore: false };
    await panel.connect();
    panel.handleEvents([{ type: 'history/changed' }]);
    await settle();
    assert.equal(paramsOf('thread/list').length, 0);
    panel.view.value = 'history';
    panel.handleEvents([{ type: 'history/changed' }]);
    await settle();
    assert.equal(paramsOf('thread/list').length, 1);
  });

  it('lists the files under review in the order of their first edit', async () => {
    const file = (path: string, added = 1): ReviewedFileView => ({
      path,
      name: path,
      folder: '',
      added,
      removed: 0,
      changes: 1,
      isNew: false,
    });
    answers.connect = { ...snapshot, reviewed: [file('a'), file('b')] };
    await panel.connect();
    panel.handleEvents([
      { type: 'review/file', path: 'c', file: file('c') },
      { type: 'review/file', path: 'a', file: file('a', 7) },
      { type: 'review/file', path: 'b', file: null },
    ]);
    assert.deepEqual(panel.reviewed.value, [file('a', 7), file('c')]);
    assert.equal(panel.announcer.polite.value, 'c: 1 change waits for review.');
    await actions.review('accept', 'a');
    await actions.review('reject');
    assert.deepEqual(paramsOf('review/act'), [
      { action: 'accept', path: 'a' },
      { action: 'reject' },
    ]);
  });

  it('shows the snapshot it connects to, and remembers the thread', async () => {
    await panel.connect();
    assert.equal(panel.phase.value, 'ready');
    assert.equal(panel.composer.text.value, 'kept');
    assert.equal(panel.isTrusted.value, false);
    assert.deepEqual(state, { threadId: 'one', distanceFromEnd: 0 });
  });

  it('asks for the thread it showed before, and keeps its place in it', async () => {
    state = { threadId: 'one', distanceFromEnd: 300 };
    await panel.connect();
    assert.deepEqual(paramsOf('connect'), [{ threadId: 'one' }]);
    assert.equal(state.distanceFromEnd, 300);
  });

  it('says why it could not connect', async () => {
    answers.connect = new UserError('The database is locked.');
    await panel.connect();
    assert.equal(panel.phase.value, 'failed');
    assert.equal(panel.failure.value, 'The database is locked.');
  });

  it('saves the draft of the thread it leaves, under that thread', async () => {
    await panel.connect();
    panel.composer.text.value = 'half a thought';
    await actions.openThread('two');
    const [saved] = paramsOf('draft/save') as { threadId: string; draft: { text: string } }[];
    assert.equal(saved?.threadId, 'one');
    assert.equal(saved?.draft.text, 'half a thought');
    assert.equal(panel.composer.text.value, '');
  });

  it('saves no draft that nobody changed', async () => {
    await panel.connect();
    await panel.saveDraft();
    await actions.newThread();
    assert.deepEqual(paramsOf('draft/save'), []);
  });

  it('applies events of the shown thread alone', async () => {
    await panel.connect();
    panel.handleEvents([
      { type: 'thread/renamed', threadId: 'other', title: 'Other' },
      { type: 'thread/status', threadId: 'other', status: { phase: 'waiting' } },
      { type: 'thread/renamed', threadId: 'one', title: 'Named' },
      { type: 'trust/changed', isTrusted: true },
    ]);
    assert.equal(panel.thread.title.value, 'Named');
    assert.equal(panel.thread.isRunning.value, false);
    assert.equal(panel.isTrusted.value, true);
  });

  it('puts what an editor command adds into the input, and asks for the focus', async () => {
    await panel.connect();
    const chip = { kind: 'selection', label: 'a.ts:1-2', path: '/a.ts', startLine: 1, endLine: 2 };
    const event = { type: 'draft/add', text: 'Explain', chips: [chip] } as const;
    panel.view.value = 'history';
    panel.handleEvents([event as never, event as never]);
    assert.equal(panel.composer.text.value, 'kept\nExplain\nExplain');
    assert.equal(panel.composer.chips.value.length, 1);
    assert.equal(panel.view.value, 'thread');
    assert.equal(panel.focusRequests.value, 2);
  });

  it('tells failures in a toast, and nothing of a cancellation', async () => {
    await panel.run(() => Promise.reject(new CancelledError()));
    const told = (): string | undefined => panel.toasts.current.value?.text;
    assert.equal(told(), undefined);
    await panel.run(() => Promise.reject(new UserError('No.')));
    assert.equal(told(), 'No.');
  });

  it('sends once, however often Enter is pressed', async () => {
    await panel.connect();
    await Promise.all([actions.send(), actions.send()]);
    await actions.send();
    assert.equal(paramsOf('turn/send').length, 1);
  });

  it('gives a message back that was not sent, but not over what was typed since', async () => {
    await panel.connect();
    answers['turn/send'] = new UserError('Offline.');
    await actions.send();
    assert.equal(panel.composer.text.value, 'kept');
    const sending = actions.send();
    panel.composer.text.value = 'newer';
    await sending;
    assert.equal(panel.composer.text.value, 'newer');
  });

  it('takes a deletion back to where it was seen', async () => {
    await panel.connect();
    await actions.delete({ id: 'one', title: 'One' });
    assert.equal(panel.thread.id.value, 'new');
    answers['thread/open'] = thread('one');
    panel.toasts.current.value?.action?.run();
    await settle();
    assert.deepEqual(paramsOf('thread/restore'), [{ threadId: 'one' }]);
    assert.equal(panel.thread.id.value, 'one');
  });

  it('adds its own commands to those of the host, each once', async () => {
    answers['command/list'] = {
      commands: [
        { name: 'fix', description: 'Fix', kind: 'prompt' },
        { name: 'help', description: 'Host help', kind: 'panel' },
      ],
    };
    const commands = await actions.loadCommands();
    assert.deepEqual(
      commands.map(({ name }) => name),
      ['fix', 'help', 'clear', 'compact'],
    );
  });

  it('summarizes at /compact, with what is to be kept, and shows where the summary stands', async () => {
    answers['connect'] = {
      ...snapshot,
      thread: { ...thread('one'), compaction: { id: 'c', beforeMessageId: 'm4' } },
    };
    await panel.connect();
    assert.equal(panel.thread.summaryBefore.value, 'm4');
    panel.composer.text.value = '/compact  keep the API decisions ';
    await actions.send();
    assert.deepEqual(paramsOf('thread/compact'), [
      { threadId: 'one', focus: 'keep the API decisions' },
    ]);
    assert.deepEqual(paramsOf('turn/send'), []);
    panel.handleEvents([{ type: 'thread/compacted', threadId: 'one', compaction: null }]);
    assert.equal(panel.thread.summaryBefore.value, undefined);
    answers['thread/compact'] = new UserError('There is nothing to summarize yet.');
    await actions.runCommand('compact');
    assert.match(panel.toasts.current.value?.text ?? '', /nothing to summarize/);
  });

  it('does not rename to nothing', async () => {
    await panel.connect();
    await actions.rename('one', '   ');
    assert.deepEqual(paramsOf('thread/rename'), []);
  });

  it('drops earlier messages that come for a thread already left', async () => {
    const message = {
      role: 'user',
      id: 'u',
      turnId: 't',
      text: '',
      chips: [],
      images: [],
      createdAt: 0,
    };
    answers.connect = {
      ...snapshot,
      thread: { ...thread('one'), hasEarlier: true, messages: [message] },
    };
    answers['thread/earlier'] = { messages: [{ ...message, id: 'earlier' }], hasEarlier: false };
    await panel.connect();
    const loading = actions.loadEarlier();
    panel.show(thread('two'));
    await loading;
    assert.deepEqual(panel.thread.messages.value, []);
  });
});
