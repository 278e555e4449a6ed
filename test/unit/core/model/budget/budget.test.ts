import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Admission, BilledCall } from '../../../../../src/core/model/budget/budget.ts';
import type { Limit } from '../../../../../src/core/model/budget/limits.ts';
import type { OnlineConnection } from '../../../../../src/core/model/connection.ts';
import { noUsage } from '../../../../../src/core/model/message.ts';
import type { ModelRequest } from '../../../../../src/core/model/request.ts';
import { aRequest } from '../gatewayKit.ts';
import { type Window, withBudget } from './budgetKit.ts';

const far: OnlineConnection = { kind: 'anthropic', endpoint: 'https://models.example' };
const near: OnlineConnection = { kind: 'compatible', endpoint: 'http://localhost:1234' };
const day = (usd: number, surface?: string): Limit => ({
  period: 'day',
  usd,
  ...(surface === undefined ? {} : { surface }),
});

/** A request whose estimate is so many cents: its answer is not to have a token. */
function ofCents(cents: number, overrides: Partial<ModelRequest> = {}): ModelRequest {
  return aRequest({ system: 'x'.repeat(cents), maxOutputTokens: 0, ...overrides });
}

function admit(
  { budget }: Window,
  request: ModelRequest,
  connection: OnlineConnection = far,
): Promise<Admission> {
  return budget.admit(request, connection, new AbortController().signal);
}

async function admitted(window: Window, request: ModelRequest): Promise<BilledCall> {
  const admission = await admit(window, request);
  assert.equal(admission.kind, 'admitted');
  return admission.kind === 'admitted' ? admission.call : assert.fail();
}

async function refusal(window: Window, request: ModelRequest): Promise<string> {
  const admission = await admit(window, request);
  assert.equal(admission.kind, 'refused');
  return admission.kind === 'refused' ? admission.failure.message : assert.fail();
}

function finish(call: BilledCall, cents: number): void {
  call.finish({ outcome: 'done', usage: { ...noUsage, inputTokens: cents }, durationMs: 1 });
}

function spentToday({ budget }: Window): number {
  const today = budget.totals().filter((row) => row.period === 'day');
  return today.reduce((sum, row) => sum + row.usd, 0);
}

