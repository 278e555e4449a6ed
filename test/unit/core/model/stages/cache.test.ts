import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CacheKeyGenerator } from '../../../../../src/core/cache/cacheKeys.ts';
import { TieredCache } from '../../../../../src/core/cache/tieredCache.ts';
import type { AnswerOptions } from '../../../../../src/core/model/gateway.ts';
import { noUsage } from '../../../../../src/core/model/message.ts';
import type { ModelEvent, ModelRequest } from '../../../../../src/core/model/request.ts';
import { RequestLog } from '../../../../../src/core/model/requestLog.ts';
import { FakeClock, settle } from '../../../../support/fakeClock.ts';
import {
  answer,
  failure,
  noResponse,
  type ScriptLike,
  text,
  thinking,
  toolUse,
} from '../../../../support/messagesServerScript.ts';
import {
  createTemporaryFolder,
  type TemporaryFolder,
} from '../../../../support/temporaryFolder.ts';
import {
  type GatewayKit,
  outcomeOf,
  textOf,
  typesOf,
  userText,
  withGateway,
} from '../gatewayKit.ts';

const explain: Partial<ModelRequest> = {
  surface: 'codeAction',
  caching: { operation: 'explain', version: 1, files: ['/home/ada/a.ts'] },
};
const long = 'All happy families are alike. '.repeat(40);
const dayMs = 24 * 3_600_000;

