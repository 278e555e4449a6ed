import assert from 'node:assert/strict';
import type { ModelEvent } from '../../../../../src/core/model/request.ts';
import { RequestLog, type RequestRecord } from '../../../../../src/core/model/requestLog.ts';
import { createRouteStage } from '../../../../../src/core/model/stages/route.ts';
import { failure } from '../../../../support/messagesServerScript.ts';
import {
  aRequest,
  collect,
  type GatewayKit,
  outcomeOf,
  typesOf,
  userText,
  withGateway,
} from '../gatewayKit.ts';
import { createRouterKit, type RouterKit } from '../router/routerKit.ts';
import { done, failed, type ScriptedNext, scriptedNext, started } from '../scriptedNext.ts';

const sonnet = 'claude-sonnet-5-5';
const haiku = 'claude-haiku-5-5';

const tools = [{ name: 'read_file', description: '', inputSchema: { type: 'object' } }];
const ordinary = { tools, routing: { userText: 'Where is the discount of an order calculated?' } };
const simple = { tools, routing: { userText: 'Fix the typo' } };

type Kit = GatewayKit & RouterKit & { readonly log: RequestLog };

async function withRouter(
  test: (kit: Kit) => Promise<void>,
  routerKit: RouterKit = createRouterKit(),
  kind: 'anthropic' | 'compatible' = 'anthropic',
): Promise<void> {
  const log = new RequestLog();
  log.onDidEnd((record) => routerKit.router.learn(record));
  const gateway = { router: routerKit.router, log };
  try {
    await withGateway((kit) => test(Object.assign(kit, routerKit, { log })), { kind, gateway });
  } finally {
    routerKit.router.dispose();
    log.dispose();
  }
}

const dropped: ModelEvent = { type: 'thinkingDropped' };
const rejected = failed({ kind: 'invalidRequest', status: 400, canRetry: false });

/** Sends a simple request through the stage alone. */
function runStage(script: ScriptedNext, { router }: RouterKit): Promise<ModelEvent[]> {
  const current = { kind: 'anthropic', endpoint: 'https://a.example' } as const;
  const stage = createRouteStage({ router, connection: { current: async () => current } });
  return collect(stage(aRequest(simple), script.next, new AbortController().signal));
}

function routedOf(events: readonly ModelEvent[]) {
  return events.find((event) => event.type === 'routed');
}

function asked(kit: Kit): unknown[] {
  return kit.server.requests
    .filter(({ path }) => path === '/v1/messages')
    .map(({ body }) => (body as { model?: unknown } | undefined)?.model);
}

