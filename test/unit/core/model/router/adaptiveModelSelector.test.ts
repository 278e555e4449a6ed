import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  AdaptiveModelSelector,
  type Selection,
  type SelectionInput,
} from '../../../../../src/core/model/router/adaptiveModelSelector.ts';
import { noFigures } from '../../../../../src/core/model/router/modelStatistics.ts';
import { anInput, currentModels, figures, shipped } from './routerKit.ts';

const haiku = 'claude-haiku-5-5';
const sonnet = 'claude-sonnet-5-5';
const opus = 'claude-opus-5-5';
const fable = 'claude-fable-5-2';

const simple = { score: 0.1, because: 'a small request' };
const complex = { score: 0.9, because: 'design' };

function choose(changes: Partial<SelectionInput>): Selection {
  return new AdaptiveModelSelector(() => 0.5).choose(anInput(changes));
}

function check(changes: Partial<SelectionInput>, model: string, reason: RegExp): void {
  const selection = choose(changes);
  assert.equal(selection.model.id, model, selection.reason);
  assert.match(selection.reason, reason);
}

function outcomes(success: Readonly<Record<string, readonly [number, number]>>) {
  return (model: string) => {
    const [value, count] = success[model] ?? [0, 0];
    return count === 0 ? noFigures : figures(value, count);
  };
}

