import type { ModelEvent, ModelGateway, ModelRequest } from '../../../../src/core/model/request.ts';
import {
  type AgentHarness,
  contextKeeping,
  createAgentHarness,
  draft,
  type HarnessOptions,
  type ModelScript,
  reply,
  ScriptedModel,
  type TestParts,
  text,
} from '../../../support/agentHarness.ts';
import { MemoryCompactionStore } from '../../../support/memoryCompactionStore.ts';
import { MemoryThreadStore } from '../../../support/memoryThreadStore.ts';

/** Small enough to be filled by a few messages; the answer's least is a quarter of it. */
export const windowTokens = 20_000;

/** Answers summaries by scripts of their own: they come whenever they come. */
export class TwoModels implements ModelGateway {
  readonly chat = new ScriptedModel();
  readonly summary = new ScriptedModel();

  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    return (request.surface === 'summary' ? this.summary : this.chat).stream(request, signal);
  }
}

export interface CompactionWindow extends AgentHarness {
  readonly models: TwoModels;
  readonly compactions: MemoryCompactionStore;
  /** Sends a message, answered by these scripts, and waits for the end of its turn. */
  ask(message: string, ...answers: ModelScript[]): Promise<void>;
  /** Messages of a request, each as its bytes. */
  sent(request?: number): string[];
}

/** A window with one thread `t`, whose model has a small context window. */
export function openWindow(
  options: HarnessOptions & {
    readonly compactions?: MemoryCompactionStore;
    readonly isAutomatic?: boolean;
    readonly context?: Partial<TestParts['context']>;
  } = {},
): CompactionWindow {
  const models = new TwoModels();
  const compactions = options.compactions ?? new MemoryCompactionStore();
  const { isAutomatic = true } = options;
  const harness = createAgentHarness({
    store: new MemoryThreadStore(),
    ...options,
    parts: {
      gateway: models,
      context: contextKeeping({ compactions, isAutomatic: () => isAutomatic, ...options.context }),
      model: async () => ({ id: 'model-1', name: 'Model One', contextWindow: windowTokens }),
      ...options.parts,
    },
  });
  return {
    ...harness,
    models,
    compactions,
    ask: async (message, ...answers) => {
      models.chat.add(...answers);
      // Takes real time, which nothing here waits for.
      await harness.parts.context.tokens.load();
      await harness.service.send('t', draft(message));
      await harness.settled('t');
    },
    sent: (request = -1) =>
      (models.chat.requests.at(request)?.messages ?? []).map((message) => JSON.stringify(message)),
  };
}

/** A text of about so many tokens of the model. */
export function longText(tokens: number): string {
  return 'some words '.repeat(Math.round(tokens / 2 / 1.3));
}

/** An answer of about so many tokens. */
export function longReply(tokens: number, name = 'answer'): ModelScript {
  return reply([text(`${name}: ${longText(tokens)}`)]);
}