describe('The route stage', () => {
  it('takes the quickest kind of model for completions, however well others do', () =>
    withRouter(async (kit) => {
      for (let count = 0; count < 50; count += 1) {
        kit.statistics.add(sonnet, 'success', 1);
        kit.statistics.add(sonnet, 'firstTokenMs', 1);
        kit.statistics.add(haiku, 'success', 0);
        kit.statistics.add(haiku, 'firstTokenMs', 5_000);
      }
      await kit.collect({ surface: 'completion', model: sonnet, routing: {} });
      assert.deepEqual(asked(kit), [haiku]);
    }));

  it('chooses, says so before anything else, and writes down why', () =>
    withRouter(async (kit) => {
      const events = await kit.collect({ ...simple, turnId: 'turn-1' });
      assert.equal(events[0], routedOf(events));
      const routed = routedOf(events);
      assert.ok(routed);
      assert.equal(routed.model, haiku);
      assert.deepEqual(asked(kit), [haiku]);
      const [record] = kit.log.all();
      assert.equal(record?.model, haiku);
      assert.deepEqual(
        record?.decisions.filter(({ by }) => by === 'route').map(({ text }) => text),
        [routed.reason],
      );
    }));

  it('leaves an ordinary question with the usual model, and a pin untouched', () =>
    withRouter(async (kit) => {
      assert.equal(routedOf(await kit.collect(ordinary))?.model, sonnet);
      const pinned = await kit.collect({ tools, model: 'claude-opus-4-8', mustSave: true });
      assert.equal(routedOf(pinned), undefined);
      assert.deepEqual(asked(kit), [sonnet, 'claude-opus-4-8']);
      const text = kit.log.all().at(-1)?.decisions[0]?.text;
      assert.equal(text, 'Claude Opus 4.8: it was asked for by name.');
    }));

  it('keeps to the model of the turn, and chooses anew in the next', () =>
    withRouter(async (kit) => {
      await kit.collect({ ...simple, turnId: 'turn-1' });
      await kit.collect({ ...ordinary, turnId: 'turn-1' });
      await kit.collect({ ...ordinary, turnId: 'turn-2' });
      assert.deepEqual(asked(kit), [haiku, haiku, sonnet]);
    }));

  it('prefers the thread’s model, also when it was loaded anew', () =>
    withRouter(async (kit) => {
      const large = { ...simple, tools: [], messages: [userText('x'.repeat(100_000))] };
      const hints = { ...simple.routing, threadModel: sonnet };
      await kit.collect({ ...large, threadId: 'thread-1', routing: { ...hints, threadIdleMs: 1 } });
      const [first] = kit.log.all();
      assert.match(first?.decisions[0]?.text ?? '', /Sonnet 5\.5: it stays in this thread/);
      await kit.collect({ ...large, threadId: 'thread-2', routing: { userText: 'Fix the typo' } });
      assert.equal(asked(kit).at(-1), haiku);
    }));

  it('chooses among what the user allows', () =>
    withRouter(
      async (kit) => {
        await kit.collect(simple);
        assert.deepEqual(asked(kit), ['claude-opus-5-5']);
      },
      createRouterKit({ allowedModels: () => ['claude-opus-5-5', 'unheard-of'] }),
    ));

  it('asks the usual model where the endpoint refuses the chosen one, from then on at once', () =>
    withRouter(async (kit) => {
      kit.server.reply(failure(404, 'not_found_error'));
      const events = await kit.collect(simple);
      assert.equal(outcomeOf(events).kind, 'done');
      assert.deepEqual(
        events.flatMap((event) => (event.type === 'routed' ? event.model : [])),
        [haiku, sonnet],
      );
      await kit.collect(simple);
      assert.deepEqual(asked(kit), [haiku, sonnet, sonnet]);
    }));

  it('does so too where leaving thinking out did not help, and keeps the thinking', async () => {
    const script = scriptedNext([dropped, rejected], [started, done]);
    const events = await runStage(script, createRouterKit());
    assert.deepEqual(typesOf(events), ['routed', 'routed', 'started', 'ended']);
    assert.deepEqual(
      script.requests.map(({ model }) => model),
      [haiku, sonnet],
    );
  });

  it('does not hold it against the chosen model where the usual one refuses, too', async () => {
    const kit = createRouterKit();
    await runStage(scriptedNext([dropped, rejected]), kit);
    const script = scriptedNext([started, done]);
    await runStage(script, kit);
    assert.deepEqual(
      script.requests.map(({ model }) => model),
      [haiku],
    );
  });

  it('replaces a retired model, also a pinned one, and tells of each once', () =>
    withRouter(async (kit) => {
      for (let index = 0; index < 2; index += 1) {
        const events = await kit.collect({ model: 'claude-sonnet-4-20250514' });
        assert.equal(routedOf(events)?.model, sonnet);
      }
      // The date on which it goes has passed, though the catalogue is older.
      await kit.collect({ model: 'claude-sonnet-4-5' });
      assert.deepEqual(kit.told, [
        'Claude Sonnet 4 is no longer available. Slipstream asks Claude Sonnet 5.5 in its place.',
        'Claude Sonnet 4.5 is no longer available. Slipstream asks Claude Sonnet 5.5 in its place.',
      ]);
    }));

  it('does not meddle with a server that is not Anthropic’s', () =>
    withRouter(
      async (kit) => {
        await kit.collect({ ...simple, model: 'claude-sonnet-4' });
        assert.deepEqual(asked(kit), ['claude-sonnet-4']);
        assert.deepEqual(kit.told, []);
      },
      createRouterKit(),
      'compatible',
    ));
});

