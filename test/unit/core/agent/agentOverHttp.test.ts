import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { EditMatcher } from '../../../../src/core/edit/editMatcher.ts';
import { createGateway, type Gateway } from '../../../../src/core/model/gateway.ts';
import type { ThreadStore } from '../../../../src/core/store/records.ts';
import { DiskSpillStore } from '../../../../src/core/tools/spillStore.ts';
import { createStandardTools } from '../../../../src/core/tools/standardTools.ts';
import type { HostEvent } from '../../../../src/shared/protocol.ts';
import {
  type AgentHarness,
  createAgentHarness,
  draft,
  type TestParts,
} from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { MemoryThreadStore } from '../../../support/memoryThreadStore.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import {
  answer,
  redactedThinking,
  type ScriptBlock,
  text,
  thinking,
  toolUse,
} from '../../../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

type EndedTurn = Extract<HostEvent, { type: 'turn/ended' }>;

/** A window whose agent has its real gateway and tools, and a model that is scripted over HTTP. */
interface Window extends AgentHarness {
  readonly workspace: DiskWorkspace;
  /** Sends a message and resolves with how its turn ended. */
  ask(message: string): Promise<EndedTurn>;
  /** How the turn ends that `start` begins. */
  ending(start: () => Promise<unknown>): Promise<EndedTurn>;
}

