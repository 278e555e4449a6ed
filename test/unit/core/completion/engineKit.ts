import { CancelledError } from '../../../../src/base/errors.ts';
import type {
  CompletionPrompts,
  CompletionShaping,
} from '../../../../src/core/completion/completion.ts';
import {
  CompletionEngine,
  type CompletionEngineParts,
  type Offers,
} from '../../../../src/core/completion/completionEngine.ts';
import type { KeptCompletion } from '../../../../src/core/completion/completionReuse.ts';
import { CompletionSpot } from '../../../../src/core/completion/completionSpot.ts';
import type { JudgedOffer } from '../../../../src/core/completion/offerWatch.ts';
import { TextLines } from '../../../../src/core/completion/textLines.ts';
import type { Usage } from '../../../../src/core/model/message.ts';
import type {
  ModelEvent,
  ModelFailure,
  ModelGateway,
  ModelRequest,
} from '../../../../src/core/model/request.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';

/** A document with a cursor in it, written as `foo(¦)`. */
export class FakeEditor {
  readonly document: { readonly id: string; readonly path: string; readonly languageId: string };
  lines: TextLines;
  line: number;
  character: number;

  constructor(marked: string, name = 'a.ts') {
    this.document = { id: `file:///${name}`, path: `/${name}`, languageId: 'typescript' };
    const [before = ''] = marked.split('¦', 1);
    this.lines = new TextLines(marked.replace('¦', ''));
    const above = before.split('\n');
    this.line = above.length - 1;
    this.character = above.at(-1)?.length ?? 0;
  }

  get text(): string {
    return this.lines.slice(0, this.lines.count).join('\n');
  }

  /** Types text, which may bring what closes it along. */
  type(text: string, closing = ''): void {
    this.replace(this.character, this.character, text + closing);
    const rows = text.split('\n');
    this.line += rows.length - 1;
    this.character = rows.length === 1 ? this.character + text.length : (rows.at(-1)?.length ?? 0);
  }

  /** Presses the backspace key so many times, on one line. */
  delete(count = 1): void {
    this.replace(this.character - count, this.character, '');
    this.character -= count;
  }

  replace(from: number, to: number, text: string): void {
    this.lines.apply({
      startLine: this.line,
      startCharacter: from,
      endLine: this.line,
      endCharacter: to,
      text,
    });
  }

  /** @param before The text before the cursor where it is not what stands there. */
  spot(before?: string): CompletionSpot {
    const text = this.lines.line(this.line);
    return new CompletionSpot({
      document: this.document,
      lines: this.lines,
      line: this.line,
      before: before ?? text.slice(0, this.character),
      after: text.slice(this.character),
    });
  }
}

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

/** Asks with nothing but the place, unless `mayAsk` forbids it. */
export const plainPrompts: CompletionPrompts = {
  build: async (place, { model }, signal) => {
    if (signal.aborted) {
      throw new CancelledError();
    }
    return {
      version: 1,
      isMultiline: true,
      request: {
        surface: 'completion',
        priority: 'interactive',
        model,
        system: '',
        tools: [],
        messages: [{ role: 'user', content: [{ type: 'text', text: place.text }] }],
        maxOutputTokens: 100,
      },
    };
  },
};

/** Takes answers as they are; `■` in one says that the rest would be cut off. */
export const plainShaping: CompletionShaping = {
  begin: async () => {
    const shaper = {
      text: '',
      push: (delta: string) => {
        const [wanted = '', rest] = delta.split('■');
        shaper.text += wanted;
        return rest === undefined ? ('more' as const) : ('enough' as const);
      },
      finish: async () => (shaper.text === '' ? undefined : shaper.text),
    };
    return shaper;
  },
};

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
    onOffered: ({ text }) => offered.push(text),
    onJudged: (one) => judged.push(one),
    onFailure: (failure) => failures.push(failure),
    onInternalError: (error) => errors.push(error),
    ...parts,
  });
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
