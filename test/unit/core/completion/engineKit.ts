import { CompletionEngine } from '../../../../src/core/completion/completionEngine.ts';
import type { CompletionEngineParts } from '../../../../src/core/completion/completionEngineParts.ts';
import type { Offers } from '../../../../src/core/completion/completionQuery.ts';
import type { KeptCompletion } from '../../../../src/core/completion/completionReuse.ts';
import type { JudgedOffer } from '../../../../src/core/completion/offerWatch.ts';
import type { Usage } from '../../../../src/core/model/message.ts';
import type {
  ModelEvent,
  ModelFailure,
  ModelGateway,
  ModelRequest,
} from '../../../../src/core/model/request.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import type { FakeEditor } from '../../../support/fakeEditor.ts';
import { plainPrompts, plainShaping } from '../../../support/plainCompletions.ts';

/** One request as the fake model has it. */
export class AskedRequest {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  private readonly events: ModelEvent[] = [];
  private wake: () => void = () => undefined;

  constructor(request: ModelRequest, signal: AbortSignal) {
    this.request = request;
    this.signal = signal;
    signal.addEventListener('abort', () =>
      this.push({ type: 'ended', outcome: { kind: 'cancelled' } }),
    );
  }

  /** Writes a part of the answer. */
  async write(text: string): Promise<void> {
    this.push({ type: 'textDelta', index: 0, text });
    await settle();
  }

  /** Writes the rest and ends. */
  async answer(text: string): Promise<void> {
    this.push({ type: 'usage', usage: usageOf(text) });
    this.push({ type: 'textDelta', index: 0, text });
    this.push({
      type: 'ended',
      outcome: { kind: 'done', stopReason: 'end_turn', value: 'end_turn' },
    });
    await settle();
  }

  async fail(failure: Partial<ModelFailure> = {}): Promise<void> {
    const whole: ModelFailure = { kind: 'server', message: 'Broken.', canRetry: true, ...failure };
    this.push({ type: 'ended', outcome: { kind: 'failed', failure: whole } });
    await settle();
  }

  async *read(): AsyncGenerator<ModelEvent> {
    while (true) {
      const event = this.events.shift();
      if (event) {
        yield event;
        if (event.type === 'ended') {
          return;
        }
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  private push(event: ModelEvent): void {
    this.events.push(event);
    this.wake();
  }
}

function usageOf(text: string): Usage {
  return {
    inputTokens: 100,
    outputTokens: text.length,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    thinkingTokens: 0,
  };
}

export type EngineKit = ReturnType<typeof createKit>;

/** An engine with a model that answers when told to. */
export function createKit(parts: Partial<CompletionEngineParts> = {}) {
  const clock = new FakeClock();
  const asked: AskedRequest[] = [];
  const judged: JudgedOffer[] = [];
  const offered: string[] = [];
  const failures: ModelFailure[] = [];
  const errors: unknown[] = [];
  const kept = new Map<string, readonly KeptCompletion[]>();
  let ids = 0;
  const gateway: ModelGateway = {
    stream: (request, signal) => {
      const one = new AskedRequest(request, signal);
      asked.push(one);
      return one.read();
    },
  };
  const engine = new CompletionEngine({
    clock,
    newId: () => `id${++ids}`,
    prompts: plainPrompts,
    promptVersion: 1,
    shaping: plainShaping,
    predictor: { learn: () => undefined, forget: () => undefined, predict: () => undefined },
    gateway,
    keeping: {
      load: async (key) => kept.get(key) ?? [],
      save: (key, completions) => kept.set(key, completions),
    },
    model: () => ({ id: 'quick', isAutomatic: false }),
    minDebounceMs: () => 0,
    isLocalWhileSlow: () => false,
    isLocalEnabled: () => true,
    onFailure: (failure) => failures.push(failure),
    onInternalError: (error) => errors.push(error),
    ...parts,
  });
  engine.onDidOffer(({ text }) => offered.push(text));
  engine.onDidJudge((one) => judged.push(one));
  const complete = (
    editor: FakeEditor,
    options: { trigger?: 'automatic' | 'invoke'; selected?: string; signal?: AbortSignal } = {},
  ): Offers | Promise<Offers> =>
    engine.complete({
      spot: editor.spot(),
      trigger: options.trigger ?? 'automatic',
      signal: options.signal ?? new AbortController().signal,
      ...(options.selected === undefined ? {} : { selected: editor.spot(options.selected) }),
    });
  return {
    clock,
    engine,
    asked,
    judged,
    offered,
    failures,
    errors,
    kept,
    complete,
    /** What is known at once, as text. Nothing is asked. */
    now: (editor: FakeEditor): readonly string[] | 'later' => {
      const controller = new AbortController();
      const offers = complete(editor, { signal: controller.signal });
      if (offers instanceof Promise) {
        controller.abort();
        return 'later';
      }
      return texts(offers);
    },
    /** Asks, lets the wait pass, and has the model answer. */
    ask: async (editor: FakeEditor, answer: string): Promise<readonly string[]> => {
      const offers = complete(editor);
      await clock.advance(2_000);
      await asked.at(-1)?.answer(answer);
      return (await offers).map(({ text }) => text);
    },
  };
}

export function texts(offers: Offers): readonly string[] {
  return offers.map(({ text }) => text);
}
