import assert from 'node:assert/strict';
import { noUsage } from '../../../../../src/core/model/message.ts';
import {
  answer,
  failure,
  noResponse,
  overloaded,
  text,
  toolUse,
} from '../../../../support/messagesServerScript.ts';
import { type Window, type WindowOptions, withBudget } from '../budget/budgetKit.ts';
import {
  aRequest,
  collect,
  failureOf,
  type GatewayKit,
  outcomeOf,
  withGateway,
} from '../gatewayKit.ts';
import { done, scriptedNext, started } from '../scriptedNext.ts';

interface Run extends GatewayKit {
  readonly window: Window;
}

/** A gateway with a budget, against a strict server. */
function withBilling(
  test: (run: Run) => Promise<void>,
  options: WindowOptions = {},
): Promise<void> {
  return withBudget(async ({ open }) => {
    const window = await open(options);
    await withGateway((gatewayKit) => test(Object.assign(gatewayKit, { window })), {
      gateway: { budget: window.budget, random: () => 1 },
    });
  });
}

function rows({ connection }: Window): readonly Readonly<Record<string, unknown>>[] {
  const columns =
    'outcome, endpoint, input_tokens, output_tokens, cost_usd, first_token_ms, duration_ms';
  return connection.database
    .all(`SELECT ${columns} FROM usage_calls ORDER BY row`)
    .map((row) => ({ ...row }));
}

const never = new AbortController().signal;

describe('The ledger stage', () => {
  it('writes down what an answer used, as its server counted it', () =>
    withBilling(async ({ server, collect: ask, window }) => {
      server.reply(answer(text('Hi.'), { usage: { input_tokens: 100, output_tokens: 7 } }));
      await ask();
      const [row] = rows(window);
      assert.equal(row?.['outcome'], 'done');
      assert.equal(row?.['endpoint'], new URL(server.endpoint).host);
      assert.equal(row?.['input_tokens'], 100);
      assert.equal(row?.['output_tokens'], 7);
      assert.equal(row?.['cost_usd'], 1 + 0.14);
      assert.ok(Number(row?.['first_token_ms']) > 0);
      assert.ok(Number(row?.['duration_ms']) >= Number(row?.['first_token_ms']));
    }));

  it('has the row before the request goes out', () =>
    withBilling(async ({ server, collect: ask, window }) => {
      let seen: unknown;
      server.respond(() => {
        seen = rows(window).map((row) => row['outcome']);
        return text('Hi.');
      });
      await ask();
      assert.deepEqual(seen, ['running']);
    }));

  it('writes down each try, and no cost for those that were turned away', () =>
    withBilling(async ({ server, collect: ask, window }) => {
      server.reply(overloaded(), failure(400, 'invalid_request_error'));
      await ask({ model: 'claude-sonnet-5-5' });
      assert.deepEqual(
        rows(window).map((row) => [row['outcome'], row['cost_usd']]),
        [
          ['failed', 0],
          ['failed', 0],
        ],
      );
    }));

  it('counts what has come of an answer that is cancelled', () =>
    withBilling(async ({ server, gateway, window }) => {
      const fault = { kind: 'stall', after: { deltas: 20 } } as const;
      server.reply(answer(text('word '.repeat(100)), { deltaCharacters: 5, fault }));
      const controller = new AbortController();
      let deltas = 0;
      for await (const event of gateway.stream(aRequest(), controller.signal)) {
        deltas += event.type === 'textDelta' ? 1 : 0;
        if (deltas === 20) {
          controller.abort();
        }
      }
      const [row] = rows(window);
      assert.equal(row?.['outcome'], 'cancelled');
      assert.ok(Number(row?.['input_tokens']) > 0);
      assert.equal(row?.['output_tokens'], (20 * 5) / 2.5);
      assert.ok(Number(row?.['cost_usd']) > 0);
    }));

  it('counts an answer that its reader leaves', () =>
    withBilling(async ({ server, gateway, window }) => {
      server.reply(text('word '.repeat(100)));
      for await (const event of gateway.stream(aRequest(), never)) {
        if (event.type === 'started') {
          break;
        }
      }
      assert.equal(rows(window)[0]?.['outcome'], 'cancelled');
    }));

  it('counts an answer that breaks off', () =>
    withBilling(async ({ server, collect: ask, window }) => {
      const fault = { kind: 'reset', after: { deltas: 10 } } as const;
      server.reply(answer(text('word '.repeat(100)), { deltaCharacters: 5, fault }));
      await ask();
      const [row] = rows(window);
      assert.equal(row?.['outcome'], 'failed');
      assert.ok(Number(row?.['input_tokens']) > 0);
      assert.ok(Number(row?.['output_tokens']) > 0);
    }));

  it('takes the estimate of the prompt where a server tells of no tokens', () =>
    withBilling(async ({ server, collect: ask, window }) => {
      server.reply(answer(text('A word.'), { omitUsage: true }));
      await ask({ system: 'x'.repeat(50) });
      const [row] = rows(window);
      assert.equal(row?.['input_tokens'], 50);
      assert.equal(row?.['output_tokens'], Math.ceil('A word.'.length / 2.5));
    }));

  it('counts the prompt of one that was only to be warmed and is let go', () =>
    withBilling(async ({ server, ask, window }) => {
      server.reply(noResponse('silence'));
      const controller = new AbortController();
      const warming = collect(
        ask({ system: 'x'.repeat(50), maxOutputTokens: 0 }, controller.signal),
      );
      await server.received(1);
      controller.abort();
      await warming;
      const [row] = rows(window);
      assert.equal(row?.['outcome'], 'cancelled');
      assert.equal(row?.['input_tokens'], 50);
      assert.equal(row?.['output_tokens'], 0);
    }));

  it('counts the tokens of VS Code’s own models, whose price nobody knows', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [{ period: 'day', usd: 0.01 }] });
      const usage = { ...noUsage, inputTokens: 30, outputTokens: 4 };
      const options = {
        budget: window.budget,
        connection: { current: () => Promise.resolve({ kind: 'editor' } as const) },
        editorModels: scriptedNext([started, { type: 'usage', usage }, done]).next,
      };
      await withGateway(async ({ collect: ask }) => void (await ask()), { gateway: options });
      const [row] = rows(window);
      assert.equal(row?.['input_tokens'], 30);
      assert.equal(row?.['output_tokens'], 4);
      assert.equal(row?.['cost_usd'], null);
    }));

  it('writes nothing down while offline', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [{ period: 'day', usd: 0.01 }] });
      const options = {
        budget: window.budget,
        connection: { current: () => Promise.resolve({ kind: 'offline' } as const) },
        offline: scriptedNext([started, done]).next,
      };
      await withGateway(
        async ({ collect: ask }) => {
          assert.equal(outcomeOf(await ask({ system: 'x'.repeat(100) })).kind, 'done');
        },
        { gateway: options },
      );
      assert.deepEqual(rows(window), []);
    }));
});