describe('AdaptiveModelSelector', () => {
  it('takes the fastest for what is simple and urgent', () => {
    check({ complexity: simple }, haiku, /a simple request \(a small request\).*fastest/);
  });

  it('takes the most capable for what is complex', () => {
    check({ complexity: complex }, fable, /a demanding task \(design\).*most capable/);
  });

  it('takes the most capable that the budget allows', () => {
    check({ complexity: complex, budgetLeftUsd: 3 }, opus, /most capable that the budget allows/);
    check({ complexity: complex, budgetLeftUsd: 0.1 }, haiku, /Haiku/);
  });

  it('takes the usual model for ordinary work, with tools and without, from the first turn on', () => {
    for (const score of [0.3, 0.4, 0.45, 0.5, 0.6]) {
      for (const promptTokens of [1_000, 5_000, 20_000, 40_000]) {
        const complexity = { score, because: '' };
        check({ complexity, promptTokens }, sonnet, /balance/);
        check({ complexity, promptTokens, hasTools: false }, sonnet, /balance/);
      }
    }
  });

  it('turns away from a model whose answers do not hold, and says what was measured', () => {
    const figuresOf = outcomes({ [sonnet]: [0.4, 30], [opus]: [0.95, 30] });
    check({ figuresOf }, opus, /95 % of its answers are expected to hold, 30 measured/);
  });

  it('gives one bad outcome no more weight than it deserves', () => {
    check({ figuresOf: outcomes({ [sonnet]: [0, 1] }) }, sonnet, /balance/);
  });

  it('takes a measured speed for a class’s usual one', () => {
    const slow = { ...noFigures, firstTokenMs: { value: 60_000, count: 50 } };
    const figuresOf = (model: string) => (model === haiku ? slow : noFigures);
    check({ complexity: simple, figuresOf }, sonnet, /fastest/);
  });

  it('takes the cheapest that can do it when it must save', () => {
    check({ complexity: complex, mustSave: true }, haiku, /spending nears its limit/);
    const old = shipped.find('claude-haiku-4-5');
    assert.ok(old);
    const candidates = [...currentModels.filter(({ id }) => id !== haiku), old];
    check({ candidates, mustSave: true }, 'claude-haiku-4-5', /spending/);
    check({ candidates, mustSave: true, promptTokens: 190_000 }, sonnet, /spending/);
  });

  it('weighs the step in Haiku’s price: above 100K it is five times as dear', () => {
    // In a thread on Sonnet, whose prompt is cached, the dearer card makes staying the cheaper way.
    const thread = { threadModel: sonnet, mustSave: true, hasTools: false };
    check({ ...thread, promptTokens: 90_000 }, haiku, /Haiku/);
    check({ ...thread, promptTokens: 400_000 }, sonnet, /Sonnet/);
  });

  it('stays with the turn’s model, whatever else speaks for another', () => {
    check({ turnModel: opus, complexity: simple, mustSave: true }, opus, /began this turn/);
  });

  it('stays in a thread where a switch would lose more than it gains, and says so', () => {
    const thread = { threadModel: sonnet, promptTokens: 300_000 };
    check({ ...thread, complexity: complex }, sonnet, /stays in this thread.*\$2\.94.*gain less/);
    check({ ...thread, complexity: simple, hasTools: false }, sonnet, /stays in this thread/);
  });

  it('switches in a thread where that gains more than the prompt cache is worth', () => {
    const thread = { threadModel: sonnet, promptTokens: 20_000 };
    check({ ...thread, complexity: complex }, fable, /most capable/);
  });

  it('leaves out what is too small or takes no images', () => {
    const [sonnetModel, haikuModel] = [shipped.find(sonnet), shipped.find(haiku)];
    assert.ok(sonnetModel && haikuModel);
    const small = { ...haikuModel, contextTokens: 30_000 };
    const blind = { ...haikuModel, acceptsImages: false };
    check({ candidates: [small, sonnetModel], complexity: simple }, sonnet, /Sonnet/);
    check(
      { candidates: [blind, sonnetModel], complexity: simple, hasImages: true },
      sonnet,
      /Sonnet/,
    );
    check({ candidates: [blind, sonnetModel], complexity: simple }, haiku, /Haiku/);
    check({ candidates: [small, sonnetModel], turnModel: small.id }, sonnet, /Sonnet/);
  });

  it('takes the largest where none can take it, for the failure to be told', () => {
    check({ promptTokens: 3_000_000 }, sonnet, /none of the models takes a request like this/);
  });

  it('never counts an unknown price as a low one', () => {
    const [first] = currentModels;
    assert.ok(first);
    const { usdPerMillionTokens: _prices, ...unpriced } = first;
    const candidates = [{ ...unpriced, id: 'unpriced' }, ...currentModels];
    check({ candidates, mustSave: true }, haiku, /cheapest/);
  });

  it('keeps trials below their share in 10,000 choices, and within what may do well', () => {
    for (const share of [0, 0.03, 0.2]) {
      let seed = 1;
      const selector = new AdaptiveModelSelector(() => {
        seed = (seed * 16_807) % 2_147_483_647;
        return seed / 2_147_483_647;
      });
      let trials = 0;
      for (let index = 0; index < 10_000; index += 1) {
        const { model, reason } = selector.choose(anInput({ explorationShare: share }));
        if (reason.includes('tried now and then')) {
          trials += 1;
          assert.notEqual(model.id, sonnet);
        }
      }
      assert.ok(trials <= share * 10_000, `${trials} of ${share}`);
      assert.equal(trials > share * 5_000, share > 0, `${trials} of ${share}`);
    }
  });

  it('chooses only what is allowed, large enough and able, for any input', () => {
    fc.assert(
      fc.property(inputs(), (input) => {
        const { model, reason } = new AdaptiveModelSelector(() => 0).choose(input);
        assert.ok(input.candidates.includes(model));
        assert.ok(reason.startsWith(`${model.name}: `) && reason.endsWith('.'));
        const canTake = (candidate: typeof model): boolean =>
          input.promptTokens + Math.min(input.outputTokens, candidate.maxOutputTokens) <=
            candidate.contextTokens &&
          (candidate.acceptsImages || !input.hasImages);
        assert.ok(canTake(model) || !input.candidates.some(canTake));
        const turnModel = input.candidates.find(({ id }) => id === input.turnModel);
        assert.ok(!turnModel || !canTake(turnModel) || model === turnModel);
      }),
    );
  });
});

function inputs(): fc.Arbitrary<SelectionInput> {
  const id = fc.constantFrom(...shipped.models.map((model) => model.id));
  return fc.record({
    candidates: fc
      .subarray([...shipped.models], { minLength: 1 })
      .chain((models) =>
        fc.tuple(
          ...models.map((model) =>
            fc.boolean().map((acceptsImages) => ({ ...model, acceptsImages })),
          ),
        ),
      ),
    defaultModel: fc.constant(sonnet),
    complexity: fc.double({ min: 0, max: 1, noNaN: true }).map((score) => ({ score, because: '' })),
    isUrgent: fc.boolean(),
    promptTokens: fc.integer({ min: 0, max: 1_200_000 }),
    hasImages: fc.boolean(),
    hasTools: fc.boolean(),
    outputTokens: fc.constantFrom(1_024, 32_000, 128_000),
    mustSave: fc.boolean(),
    budgetLeftUsd: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
    turnModel: fc.option(id, { nil: undefined }),
    threadModel: fc.option(id, { nil: undefined }),
    isThreadCached: fc.boolean(),
    explorationShare: fc.constantFrom(0, 0.03, 0.2),
    figuresOf: fc.constant(() => noFigures),
  });
}
