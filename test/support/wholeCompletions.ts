import { type Clock, systemClock } from '../../src/base/clock.ts';
import { CompletionEngine } from '../../src/core/completion/completionEngine.ts';
import {
  completionPromptVersion,
  createCompletionPrompts,
} from '../../src/core/completion/completionPrompts.ts';
import { createCompletionShaping } from '../../src/core/completion/completionShaping.ts';
import type { NearbyText } from '../../src/core/completion/completionSurroundings.ts';
import { createLocalPredictor } from '../../src/core/completion/localPredictor.ts';
import type { ModelEvent, ModelGateway } from '../../src/core/model/request.ts';
import type { Tracing } from '../../src/core/telemetry/tracing.ts';
import { createTestSyntax } from './syntaxHarness.ts';

export interface WholeCompletionsOptions {
  readonly clock: Clock;
  readonly gateway: ModelGateway;
  /** The workspace's. */
  readonly folder: string;
  readonly tracing?: Tracing;
  /** Other files that are open; none unless given. */
  readonly nearby?: readonly NearbyText[];
}

/** The engine with the real prompts, syntax and shaping. */
export async function createWholeCompletions({
  clock,
  gateway,
  folder,
  tracing,
  nearby = [],
}: WholeCompletionsOptions) {
  const syntax = await createTestSyntax(systemClock);
  const prompts = createCompletionPrompts({
    syntax,
    clock,
    surroundings: {
      roots: () => [{ name: 'folder', path: folder }],
      displayPath: (path) => path,
      nearbyTexts: () => nearby,
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
    ...(tracing ? { tracing } : {}),
    keeping: { load: async () => [], save: () => undefined },
    model: () => ({ id: 'claude-haiku-5-5', isAutomatic: true }),
    minDebounceMs: () => 0,
    isLocalEnabled: () => false,
    isLocalWhileSlow: () => false,
    onFailure: () => undefined,
    onInternalError: (error) => {
      throw error;
    },
  });
  const dispose = (): void => {
    engine.dispose();
    prompts.dispose();
    syntax.dispose();
  };
  return { engine, prompts, syntax, dispose };
}

/** What a model writes that fills in this text, in deltas of a word each. */
export function* answerInWords(answer: string): Generator<ModelEvent> {
  for (const text of `<fill>${answer}</fill>`.match(/\S+\s*|\s+/g) ?? []) {
    yield { type: 'textDelta', index: 0, text };
  }
  const stopReason = 'end_turn';
  yield { type: 'ended', outcome: { kind: 'done', stopReason, value: stopReason } };
}
