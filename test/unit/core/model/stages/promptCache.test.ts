import assert from 'node:assert/strict';
import { DecisionTrail } from '../../../../../src/core/model/decisionTrail.ts';
import type { ModelEvent, ModelRequest } from '../../../../../src/core/model/request.ts';
import { RequestLog } from '../../../../../src/core/model/requestLog.ts';
import { createPromptCacheStage } from '../../../../../src/core/model/stages/promptCache.ts';
import { type PromptRead, ThreadPrompts } from '../../../../../src/core/model/threadPrompts.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { text } from '../../../../support/messagesServerScript.ts';
import { aRequest, collect, outcomeOf, typesOf, userText, withGateway } from '../gatewayKit.ts';
import { delta, done, scriptedNext, started } from '../scriptedNext.ts';

const long = 'You help with code. '.repeat(400);

describe('The prompt cache stage', () => {
  let clock: FakeClock;
  let prompts: ThreadPrompts;
  let script: ReturnType<typeof scriptedNext>;

  beforeEach(() => {
    clock = new FakeClock();
    prompts = new ThreadPrompts();
  });

  afterEach(() => prompts.dispose());

  function ask(changes: Partial<ModelRequest>, ...events: ModelEvent[]): Promise<ModelEvent[]> {
    const stage = createPromptCacheStage({ clock, prompts });
    script = scriptedNext(events);
    const request = aRequest({ threadId: 't', ...changes });
    return collect(stage(request, script.next, new AbortController().signal));
  }

  const usage: ModelEvent = {
    type: 'usage',
    usage: {
      inputTokens: 1,
      outputTokens: 1,
      cacheReadTokens: 20,
      cacheWriteTokens: 3,
      thinkingTokens: 0,
    },
  };

  it('names the answer before, thread by thread', async () => {
    await ask({}, started, usage, delta('a'), done);
    assert.equal(script.requests[0]?.previousMessageId, undefined);
    await ask({}, { ...started, messageId: 'msg_2' } as ModelEvent, usage, done);
    assert.equal(script.requests[0]?.previousMessageId, 'msg_1');
    await ask({ threadId: 'u' }, started, usage, done);
    assert.equal(script.requests[0]?.previousMessageId, undefined);
    await ask({}, done);
    assert.equal(script.requests[0]?.previousMessageId, 'msg_2');
    await ask({}, started, usage, done);
    assert.equal(script.requests[0]?.previousMessageId, 'msg_2', 'a failed one has no answer');
  });

  it('passes all events on and tells of what was sent and read', async () => {
    const sent: string[] = [];
    const read: PromptRead[] = [];
    prompts.onWillSend((threadId) => sent.push(threadId));
    prompts.onDidRead((one) => read.push(one));
    const miss: ModelEvent = { type: 'promptCacheMiss', cause: 'system_changed' };
    const events = [started, miss, usage, delta('a'), delta('b'), usage, done];
    assert.deepEqual(await ask({}, ...events), events);
    assert.deepEqual(
      [sent, read],
      [['t'], [{ threadId: 't', promptTokens: 24, cacheReadTokens: 20 }]],
    );
    assert.equal(prompts.find('t')?.tokens, 24);
  });

  it('leaves other surfaces alone', async () => {
    await ask({ surface: 'summary' }, started, usage, done);
    assert.equal(prompts.find('t'), undefined);
  });

  it('does not warm while money is to be saved, and says so', async () => {
    const trail = new DecisionTrail(clock);
    const events = await ask({ maxOutputTokens: 0, mustSave: true, trail }, started, done);
    assert.deepEqual(outcomeOf(events), { kind: 'cancelled' });
    assert.equal(script.requests.length, 0);
    assert.match(trail.decisions[0]?.text ?? '', /budget/);
  });

  it('makes a warmed prompt young without taking it for an answer', async () => {
    const messages = [userText('First')];
    await ask({ messages }, started, usage, done);
    await clock.advance(1_000);
    const warmed = { ...started, messageId: 'msg_warm' } as ModelEvent;
    await ask({ messages, maxOutputTokens: 0 }, warmed, usage, done);
    const kept = prompts.find('t');
    assert.equal(kept?.messageId, 'msg_1');
    assert.equal(kept?.sentAt, clock.wallTime());
    assert.ok((kept?.request.maxOutputTokens ?? 0) > 0);
  });

  it('keeps no more threads than are in use', async () => {
    for (let thread = 0; thread < 10; thread += 1) {
      await ask({ threadId: `t${thread}` }, started, usage, done);
    }
    assert.equal(prompts.find('t0'), undefined);
    assert.ok(prompts.find('t9'));
  });
});

describe('The prompt cache over HTTP', () => {
  it('is asked why it missed, and the answer is in the request’s record', async () => {
    const prompts = new ThreadPrompts();
    const log = new RequestLog();
    await withGateway(
      async (kit) => {
        const system = long;
        await kit.collect({ threadId: 't', system });
        const second = await kit.collect({ threadId: 't', system });
        assert.ok(!typesOf(second).includes('promptCacheMiss'));
        const third = await kit.collect({ threadId: 't', system: `${system}!` });
        assert.deepEqual(
          third.filter((event) => event.type === 'promptCacheMiss').map((event) => event.cause),
          ['system_changed'],
        );
        const asked = kit.server.messageRequests.map(({ body }) => body?.['diagnostics']);
        assert.deepEqual(asked, [
          { previous_message_id: null },
          { previous_message_id: 'msg_000001' },
          { previous_message_id: 'msg_000002' },
        ]);
        const texts = log.all().map(({ decisions }) => decisions.map((decision) => decision.text));
        assert.deepEqual(texts.slice(0, 2), [[], []]);
        assert.match(
          texts[2]?.join() ?? '',
          /cache missed [\d,]+ tokens: the system prompt has changed\./,
        );
      },
      { gateway: { prompts, log } },
    );
    prompts.dispose();
    log.dispose();
  });

  it('is warmed without a stream, and counts what that took', () =>
    withGateway(async (kit) => {
      kit.server.reply(text('Hello.'));
      const warmed = await kit.collect({ system: long, maxOutputTokens: 0 });
      assert.deepEqual(typesOf(warmed), ['started', 'usage', 'usage', 'ended']);
      assert.deepEqual(outcomeOf(warmed), {
        kind: 'done',
        stopReason: 'max_tokens',
        value: 'max_tokens',
      });
      const usageOf = (events: readonly ModelEvent[]) =>
        events.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1);
      assert.equal(usageOf(warmed)?.outputTokens, 0);
      assert.ok((usageOf(warmed)?.cacheWriteTokens ?? 0) > 1_000);
      const asked = usageOf(await kit.collect({ system: long }));
      assert.equal(asked?.cacheReadTokens, usageOf(warmed)?.cacheWriteTokens);
      assert.equal(kit.server.connections.total, 1, 'on one connection');
    }));

  it('counts apart what is kept for an hour', () =>
    withGateway(async (kit) => {
      const events = await kit.collect({ system: long, promptCacheLifetime: '1h' });
      const usage = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1);
      assert.ok((usage?.hourCacheWriteTokens ?? 0) > 1_000);
      assert.equal(usage?.hourCacheWriteTokens, usage?.cacheWriteTokens);
    }));
});