describe('What the router learns', () => {
  const record: RequestRecord = {
    id: 'request-1',
    surface: 'chat',
    priority: 'interactive',
    model: sonnet,
    startedAt: 0,
    firstTokenMs: 400,
    durationMs: 2_400,
    usage: {
      inputTokens: 10,
      outputTokens: 200,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      thinkingTokens: 0,
    },
    attempts: 1,
    outcome: 'done',
    endpoint: 'api.example',
    decisions: [],
  };

  it('is how soon and how fast a model answers', () => {
    const { router, statistics } = createRouterKit();
    router.learn(record);
    router.learn({ ...record, firstTokenMs: 600, durationMs: 1_600 });
    const { firstTokenMs, tokensPerSecond } = statistics.figuresOf(sonnet);
    assert.deepEqual(firstTokenMs, { value: 500, count: 2 });
    assert.deepEqual(tokensPerSecond, { value: 150, count: 2 });
  });

  it('is nothing from a cache, a retry, a short answer or a failure that is not the model’s', () => {
    const { router, statistics } = createRouterKit();
    const { endpoint: _endpoint, ...cached } = record;
    router.learn(cached);
    router.learn({ ...record, attempts: 2 });
    router.learn({ ...record, outcome: 'failed', failureKind: 'connection' });
    router.learn({ ...record, outcome: 'failed', failureKind: 'authentication' });
    assert.deepEqual(statistics.figuresOf(sonnet).firstTokenMs.count, 0);
    assert.deepEqual(statistics.figuresOf(sonnet).success.count, 0);
    router.learn({ ...record, outcome: 'failed', failureKind: 'overloaded' });
    assert.deepEqual(statistics.figuresOf(sonnet).success, { value: 0, count: 1 });
  });

  it('is each outcome once, by turn or request, and by the model’s name after a reload', async () => {
    const { router, statistics } = createRouterKit();
    const request = { id: 'request-1', turnId: 'turn-1' };
    router.used({ ...aTurn, ...request }, haiku);
    router.recordOutcome('turn-1', false);
    router.recordOutcome('turn-1', true);
    assert.deepEqual(statistics.figuresOf(haiku).success, { value: 0, count: 1 });
    router.recordOutcome('turn-of-yesterday', true);
    router.recordOutcome('turn-of-yesterday', true, sonnet);
    router.recordOutcome('turn-of-yesterday', true, sonnet);
    assert.deepEqual(statistics.figuresOf(sonnet).success, { value: 1, count: 1 });
  });

  it('takes a turn that nobody comes back to for one that held', async () => {
    const { router, statistics, clock } = createRouterKit();
    router.used({ ...aTurn, turnId: 'turn-1' }, sonnet);
    await clock.advance(9 * 60_000);
    router.used({ ...aTurn, turnId: 'turn-2' }, haiku);
    router.used({ ...aTurn, turnId: 'turn-3' }, 'claude-opus-5-5');
    router.used({ ...aTurn, id: 'summary' }, 'claude-opus-5-5');
    await clock.advance(2 * 60_000);
    await router.choose({ ...aTurn, routing: {} });
    assert.equal(statistics.figuresOf(sonnet).success.count, 1);
    assert.equal(statistics.figuresOf(haiku).success.count, 0);
    router.learn({ ...record, turnId: 'turn-3', outcome: 'cancelled' });
    router.dispose();
    assert.equal(statistics.figuresOf(haiku).success.count, 1);
    assert.equal(statistics.figuresOf('claude-opus-5-5').success.count, 0);
  });
});

const aTurn = {
  id: 'request-9',
  surface: 'chat',
  priority: 'interactive',
  model: sonnet,
  system: '',
  tools: [],
  messages: [],
  maxOutputTokens: 1_000,
} as const;