describe('Sharing and keeping answers, over real sockets', () => {
  let folder: TemporaryFolder;
  let wallClock: FakeClock;
  let isEnabled: boolean;

  beforeEach(() => {
    folder = createTemporaryFolder('answers');
    wallClock = new FakeClock();
    isEnabled = true;
  });

  afterEach(() => folder.dispose());

  async function withAnswers(
    test: (kit: GatewayKit, answers: AnswerOptions, log: RequestLog) => Promise<void>,
    port = 0,
  ): Promise<void> {
    const cache = new TieredCache({
      clock: wallClock,
      memoryBytes: () => 1_000_000,
      diskBytes: () => 1_000_000,
      diskPath: join(folder.path, 'cache.db'),
      onProblem: (error) => assert.fail(String(error)),
    });
    const keys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'u' }));
    const answers = { cache, keys, isEnabled: () => isEnabled };
    const log = new RequestLog();
    try {
      await withGateway(
        async (kit) => {
          await test(kit, answers, log);
          assert.deepEqual(kit.internalErrors, []);
        },
        { gateway: { answers, log }, server: { port } },
      );
    } finally {
      cache.dispose();
      log.dispose();
    }
  }

  function decisions(log: RequestLog): string[] {
    return log.all().flatMap((record) => record.decisions.map((one) => `${one.by}: ${one.text}`));
  }

  it('gives a kept answer as a stream like any other, without asking', () =>
    withAnswers(async ({ server, collect }, _, log) => {
      server.reply(
        answer([thinking('Hm.'), text('It adds.'), text('Both.')], { deltaCharacters: 2 }),
      );
      const first = await collect(explain);
      const again = await collect({ ...explain, id: 'request-2' });
      assert.equal(server.messageRequests.length, 1);
      assert.equal(textOf(again), textOf(first));
      assert.deepEqual(again, [
        { type: 'started', messageId: 'msg_000001', model: 'claude-sonnet-5-5', isKept: true },
        ...blockEvents(0, 'It adds.'),
        ...blockEvents(1, 'Both.'),
        { type: 'usage', usage: noUsage },
        { type: 'ended', outcome: { kind: 'done', stopReason: 'end_turn', value: 'end_turn' } },
      ]);
      assert.deepEqual(decisions(log), [
        'cache: Not kept.',
        'cache: The same was asked before: found in memory.',
      ]);
    }));

  it('finds the answer on disk in the next window', async () => {
    let port = 0;
    await withAnswers(async ({ server, collect }) => {
      port = server.port;
      server.reply(text('It adds.'));
      await collect(explain);
    });
    // An answer of another address would be another's.
    await withAnswers(async ({ server, collect }, _, log) => {
      assert.equal(textOf(await collect(explain)), 'It adds.');
      assert.equal(server.messageRequests.length, 0);
      assert.deepEqual(decisions(log), ['cache: The same was asked before: found on disk.']);
    }, port);
  });

  const unkept: Record<string, { readonly script: ScriptLike; readonly cut?: boolean }> = {
    'a refusal': { script: answer(text('No.'), { stopReason: 'refusal' }) },
    'an answer cut by its limit': { script: answer(text('It'), { stopReason: 'max_tokens' }) },
    'an answer cut by the window': {
      script: answer(text('It'), { stopReason: 'model_context_window_exceeded' }),
    },
    'a pause': { script: answer(text('It'), { stopReason: 'pause_turn' }) },
    'a tool use': { script: toolUse('read_file', {}) },
    'an error': { script: failure(400, 'invalid_request_error') },
    'a broken stream': {
      script: answer(text(long), {
        deltaCharacters: 5,
        fault: { kind: 'close', after: { deltas: 9 } },
      }),
    },
  };
  for (const [name, { script }] of Object.entries(unkept)) {
    it(`never keeps ${name}`, () =>
      withAnswers(async ({ server, collect }) => {
        server.reply(script, text('Whole.'), text('Never asked for.'));
        assert.notEqual(textOf(await collect(explain)), 'Whole.');
        assert.equal(textOf(await collect(explain)), 'Whole.');
        assert.equal(textOf(await collect(explain)), 'Whole.');
        assert.equal(server.messageRequests.length, 2);
      }));
  }

  it('never keeps a cancelled answer', () =>
    withAnswers(async ({ server, ask, collect }) => {
      server.reply(
        answer(text(long), { fault: { kind: 'stall', after: { deltas: 2 } }, deltaCharacters: 9 }),
      );
      const controller = new AbortController();
      for await (const event of ask(explain, controller.signal)) {
        if (event.type === 'textDelta') {
          controller.abort();
        }
      }
      server.reply(text('Whole.'));
      assert.equal(textOf(await collect(explain)), 'Whole.');
    }));

  it('asks each time where the table, the request or the user says so', () =>
    withAnswers(async ({ server, collect }) => {
      const tool = { name: 'a', description: 'b', inputSchema: { type: 'object' as const } };
      const caching = { operation: 'explain', version: 1 };
      const requests: Partial<ModelRequest>[] = [
        { surface: 'chat', caching },
        { surface: 'commitMessage', caching },
        { surface: 'codeAction', caching: { operation: 'fix', version: 1 } },
        { surface: 'codeAction', caching: { operation: 'constructor', version: 1 } },
        { surface: 'codeAction' },
        { ...explain, tools: [tool] },
        { ...explain, caching: { ...caching, mustRefresh: true } },
      ];
      for (const request of requests) {
        const before = server.messageRequests.length;
        await collect(request);
        await collect(request);
        assert.equal(server.messageRequests.length, before + 2, JSON.stringify(request));
      }
      isEnabled = false;
      const before = server.messageRequests.length;
      await collect(explain);
      assert.equal(server.messageRequests.length, before + 1);
    }));

  it('asks again after a file changed, also one that changed while the answer came', () =>
    withAnswers(async ({ server, ask, collect }, { cache }) => {
      await collect(explain);
      cache.invalidateFile('/home/ada/a.ts');
      for await (const event of ask(explain)) {
        if (event.type === 'textDelta') {
          cache.invalidateFile('/home/ada/a.ts');
        }
      }
      await collect(explain);
      await collect(explain);
      assert.equal(server.messageRequests.length, 3);
    }));

  it('gives an old explanation at once, fetches a new one in the background, and says so', () =>
    withAnswers(async ({ server, collect }, _, log) => {
      server.reply(text('Old.'), text('New.'));
      await collect(explain);
      await wallClock.advance(8 * dayMs);
      assert.equal(textOf(await collect(explain)), 'Old.');
      await server.received(2);
      while (log.all().length < 3) {
        await settle();
      }
      assert.equal(textOf(await collect(explain)), 'New.');
      assert.equal(server.messageRequests.length, 2);
      assert.equal(log.all().filter((record) => record.priority === 'background').length, 1);
      await wallClock.advance(31 * dayMs);
      await collect(explain);
      assert.equal(server.messageRequests.length, 3);
    }));

  it('shares one socket; one caller’s cancel leaves it open, the last one’s closes it', () =>
    withAnswers(async ({ server, gateway, ask, collect }, _, log) => {
      server.reply(
        answer(text(long), { deltaCharacters: 9, fault: { kind: 'stall', after: { deltas: 5 } } }),
      );
      const seen: ModelEvent[][] = [[], [], []];
      const controllers = seen.map(() => new AbortController());
      const readers = seen.map(async (events, at) => {
        for await (const event of ask({ ...explain, id: `r${at}` }, controllers[at]?.signal)) {
          events.push(event);
        }
      });
      const deltas = (at: number): number =>
        typesOf(seen[at] ?? []).filter((type) => type === 'textDelta').length;
      while ([0, 1, 2].some((at) => deltas(at) < 5)) {
        await settle();
      }
      assert.equal(server.messageRequests.length, 1);
      assert.equal(server.connections.total, 1);
      controllers[0]?.abort();
      controllers[2]?.abort();
      await Promise.all([readers[0], readers[2]]);
      assert.equal(server.messageRequests[0]?.isAborted, false);
      assert.equal(server.connections.open, 1);
      controllers[1]?.abort();
      await readers[1];
      await server.messageRequests[0]?.closed;
      assert.equal(server.messageRequests[0]?.isAborted, true);
      await server.connectionsAtMost(0);
      for (const events of seen) {
        assert.deepEqual(outcomeOf(events), { kind: 'cancelled' });
      }
      assert.equal(decisions(log).filter((one) => one.startsWith('singleFlight:')).length, 2);
      server.reply(text('Whole.'));
      assert.equal(textOf(await collect(explain)), 'Whole.');
      gateway.dispose();
    }));

  it('tells all of a failure and keeps nothing of it', () =>
    withAnswers(async ({ server, collect }) => {
      server.reply(failure(400, 'invalid_request_error'), text('Whole.'));
      const outcomes = await Promise.all([1, 2, 3].map(() => collect(explain)));
      assert.deepEqual(
        outcomes.map((events) => outcomeOf(events).kind),
        ['failed', 'failed', 'failed'],
      );
      assert.equal(server.messageRequests.length, 1);
      assert.equal(textOf(await collect(explain)), 'Whole.');
    }));

  it('counts equal prompts once, whoever gives up waiting', () =>
    withAnswers(async ({ server, gateway }) => {
      const counted = (): number =>
        server.requests.filter((one) => one.path.endsWith('count_tokens')).length;
      const request = {
        id: 'a',
        surface: 'chat',
        priority: 'interactive',
        model: 'claude-sonnet-5-5',
        system: '',
        tools: [],
        messages: [userText('Hello')],
        maxOutputTokens: 5,
      } as const;
      const controller = new AbortController();
      const never = new AbortController().signal;
      const first = gateway.countTokens(request, controller.signal);
      const second = gateway.countTokens({ ...request, maxOutputTokens: 9 }, never);
      controller.abort();
      assert.equal(await first, undefined);
      assert.equal(typeof (await second), 'number');
      assert.equal(await gateway.countTokens({ ...request, id: 'b' }, never), await second);
      assert.equal(counted(), 1);
    }));

  it('waits for nothing that is silent once it is cancelled', () =>
    withAnswers(async ({ server, collect }) => {
      server.reply(noResponse('silence'));
      const controller = new AbortController();
      const asked = collect(explain, controller.signal);
      await server.received(1);
      controller.abort();
      assert.deepEqual(outcomeOf(await asked), { kind: 'cancelled' });
    }));
});

function blockEvents(index: number, content: string): ModelEvent[] {
  return [
    { type: 'blockStarted', index, block: { type: 'text' } },
    { type: 'textDelta', index, text: content },
    { type: 'blockEnded', index, block: { type: 'text', text: content } },
  ];
}
