import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toError } from '../../../../src/base/errors.ts';
import { CompletionEngine } from '../../../../src/core/completion/completionEngine.ts';
import {
  completionPromptVersion,
  createCompletionPrompts,
} from '../../../../src/core/completion/completionPrompts.ts';
import { createCompletionShaping } from '../../../../src/core/completion/completionShaping.ts';
import { createLocalPredictor } from '../../../../src/core/completion/localPredictor.ts';
import type { ModelEvent, ModelGateway } from '../../../../src/core/model/request.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';
import { createTestSyntax } from '../../../support/syntaxHarness.ts';

const completions = 2_000;
/** What engine, compiler and collector keep for themselves, bytes; a leak of 2,000 trees is 100 times that. */
const slackBytes = 12_000_000;

const gateway: ModelGateway = {
  async *stream(): AsyncGenerator<ModelEvent> {
    yield { type: 'textDelta', index: 0, text: '<fill>  return compute(lines);</fill>' };
    const stopReason = 'end_turn';
    yield { type: 'ended', outcome: { kind: 'done', stopReason, value: stopReason } };
  },
};

describe('2,000 completions', () => {
  it('leave memory, trees, timers and tables as they were', async () => {
    const syntax = await createTestSyntax();
    const clock = new FakeClock();
    const prompts = createCompletionPrompts({
      syntax,
      clock,
      surroundings: {
        roots: () => [],
        displayPath: (path) => path,
        nearbyTexts: () => [],
        recentEdits: () => [],
        problems: () => [],
        onDidChangeFile: () => ({ dispose: () => undefined }),
      },
    });
    let ids = 0;
    const engine = new CompletionEngine({
      clock,
      newId: () => `id${++ids}`,
      prompts,
      promptVersion: completionPromptVersion,
      shaping: createCompletionShaping({ syntax }),
      predictor: createLocalPredictor(),
      gateway,
      keeping: { load: async () => [], save: () => undefined },
      model: () => ({ id: 'quick', isAutomatic: false }),
      minDebounceMs: () => 0,
      isLocalEnabled: () => true,
      isLocalWhileSlow: () => false,
      onFailure: () => undefined,
      onInternalError: (error) => assert.fail(toError(error)),
    });
    const complete = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        const editor = new FakeEditor(`function f${index}(lines) {\n¦\n}\n`);
        const signal = new AbortController().signal;
        const offers = engine.complete({ spot: editor.spot(), trigger: 'automatic', signal });
        await clock.advance(3_000);
        assert.equal((await offers).length, 1);
      }
    };
    await complete(200);
    engine.clear();
    const { keptTrees, wasm } = syntax.counts();
    const before = heapBytes();
    await complete(completions);
    engine.clear();
    assert.deepEqual(engine.held, { kept: 0, bytes: 0, running: 0 });
    assert.equal(clock.pendingTimers, 0);
    assert.equal(syntax.counts().keptTrees, keptTrees);
    assert.deepEqual(syntax.counts().wasm, wasm);
    assert.ok(heapBytes() - before < slackBytes, `${heapBytes() - before} bytes more`);
    engine.dispose();
    prompts.dispose();
    syntax.dispose();
  });
});

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
