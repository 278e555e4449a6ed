import assert from 'node:assert/strict';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import { RequestLog } from '../../../../src/core/model/requestLog.ts';
import { ThreadPrompts } from '../../../../src/core/model/threadPrompts.ts';
import type { Preparation } from '../../../../src/core/prefetch/preparation.ts';
import { createPromptCacheWarming } from '../../../../src/core/prefetch/promptCacheWarming.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { failure } from '../../../support/messagesServerScript.ts';
import { aRequest, type GatewayKit, userText, withGateway } from '../model/gatewayKit.ts';
import { scriptedNext } from '../model/scriptedNext.ts';

const minuteMs = 60_000;
const system = 'You help with code. '.repeat(400);
const never = new AbortController().signal;

interface Kit extends GatewayKit {
  readonly warming: Preparation;
  readonly log: RequestLog;
  isLocal: boolean;
  readonly pass: (byMs: number) => Promise<void>;
  /** Prompt tokens read from the cache by a message of the thread. */
  readonly say: (text: string, changes?: Partial<ModelRequest>) => Promise<number>;
}

async function withWarming(test: (kit: Kit) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const prompts = new ThreadPrompts();
  const log = new RequestLog();
  const run = async (gatewayKit: GatewayKit): Promise<void> => {
    const warming = createPromptCacheWarming({
      clock,
      prompts,
      gateway: gatewayKit.gateway,
      connection: {
        current: async () => ({
          ...gatewayKit.connection,
          kind: kit.isLocal ? 'compatible' : 'anthropic',
        }),
      },
      catalogue: loadCatalogue,
      newId: () => 'warming',
    });
    const say: Kit['say'] = async (text, changes) => {
      await gatewayKit.collect({ threadId: 't', system, messages: [userText(text)], ...changes });
      return log.all().at(-1)?.usage?.cacheReadTokens ?? 0;
    };
    const pass: Kit['pass'] = (byMs) => clock.advance(byMs);
    const kit: Kit = { ...gatewayKit, warming, log, isLocal: false, say, pass };
    await test(kit);
  };
  const server = { now: () => clock.now() };
  await withGateway(run, { server, clock, gateway: { prompts, log } });
  prompts.dispose();
  log.dispose();
}

describe('Warming a thread’s prompt', () => {
  it('puts a lapsed one into the cache again, so that the next message finds it', () =>
    withWarming(async ({ say, warming, pass, log, server }) => {
      await say('Hello');
      await pass(6 * minuteMs);
      const prepared = await warming.prepare('t', never);
      assert.ok(prepared && prepared.costUsd > 0);
      const record = log.all().at(-1);
      assert.deepEqual([record?.id, record?.priority], ['warming', 'background']);
      assert.match(record?.decisions[0]?.text ?? '', /to have the prompt ready/);
      const { stream, max_tokens } = server.messageRequests[1]?.body ?? {};
      assert.deepEqual([stream, max_tokens], [undefined, 0]);
      assert.ok((await say('Hello')) > 1_000);
    }));

  it('renews one that is about to lapse for far less', () =>
    withWarming(async ({ say, warming, pass }) => {
      await say('Hello');
      await pass(6 * minuteMs);
      const written = await warming.prepare('t', never);
      await pass(4.5 * minuteMs);
      const renewed = await warming.prepare('t', never);
      await pass(4 * minuteMs);
      assert.ok((await say('Hello')) > 1_000, 'renewed, it lives on');
      assert.ok((renewed?.costUsd ?? 1) < (written?.costUsd ?? 0) / 10);
    }));

  it('does nothing where there is nothing to gain', () =>
    withWarming(async ({ say, warming, pass, server }) => {
      assert.equal(await warming.prepare('t', never), undefined, 'no prompt is known');
      await say('Hello');
      assert.equal(await warming.prepare('t', never), undefined, 'it is still there');
      await say('Hello', { promptCacheLifetime: '1h' });
      await pass(30 * minuteMs);
      assert.equal(await warming.prepare('t', never), undefined, 'it is kept for an hour');
      await say('Hello', { threadId: 'short', system: 'Be brief.' });
      await say('Hello', { threadId: 'old', model: 'claude-opus-4-8' });
      await pass(30 * minuteMs);
      assert.equal(await warming.prepare('short', never), undefined, 'too short to be cached');
      assert.equal(await warming.prepare('old', never), undefined, 'it thinks only when told');
      assert.equal(server.messageRequests.length, 4);
    }));

  it('asks no local server', () =>
    withWarming(async (kit) => {
      await kit.say('Hello');
      await kit.pass(6 * minuteMs);
      kit.isLocal = true;
      assert.equal(await kit.warming.prepare('t', never), undefined);
      kit.isLocal = false;
      assert.ok(await kit.warming.prepare('t', never));
    }));

  it('is not counted where the budget refuses it', async () => {
    const clock = new FakeClock();
    const prompts = new ThreadPrompts();
    const request = aRequest({ threadId: 't' });
    prompts.keep('t', { request, messageId: 'msg_1', sentAt: 0, tokens: 5_000 });
    const failure = { kind: 'overBudget', message: 'Too dear.', canRetry: false } as const;
    const ends = [{ kind: 'failed', failure } as const, { kind: 'cancelled' } as const];
    for (const outcome of ends) {
      const { next } = scriptedNext([{ type: 'ended', outcome }]);
      const warming = createPromptCacheWarming({
        clock,
        prompts,
        gateway: { stream: next },
        connection: {
          current: async () => ({ kind: 'anthropic', endpoint: 'https://a.example', apiKey: 'k' }),
        },
        catalogue: loadCatalogue,
        newId: () => 'warming',
      });
      assert.equal(await warming.prepare('t', never), undefined);
    }
    prompts.dispose();
  });

  it('rejects where it fails', () =>
    withWarming(async ({ say, warming, pass, server }) => {
      await say('Hello');
      await pass(6 * minuteMs);
      server.reply(failure(400, 'invalid_request_error'));
      await assert.rejects(warming.prepare('t', never));
    }));
});
