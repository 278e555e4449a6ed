import type { Clock } from '../../../base/clock.ts';
import { operation } from '../../telemetry/spanNames.ts';
import type { BilledCall, Budget } from '../budget/budget.ts';
import type { ConnectionProvider } from '../connection.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import { noUsage, type Usage } from '../message.ts';
import type { ModelEvent, ModelRequest, Next, Outcome, Stage } from '../request.ts';

export interface LedgerStageOptions {
  readonly budget: Budget;
  readonly connection: ConnectionProvider;
  readonly clock: Clock;
}

/** Characters to a token of current models: 2.5 million to a million, by Anthropic's overview. */
const charactersPerToken = 2.5;

/**
 * Every try that goes to a model is written down with its estimate before, and with what it used
 * after, however it ended. One that a limit on spending forbids is not sent.
 */
export function createLedgerStage(options: LedgerStageOptions): Stage {
  return (request, next, signal) => handingOver(record(options, request, next, signal));
}

async function* record(
  { budget, connection, clock }: LedgerStageOptions,
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
): HandingOver {
  request.trail?.enter(operation.admit);
  const current = await connection.current();
  if (current.kind === 'offline') {
    return next(request, signal)[Symbol.asyncIterator]();
  }
  const admission = await budget.admit(request, current, signal);
  switch (admission.kind) {
    case 'cancelled':
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
      return undefined;
    case 'refused':
      request.trail?.note('budget', admission.failure.message);
      yield { type: 'ended', outcome: { kind: 'failed', failure: admission.failure } };
      return undefined;
    case 'admitted':
      return new BilledStream(next(request, signal)[Symbol.asyncIterator](), {
        call: admission.call,
        isWarming: request.maxOutputTokens === 0,
        clock,
        signal,
      });
  }
}

interface BilledStreamParts {
  readonly call: BilledCall;
  /** Whether it asks for no answer, but for the prompt to be put into the provider's cache. */
  readonly isWarming: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Watches what a try uses. Written by hand: a generator costs more for each event. */
class BilledStream implements AsyncIterator<ModelEvent> {
  private readonly events: AsyncIterator<ModelEvent>;
  private readonly parts: BilledStreamParts;
  private readonly startedMs: number;
  private usage: Usage = noUsage;
  private characters = 0;
  private firstTokenMs: number | undefined;
  private endpoint: string | undefined;
  private hasBegun = false;
  private isFinished = false;

  constructor(events: AsyncIterator<ModelEvent>, parts: BilledStreamParts) {
    this.events = events;
    this.parts = parts;
    this.startedMs = parts.clock.now();
    // Whoever cancels need not ask for another event, nor leave the stream in order.
    parts.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.events.next().then(this.see, this.fail);
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.finish('cancelled');
    await this.events.return?.();
    return { done: true, value: undefined };
  }

  private readonly onAbort = (): void => this.finish('cancelled');

  private readonly see = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
    if (result.done) {
      this.finish('failed');
    } else {
      this.seeEvent(result.value);
    }
    return result;
  };

  private readonly fail = (error: unknown): never => {
    this.finish('failed');
    throw error;
  };

  private seeEvent(event: ModelEvent): void {
    switch (event.type) {
      case 'textDelta':
      case 'thinkingDelta':
        this.seeDelta(event.text);
        break;
      case 'inputDelta':
        this.seeDelta(event.json);
        break;
      case 'started':
        this.hasBegun = true;
        this.endpoint = event.endpoint;
        break;
      case 'usage':
        this.usage = event.usage;
        break;
      case 'ended':
        this.finish(event.outcome.kind);
        break;
      default:
        break;
    }
  }

  private seeDelta(text: string): void {
    this.characters += text.length;
    this.firstTokenMs ??= this.parts.clock.now() - this.startedMs;
  }

  private finish(outcome: Outcome['kind']): void {
    if (this.isFinished) {
      return;
    }
    this.isFinished = true;
    const { call, isWarming, clock, signal } = this.parts;
    // Nothing is told before all is done: one that is let go was most likely at work on the prompt.
    const isBilled = this.hasBegun || (isWarming && outcome === 'cancelled');
    signal.removeEventListener('abort', this.onAbort);
    call.finish({
      outcome,
      usage: isBilled ? this.used(outcome, call.promptTokens) : noUsage,
      durationMs: clock.now() - this.startedMs,
      ...(this.endpoint === undefined ? {} : { endpoint: this.endpoint }),
      ...(this.firstTokenMs === undefined ? {} : { firstTokenMs: this.firstTokenMs }),
    });
  }

  /**
   * What was reported. The provider tells the whole output only at the end, and some servers tell
   * nothing: what was sent and what has come is then billed all the same, and counted by its length.
   */
  private used(outcome: Outcome['kind'], promptTokens: number): Usage {
    const { usage } = this;
    const isPromptReported = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens > 0;
    const isOutputReported = outcome === 'done' && usage.outputTokens > 0;
    const seenTokens = Math.ceil(this.characters / charactersPerToken);
    return {
      ...usage,
      ...(isPromptReported ? {} : { inputTokens: promptTokens }),
      ...(isOutputReported ? {} : { outputTokens: Math.max(usage.outputTokens, seenTokens) }),
    };
  }
}