describe('A limit on spending, on the way of a request', () => {
  const limits = [{ period: 'day', usd: 1 }] as const;

  it('stops a request before it is sent, and says why', () =>
    withBilling(
      async ({ server, collect: ask }) => {
        const failed = failureOf(await ask({ system: 'x'.repeat(200), maxOutputTokens: 0 }));
        assert.equal(failed.kind, 'overBudget');
        assert.equal(failed.canRetry, false);
        assert.match(failed.message, /^Today’s limit of \$1\.00 would be exceeded/);
        assert.equal(server.messageRequests.length, 0);
      },
      { limits },
    ));

  it('lets no more of many rounds at once through than fit', () =>
    withBilling(
      async ({ server, collect: ask }) => {
        server.respond(() => toolUse('read_file', { path: 'a.ts' }));
        const system = 'x'.repeat(30);
        const all = await Promise.all(
          Array.from({ length: 8 }, (_, n) => ask({ id: `r${n}`, system, maxOutputTokens: 0 })),
        );
        const done = all.filter((events) => outcomeOf(events).kind === 'done');
        assert.equal(done.length, 3);
        assert.equal(server.messageRequests.length, 3);
      },
      { limits },
    ));

  it('stops a turn between its rounds once they have spent it all', () =>
    withBilling(
      async ({ server, collect: ask }) => {
        server.respond(() =>
          answer(text('Hi.'), { usage: { input_tokens: 60, output_tokens: 0 } }),
        );
        const request = { system: 'x', maxOutputTokens: 1 };
        assert.equal(outcomeOf(await ask(request)).kind, 'done');
        assert.equal(outcomeOf(await ask(request)).kind, 'done');
        assert.equal(failureOf(await ask(request)).kind, 'overBudget');
      },
      { limits },
    ));
});
