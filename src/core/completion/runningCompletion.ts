import type { Clock } from '../../base/clock.ts';
import { isCancellation } from '../../base/errors.ts';
import { DecisionTrail } from '../model/decisionTrail.ts';
import type { Usage } from '../model/message.ts';
import type { ModelEvent, ModelFailure, ModelGateway, Outcome } from '../model/request.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type {
  AnswerShaper,
  CompletionPrompt,
  CompletionPrompts,
  CompletionShaping,
  CompletionTrigger,
} from './completion.ts';
import type { CompletionSpot, SpotText } from './completionSpot.ts';

/** The model that is asked for completions. */
export interface CompletionModel {
  readonly id: string;
  /** Whether Slipstream may choose another one for a request. */
  readonly isAutomatic: boolean;
}

export interface CompletionAsk {
  readonly spot: CompletionSpot;
  /** Where the completion will be kept. */
  readonly own: SpotText;
  readonly model: CompletionModel;
  readonly trigger: CompletionTrigger;
  /** How many units of `own.text` are in the document, where the rest is only selected in a list. */
  readonly typedLength: number;
  /** How many other completions of this place are known already. */
  readonly alternative: number;
  /** What it is prepared for ahead of the user; absent where it is asked for now. */
  readonly preparedFor?: string;
  /** Of the key that it was asked for; absent where nothing is traced. */
  readonly trace?: TraceScope | undefined;
}

export interface RunningCompletionParts {
  readonly clock: Clock;
  readonly prompts: CompletionPrompts;
  readonly shaping: CompletionShaping;
  readonly gateway: ModelGateway;
  readonly newId: () => string;
}

/** How an ask for a completion ended. */
export type CompletionAnswer =
  | { readonly kind: 'completed'; readonly text: string; readonly model: string }
  /** Nothing may be asked about the file, or nothing of the answer was fit to be shown. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly failure: ModelFailure };

/** One request for a completion that is under way. */
export class RunningCompletion {
  readonly ask: CompletionAsk;
  readonly requestId: string;
  /** Never rejects but for a mistake of ours. */
  readonly done: Promise<CompletionAnswer>;
  private readonly parts: RunningCompletionParts;
  private readonly controller = new AbortController();
  private readonly startedMs: number;
  private readonly trace: TraceScope | undefined;
  private shaper: AnswerShaper | undefined;
  private lastUsage: Usage | undefined;
  private endedMs: number | undefined;
  private answeringModel: string;

  constructor(parts: RunningCompletionParts, ask: CompletionAsk) {
    this.parts = parts;
    this.ask = ask;
    this.requestId = parts.newId();
    this.answeringModel = ask.model.id;
    this.startedMs = parts.clock.now();
    this.trace = ask.trace?.child(operation.completionAsk);
    this.done = this.run().finally(() => {
      this.trace?.end();
      this.endedMs = parts.clock.now();
    });
  }

  /** Whether it was let go of. */
  get isAborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** The one that answers, as far as is known. */
  get model(): string {
    return this.answeringModel;
  }

  /** Until it ended, milliseconds. */
  get durationMs(): number {
    return (this.endedMs ?? this.parts.clock.now()) - this.startedMs;
  }

  /** What the provider counted; undefined where nothing was sent. */
  get usage(): Usage | undefined {
    return this.lastUsage;
  }

  /** Whether its answer may be right at this place. */
  mayAnswer(spot: CompletionSpot, scope: string, linesAbove: number): boolean {
    return this.someText(spot, scope, linesAbove, (text) => this.continues(text));
  }

  /** Whether it may be right here or a little further on, where what is selected in a list is taken. */
  isStillUseful(spot: CompletionSpot, scope: string, linesAbove: number): boolean {
    const { own, typedLength } = this.ask;
    return this.someText(
      spot,
      scope,
      linesAbove,
      (text) => this.continues(text) || (text.length >= typedLength && own.text.startsWith(text)),
    );
  }

  abort(): void {
    this.controller.abort();
  }

  private someText(
    spot: CompletionSpot,
    scope: string,
    linesAbove: number,
    isRight: (text: string) => boolean,
  ): boolean {
    for (const { key, text } of spot.texts(scope, linesAbove)) {
      if (key === this.ask.own.key && isRight(text)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a text is what was asked about and what has been written since, or the other way round. */
  private continues(text: string): boolean {
    const { own } = this.ask;
    const written = this.shaper?.text ?? '';
    const typed = text.slice(own.text.length);
    return text.startsWith(own.text) && (written.startsWith(typed) || typed.startsWith(written));
  }

  private async run(): Promise<CompletionAnswer> {
    const { ask, parts } = this;
    const { signal } = this.controller;
    try {
      const { place } = ask.spot;
      this.trace?.enter(operation.contextAssemble);
      const prompt = await parts.prompts.build(
        place,
        { trigger: ask.trigger, model: ask.model.id, alternative: ask.alternative },
        signal,
      );
      if (!prompt || signal.aborted) {
        return { kind: signal.aborted ? 'cancelled' : 'nothing' };
      }
      this.shaper = await parts.shaping.begin(place, prompt);
      return await this.read(prompt, this.shaper);
    } catch (error) {
      if (signal.aborted && isCancellation(error)) {
        return { kind: 'cancelled' };
      }
      throw error;
    }
  }

  private async read(prompt: CompletionPrompt, shaper: AnswerShaper): Promise<CompletionAnswer> {
    const end = await this.stream(prompt, shaper);
    this.trace?.enter(operation.completionShape);
    if (this.isAborted) {
      return { kind: 'cancelled' };
    }
    if (end !== 'enough' && end.kind === 'failed') {
      return { kind: 'failed', failure: end.failure };
    }
    const text = await shaper.finish(end);
    if (this.isAborted) {
      return { kind: 'cancelled' };
    }
    return text === undefined || text === ''
      ? { kind: 'nothing' }
      : { kind: 'completed', text, model: this.answeringModel };
  }

  /** Reads until the answer ends, or enough of it is there: the rest is then not waited for. */
  private async stream(
    { request }: CompletionPrompt,
    shaper: AnswerShaper,
  ): Promise<Outcome | 'enough'> {
    const enough = new AbortController();
    const signal = AbortSignal.any([this.controller.signal, enough.signal]);
    const { isAutomatic } = this.ask.model;
    // The request has a span of its own.
    this.trace?.leave();
    const events = this.parts.gateway.stream(
      {
        ...request,
        id: this.requestId,
        trail: new DecisionTrail(this.parts.clock, this.trace),
        ...(isAutomatic ? { routing: request.routing ?? {} } : {}),
      },
      signal,
    );
    for await (const event of events) {
      this.note(event);
      if (event.type === 'ended') {
        return event.outcome;
      }
      if (event.type === 'textDelta' && shaper.push(event.text) === 'enough') {
        enough.abort();
        return 'enough';
      }
    }
    return { kind: 'cancelled' };
  }

  private note(event: ModelEvent): void {
    if (event.type === 'routed' || event.type === 'started') {
      this.answeringModel = event.model;
    } else if (event.type === 'usage') {
      this.lastUsage = event.usage;
    }
  }
}