describe('the agent against a strict Messages API', () => {
  let folder: TemporaryFolder;
  let server: MessagesServer;
  let gateways: Gateway[];

  beforeEach(async () => {
    folder = createTemporaryFolder('agent');
    writeFileSync(path.join(folder.path, 'a.ts'), 'export const a = 1;\n');
    writeFileSync(path.join(folder.path, 'b.ts'), 'export const b = 2;\n');
    server = await MessagesServer.start();
    gateways = [];
  });

  afterEach(async () => {
    for (const gateway of gateways) {
      gateway.dispose();
    }
    await server.stop();
    folder.dispose();
  });

  function openWindow(
    store: ThreadStore = new MemoryThreadStore(),
    parts: Partial<TestParts> = {},
  ): Window {
    const workspace = new DiskWorkspace(folder.path);
    const spill = new DiskSpillStore({ folder: path.join(folder.path, '.spill') });
    const registry = createStandardTools({ environment: process.env });
    const { endpoint, apiKey } = server;
    const gateway = createGateway({
      connection: { current: async () => ({ kind: 'anthropic', endpoint, apiKey }) },
      offline: () => assert.fail('This gateway is never offline.'),
      clock: systemClock,
      version: '0.0.0',
      onInternalError: (error) => assert.fail(String(error)),
    });
    gateways.push(gateway);
    const waiting: ((end: EndedTurn) => void)[] = [];
    const harness = createAgentHarness({
      store,
      workspace,
      parts: {
        gateway,
        clock: systemClock,
        tools: registry.bind({
          workspace,
          matcher: new EditMatcher({ matching: () => 'exact' }),
          spill,
          commandTimeoutMs: 60_000,
        }),
        toolDefinitions: () => registry.definitions({ isTrusted: workspace.isTrusted() }),
        model: async () => ({ id: 'claude-sonnet-5-5', name: 'Sonnet' }),
        policy: { noGrants: [], judge: () => ({ kind: 'allow' }), grant: (grants) => grants },
        emit: (event) => {
          if (event.type === 'turn/ended') {
            waiting.shift()?.(event);
          }
        },
        ...parts,
      },
    });
    const ending = async (start: () => Promise<unknown>): Promise<EndedTurn> => {
      const ended = new Promise<EndedTurn>((resolve) => waiting.push(resolve));
      await start();
      return ended;
    };
    const ask = (message: string): Promise<EndedTurn> =>
      ending(() => harness.service.send('t', draft(message)));
    return { ...harness, workspace, ask, ending };
  }

  function messagesOf(request: number): string[] {
    const messages = server.messageRequests[request]?.body?.['messages'];
    assert.ok(Array.isArray(messages));
    return messages.map((message) => JSON.stringify(message));
  }

  /** Checks what each request repeats of the one before it; answers how many requests there were. */
  function checkStable(from = 0): number {
    const requests = server.messageRequests;
    for (let at = from + 1; at < requests.length; at += 1) {
      for (const part of ['system', 'tools', 'thinking', 'output_config', 'model']) {
        assert.deepEqual(requests[at]?.body?.[part], requests[from]?.body?.[part], part);
      }
      const before = messagesOf(at - 1);
      assert.deepEqual(
        messagesOf(at).slice(0, before.length),
        before,
        `request ${at} only appends`,
      );
    }
    return requests.length;
  }

  function checkAccepted(): void {
    assert.deepEqual(
      server.messageRequests.filter((request) => request.status !== 200),
      [],
    );
  }

  const read = (file: string, line = 1): ScriptBlock =>
    toolUse('read_file', { path: file, start_line: line });

  it('goes through twelve rounds of thinking and tools, each request appending to the last', async () => {
    const window = openWindow();
    for (let round = 1; round < 12; round += 1) {
      const more = round % 3 === 0 ? [redactedThinking(), text('Both.'), read('b.ts')] : [];
      server.reply([
        thinking(`Round ${round}.`),
        toolUse('search', { pattern: `${round}` }),
        ...more,
      ]);
    }
    server.reply([thinking('That is all.'), text('I have seen it.')]);
    const end = await window.ask('look around');
    assert.deepEqual([end.state, end.notice], ['done', undefined]);
    assert.equal(checkStable(), 12);
    checkAccepted();
    assert.equal(messagesOf(11).length, 23);
  });

  it('edits a file and reads it back in the order asked for', async () => {
    const window = openWindow();
    const edit = { old_text: 'a = 1', new_text: 'a = 3' };
    server.reply(
      [
        thinking(),
        toolUse('read_file', { path: 'a.ts' }),
        toolUse('edit_file', { path: 'a.ts', edits: [edit] }),
        toolUse('read_file', { path: 'a.ts' }),
      ],
      [text('Done.')],
    );
    assert.equal((await window.ask('make it 3')).state, 'done');
    const last = messagesOf(1).at(-1) ?? '';
    assert.equal(readFileSync(path.join(folder.path, 'a.ts'), 'utf8'), 'export const a = 3;\n');
    assert.ok(last.indexOf('a = 1') < last.indexOf('a = 3'));
    checkAccepted();
  });

  it('goes on after a stop in the middle of an answer, a retry and an edit', async () => {
    const window = openWindow();
    server.reply([thinking('One.'), read('a.ts')], [thinking('Two.'), text('It is 1.')]);
    await window.ask('what is a?');
    const long = [thinking('Three.'), text('This is a long answer that is never finished.')];
    server.reply(answer(long, { fault: { kind: 'stall', after: { deltas: 2 } } }));
    let turnId = '';
    const stopped = await window.ending(async () => {
      turnId = await window.service.send('t', draft('and b?'));
      await server.received(3);
      await until(async () => cardsOf(await window.view('t')).includes('This is a'), window);
      await window.service.stop('t');
    });
    assert.equal(stopped.state, 'stopped');
    server.reply([thinking('Four.'), text('It is 2.')]);
    assert.equal((await window.ask('go on')).state, 'done');
    assert.equal(checkStable(), 4);
    assert.match(messagesOf(3).join(), /This is a/);

    server.reply([thinking('Five.'), read('b.ts')], [thinking('Six.'), text('It is 2.')]);
    const retried = await window.ending(() => window.service.retry('t', turnId));
    assert.equal(retried.state, 'done');
    assert.deepEqual(messagesOf(4), messagesOf(2), 'the same question again');
    server.reply([thinking('Seven.'), text('Both are numbers.')]);
    const view = await window.view('t');
    const edited = await window.ending(() =>
      window.service.edit('t', view.messages[2]?.turnId ?? '', draft('and both?')),
    );
    assert.equal(edited.state, 'done');
    assert.deepEqual(messagesOf(6).slice(0, 4), messagesOf(4).slice(0, 4));
    checkAccepted();
  });

  it('stops a command and answers its call, so that the next message is accepted', async () => {
    const window = openWindow();
    server.reply([
      thinking(),
      toolUse('run_command', { command: 'echo started; sleep 60' }),
      toolUse('run_command', { command: 'echo never' }),
    ]);
    let stoppedAfterMs = 0;
    const stopped = await window.ending(async () => {
      await window.service.send('t', draft('wait'));
      await until(async () => cardsOf(await window.view('t')).includes('started'), window);
      const before = performance.now();
      await window.service.stop('t');
      stoppedAfterMs = performance.now() - before;
    });
    assert.equal(stopped.state, 'stopped');
    assert.ok(stoppedAfterMs < 5_000, `${stoppedAfterMs} ms`);
    server.reply([text('Fine.')]);
    assert.equal((await window.ask('go on')).state, 'done');
    const results = messagesOf(1)[2] ?? '';
    assert.equal(results.match(/"is_error":true/g)?.length, 2);
    checkAccepted();
  });

  it('goes on after a refusal, an answer cut in a call, unreadable input and an empty answer', async () => {
    const window = openWindow();
    const details = { stopDetails: { category: 'cyber' }, stopReason: 'refusal' };
    const half = toolUse('read_file', {}, { rawJson: '{"path": "a.' });
    server.reply(
      answer([thinking('A'), text('I can')], details),
      answer([thinking('B'), text('Let me'), half], { stopReason: 'max_tokens' }),
      [thinking('C'), half],
      [thinking('D'), text('Sorry.')],
      [thinking('E')],
      [thinking('F'), text('Here.')],
    );
    const states = [];
    for (const message of ['bad', 'long', 'odd', 'quiet', 'well?']) {
      const { state, notice } = await window.ask(message);
      states.push([state, notice?.text.split(/[ :]/, 3).join(' ')]);
    }
    assert.deepEqual(states, [
      ['failed', 'The model declined'],
      ['done', 'The answer reached'],
      ['done', undefined],
      ['done', 'The model ended'],
      ['done', undefined],
    ]);
    assert.equal(checkStable(1), 6);
    assert.ok(!messagesOf(5).join().includes('bad'));
    checkAccepted();
  });

  it('goes on with new tools in a thread that began in Restricted Mode', async () => {
    const window = openWindow();
    window.workspace.isTrustedNow = false;
    server.reply([thinking('A'), read('a.ts')], [thinking('B'), text('Trust the folder first.')]);
    await window.ask('change a');
    window.workspace.isTrustedNow = true;
    server.reply([thinking('C'), read('a.ts')], [thinking('D'), text('Now I can.')]);
    assert.equal((await window.ask('now')).state, 'done');
    checkAccepted();
    assert.match(messagesOf(3).join(), /"thinking":"C"/);
    assert.doesNotMatch(messagesOf(3).join(), /"thinking":"[AB]"/);
  });

  it('goes on in a thread of an older version, whose tools were others', async () => {
    const store = new MemoryThreadStore();
    const older = openWindow(store, {
      toolDefinitions: () => [
        { name: 'read_file', description: 'Old.', inputSchema: { type: 'object' } },
      ],
    });
    server.reply([thinking('A'), read('a.ts')], [thinking('B'), text('Yes.')]);
    await older.ask('look');
    const newer = openWindow(store);
    server.reply([thinking('C'), text('Still here.')]);
    assert.equal((await newer.ask('again')).state, 'done');
    server.reply([thinking('D'), text('And here.')]);
    assert.equal((await newer.ask('once more')).state, 'done');
    const statuses = server.messageRequests.slice(2).map((request) => request.status);
    assert.deepEqual(statuses, [400, 200, 200], 'what was rejected once is not sent again');
  });

  it('goes on after a reload with the very bytes it sent before', async () => {
    const store = new MemoryThreadStore();
    server.reply([thinking('A'), read('a.ts'), read('nowhere.ts')], [thinking('B'), text('Yes.')]);
    await openWindow(store).ask('look');
    server.reply([thinking('C'), text('Still here.')]);
    assert.equal((await openWindow(store).ask('again')).state, 'done');
    assert.equal(checkStable(), 3);
    checkAccepted();
  });

  it('asks for little with a first hello', async () => {
    const window = openWindow();
    await window.ask('hello');
    const size = server.messageRequests[0]?.bodyBytes ?? 0;
    assert.ok(size > 0 && size <= 12_000, `${size} bytes`);
  });
});

function cardsOf(view: Awaited<ReturnType<AgentHarness['view']>>): string {
  const last = view.messages.at(-1);
  const blocks = last?.role === 'assistant' ? last.blocks : [];
  return blocks.map((block) => (block.type === 'tool' ? block.output : block.text)).join('|');
}

/** Waits for something that real sockets or processes bring about. */
async function until(holds: () => boolean | Promise<boolean>, window: Window): Promise<void> {
  while (!(await holds())) {
    await new Promise((resolve) => window.parts.clock.setTimeout(() => resolve(undefined), 5));
  }
}