describe('A budget', () => {
  it('lets through what fits into the limit, and tells why the next is refused', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [day(1)] });
      finish(await admitted(window, ofCents(60)), 50);
      await admitted(window, ofCents(50));
      assert.equal(
        await refusal(window, ofCents(10)),
        'Today’s limit of $1.00 is reached: $1.00 is spent. Nothing more was sent. Go on without limits until this window is closed, or change the limit.',
      );
    }));

  it('says what a request would take that does not fit any more', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [{ period: 'month', usd: 1 }] });
      assert.match(
        await refusal(window, ofCents(120)),
        /^This month’s limit of \$1\.00 would be exceeded: \$0\.00 is spent\. .* about \$1\.20\./,
      );
    }));

  it('counts calls in flight of other windows, and those whose window died', () =>
    withBudget(async ({ open }) => {
      const limits = [day(1)];
      const [one, two] = [await open({ limits }), await open({ limits })];
      await admitted(one, ofCents(60));
      await refusal(two, ofCents(60));
      const call = await admitted(two, ofCents(40));
      one.close();
      finish(call, 0);
      assert.equal(spentToday(two), 0.6);
      await admitted(two, ofCents(40));
    }));

  it('holds a limit of one surface against that surface alone', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [day(10), day(0.5, 'completion')] });
      await admitted(window, ofCents(100));
      await admitted(window, ofCents(40, { surface: 'completion' }));
      const text = await refusal(window, ofCents(20, { surface: 'completion' }));
      assert.match(text, /^Today’s limit of \$0\.50 for completions /);
      await admitted(window, ofCents(20));
    }));

  it('holds a limit of the session against one window', () =>
    withBudget(async ({ open }) => {
      const limits: Limit[] = [{ period: 'session', usd: 1 }];
      const [one, two] = [await open({ limits }), await open({ limits })];
      await admitted(one, ofCents(90));
      await admitted(two, ofCents(90));
      assert.match(await refusal(two, ofCents(20)), /^This window’s limit/);
    }));

  it('lets through what costs nothing or has no known price', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [day(0.5)] });
      finish(await admitted(window, ofCents(50)), 80);
      await admitted(window, ofCents(0));
      await admitted(window, ofCents(70, { model: 'local' }));
    }));

  it('says once that no price is known where something may have to be paid', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [day(5)] });
      await admit(window, ofCents(1, { model: 'local' }), near);
      assert.deepEqual(window.warnings, []);
      await admit(window, ofCents(1, { model: 'local' }));
      await admit(window, ofCents(1, { model: 'local' }));
      assert.deepEqual(
        window.warnings.map(({ kind }) => kind),
        ['unpriced'],
      );
    }));

  it('goes on without limits once the user has said so, and counts on', () =>
    withBudget(async ({ open }) => {
      const window = await open({ limits: [day(1)] });
      await refusal(window, ofCents(150));
      window.budget.allowOverBudget();
      await admitted(window, ofCents(150));
      assert.equal(spentToday(window), 1.5);
      const { text } = await window.budget.forecast(ofCents(10), far);
      assert.match(text, /you lifted the limits for this window/);
    }));

  it('warns once of each step of a limit, and again on the next day', () =>
    withBudget(async ({ open, clock }) => {
      const window = await open({ limits: [day(1)] });
      const spendAll = async (): Promise<void> => {
        await window.budget.forecast(ofCents(10), far);
        await admitted(window, ofCents(85));
        await window.budget.forecast(ofCents(1), far);
        await window.budget.forecast(ofCents(1), far);
        await refusal(window, ofCents(20));
        await refusal(window, ofCents(20));
      };
      const kinds = (): readonly string[] => window.warnings.map(({ kind }) => kind);
      await spendAll();
      assert.deepEqual(kinds(), ['near', 'reached']);
      await clock.advance(24 * 3_600_000);
      await spendAll();
      assert.deepEqual(kinds(), ['near', 'reached', 'near', 'reached']);
    }));

  it('expects of the cache and of the answer what calls of the surface have shown', () =>
    withBudget(async ({ open }) => {
      const cents = (input: number): number => input / 100;
      const window = await open({
        costOf: (usage) => cents(usage.inputTokens) + usage.outputTokens,
      });
      for (let n = 0; n < 10; n += 1) {
        const call = await admitted(window, aRequest({ system: 'x' }));
        call.finish({
          outcome: 'done',
          usage: { ...noUsage, inputTokens: 10, cacheReadTokens: 90, outputTokens: 7 },
          durationMs: 1,
        });
      }
      const { estimateUsd } = await window.budget.forecast(
        aRequest({ system: 'x'.repeat(1_000) }),
        far,
      );
      assert.equal(estimateUsd, cents(100) + 7);
    }));

  it('is exceeded by no more than calls in flight cost above their estimates', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) =>
        withBudget(async ({ open }) => {
          const limits = [day(limitUsd)];
          const run = new RandomRun([await open({ limits }), await open({ limits })]);
          for (const next of steps) {
            await run.take(next);
            run.check();
          }
        }),
      ),
      { numRuns: 25 },
    ));
});

const limitUsd = 2;

/** One window begins a call of so many cents, or the call in flight at that place ends. */
type Step =
  | { readonly kind: 'begin'; readonly window: number; readonly cents: number }
  | { readonly kind: 'end'; readonly place: number; readonly factor: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('begin' as const),
    window: fc.nat(1),
    cents: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({
    kind: fc.constant('end' as const),
    place: fc.nat(),
    factor: fc.double({ min: 0, max: 3, noNaN: true }),
  }),
);

/** Calls of two windows, and by how much their costs may exceed the limit. */
class RandomRun {
  private readonly windows: readonly [Window, Window];
  private readonly flying: { readonly call: BilledCall; readonly cents: number }[] = [];
  private excessUsd = 0;

  constructor(windows: readonly [Window, Window]) {
    this.windows = windows;
  }

  async take(next: Step): Promise<void> {
    if (next.kind === 'begin') {
      await this.begin(this.windows[next.window] ?? this.windows[0], next.cents);
    } else {
      this.end(next.place, next.factor);
    }
  }

  check(): void {
    const [one, two] = this.windows.map(spentToday);
    assert.equal(one, two);
    assert.ok((one ?? 0) <= limitUsd + this.excessUsd + 1e-9);
  }

  private async begin(window: Window, cents: number): Promise<void> {
    const fits = spentToday(window) + cents / 100 <= limitUsd;
    const admission = await admit(window, ofCents(cents));
    assert.equal(admission.kind, fits ? 'admitted' : 'refused');
    if (admission.kind === 'admitted') {
      this.flying.push({ call: admission.call, cents });
    }
  }

  private end(place: number, factor: number): void {
    const [ending] = this.flying.splice(place % Math.max(1, this.flying.length), 1);
    if (ending) {
      const cents = Math.round(ending.cents * factor);
      finish(ending.call, cents);
      this.excessUsd += Math.max(0, cents - ending.cents) / 100;
    }
  }
}
