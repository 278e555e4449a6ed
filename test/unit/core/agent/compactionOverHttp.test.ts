import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import type { ModelProfile } from '../../../../src/core/agent/threadParts.ts';
import { EditMatcher } from '../../../../src/core/edit/editMatcher.ts';
import { createGateway, type Gateway } from '../../../../src/core/model/gateway.ts';
import { DiskSpillStore } from '../../../../src/core/tools/spillStore.ts';
import { createStandardTools } from '../../../../src/core/tools/standardTools.ts';
import type { HostEvent } from '../../../../src/shared/protocol.ts';
import { contextKeeping, createAgentHarness, draft } from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import type { RequestRecord } from '../../../support/messagesServerHttp.ts';
import {
  type ScriptBlock,
  text,
  thinking,
  toolUse,
} from '../../../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';
import { longText } from './compactionKit.ts';

type EndedTurn = Extract<HostEvent, { type: 'turn/ended' }>;

const small = 'claude-haiku-5-5';

describe('summaries against a strict Messages API', () => {
  let folder: TemporaryFolder;
  let server: MessagesServer;
  let gateway: Gateway;

  beforeEach(async () => {
    folder = createTemporaryFolder('compaction');
    server = await MessagesServer.start();
    const { endpoint, apiKey } = server;
    gateway = createGateway({
      connection: { current: async () => ({ kind: 'anthropic', endpoint, apiKey }) },
      offline: () => assert.fail('This gateway is never offline.'),
      clock: systemClock,
      version: '0.0.0',
      onInternalError: (error) => assert.fail(String(error)),
    });
  });

  afterEach(async () => {
    gateway.dispose();
    await server.stop();
    folder.dispose();
  });

  /** A thread whose turns are waited for; `profile` is what is believed of its model. */
  function openThread(profile: ModelProfile): (message: string) => Promise<EndedTurn> {
    const workspace = new DiskWorkspace(folder.path);
    const spill = new DiskSpillStore({ folder: path.join(folder.path, '.spill') });
    const registry = createStandardTools({ environment: process.env });
    const waiting: ((end: EndedTurn) => void)[] = [];
    const harness = createAgentHarness({
      workspace,
      parts: {
        gateway,
        clock: systemClock,
        context: contextKeeping({
          summaryModels: async () => [{ id: small, maxPromptTokens: 90_000 }],
        }),
        tools: registry.bind({
          workspace,
          matcher: new EditMatcher({ matching: () => 'exact' }),
          spill,
          commandTimeoutMs: 60_000,
        }),
        toolDefinitions: () => registry.definitions({ isTrusted: true }),
        model: async () => profile,
        policy: { noGrants: [], judge: () => ({ kind: 'allow' }), grant: (grants) => grants },
        emit: (event) => {
          if (event.type === 'turn/ended') {
            waiting.shift()?.(event);
          }
        },
      },
    });
    return async (message) => {
      const ended = new Promise<EndedTurn>((resolve) => waiting.push(resolve));
      await harness.service.send('t', draft(message));
      return ended;
    };
  }

  it('keeps a long run of thinking and tools within its window, with each prefix stable between the steps', async () => {
    for (let file = 0; file < 4; file += 1) {
      writeFileSync(path.join(folder.path, `part${file}.ts`), `// ${longText(1_000)}\n`);
    }
    let answers = 0;
    server.respond(({ body }) => {
      if (body?.['model'] === small) {
        return [text('## Task\nLook at the parts.')];
      }
      answers += 1;
      return answers % 4 === 0
        ? [thinking(`Enough of ${answers}.`), text(`Seen ${answers}.`)]
        : [thinking(`Round ${answers}.`), ...reads(answers)];
    });
    const ask = openThread({ id: 'claude-sonnet-5-5', name: 'Sonnet', contextWindow: 30_000 });
    for (let turn = 0; turn < 24; turn += 1) {
      assert.equal((await ask(`Turn ${turn}`)).state, 'done');
    }
    const rejected = server.messageRequests.filter(({ status }) => status !== 200);
    assert.deepEqual(
      rejected.map(({ body }) => body?.['model']),
      [],
    );
    const chats = server.messageRequests.filter(({ body }) => body?.['model'] !== small);
    const summaries = server.messageRequests.filter(({ body }) => body?.['model'] === small);
    const steps = chats.filter((chat, at) => at > 0 && !appendsTo(chat, chats[at - 1]));
    assert.ok(steps.length >= 2, `${steps.length} steps`);
    assert.ok(summaries.length >= steps.length && summaries.length <= steps.length + 1);
    for (const step of steps) {
      const sent = messagesOf(step);
      assert.match(sent[0] ?? '', /Look at the parts/);
      assert.doesNotMatch(sent.join(), /"thinking"/);
    }
    for (const { body } of summaries) {
      assert.deepEqual(body?.['thinking'], { type: 'disabled' });
      assert.equal(body?.['tools'], undefined);
    }
  });

  it('makes room and asks again where the server finds a prompt too long', async () => {
    // What is believed of the model is wrong: it takes no more than 200,000 tokens.
    const ask = openThread({
      id: 'claude-haiku-4-5',
      name: 'Haiku',
      contextWindow: 1_000_000,
      maxOutputTokens: 4_096,
    });
    server.respond(({ body }) => [text(body?.['model'] === small ? 'The notes.' : 'Read.')]);
    assert.equal((await ask(`one ${longText(130_000)}`)).state, 'done');
    assert.equal((await ask(`two ${longText(130_000)}`)).state, 'done');
    const last = server.messageRequests.at(-1);
    assert.ok(last && /The notes.*two/s.test(messagesOf(last)[0] ?? ''));
    const statuses = server.messageRequests.map(({ status }) => status);
    assert.deepEqual(statuses, [200, 400, 200, 200]);
  });
});

function reads(round: number): ScriptBlock[] {
  return [round, round + 1].map((file) => toolUse('read_file', { path: `part${file % 4}.ts` }));
}

function messagesOf({ body }: RequestRecord): string[] {
  const messages = (body?.['messages'] ?? []) as unknown[];
  return messages.map((message) => JSON.stringify(message, withoutMarkers));
}

function withoutMarkers(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value;
}

function appendsTo(now: RequestRecord, before: RequestRecord | undefined): boolean {
  const earlier = before ? messagesOf(before) : [];
  return messagesOf(now).slice(0, earlier.length).join() === earlier.join();
}
