import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { Clock } from '../../../base/clock.ts';
import { genAi, general, slipstream, spanEvent } from '../../telemetry/genAiAttributes.ts';
import type { Usage } from '../message.ts';
import type { ModelEvent, ModelRequest, Outcome, Stage } from '../request.ts';

// The API's enums, by value: importing them would load its 22 kB at activation.
const clientSpanKind = 2;
const errorStatusCode = 2;

export interface TraceOptions {
  readonly clock: Clock;
  /** Asked for each request; undefined while nobody wants traces. */
  readonly tracer: () => Tracer | undefined;
}

/**
 * One span per request, retries included, ended with the stream. Without a tracer, or where it does
 * not record, the stream passes untouched. No attribute carries content.
 */
export function createTraceStage(options: TraceOptions): Stage {
  return (request, next, signal) => {
    const tracer = options.tracer();
    const span = tracer?.startSpan(`chat ${request.model}`, {
      kind: clientSpanKind,
      attributes: requestAttributes(request),
    });
    const events = next(request, signal);
    if (!span?.isRecording()) {
      span?.end();
      return events;
    }
    return {
      [Symbol.asyncIterator]: () =>
        new TracedStream(events[Symbol.asyncIterator](), span, options.clock),
    };
  };
}

function requestAttributes(request: ModelRequest): Attributes {
  return {
    [genAi.operationName]: 'chat',
    [genAi.providerName]: 'anthropic',
    [genAi.requestModel]: request.model,
    [genAi.requestMaxTokens]: request.maxOutputTokens,
    [genAi.requestStream]: true,
    [slipstream.requestId]: request.id,
    [slipstream.surface]: request.surface,
    [slipstream.priority]: request.priority,
    ...(request.threadId === undefined ? {} : { [genAi.conversationId]: request.threadId }),
    ...(request.effort === undefined ? {} : { [genAi.requestReasoningLevel]: request.effort }),
  };
}

class TracedStream implements AsyncIterator<ModelEvent> {
  private readonly events: AsyncIterator<ModelEvent>;
  private readonly span: Span;
  private readonly clock: Clock;
  private readonly startedAt: number;
  private attempts = 1;
  private usage: Usage | undefined;
  private hasFirstToken = false;
  private isEnded = false;

  constructor(events: AsyncIterator<ModelEvent>, span: Span, clock: Clock) {
    this.events = events;
    this.span = span;
    this.clock = clock;
    this.startedAt = clock.now();
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.events.next().then(this.see, this.fail);
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.end({ kind: 'cancelled' });
    await this.events.return?.();
    return { done: true, value: undefined };
  }

  private readonly see = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
    if (!result.done) {
      this.seeEvent(result.value);
    }
    return result;
  };

  private readonly fail = (error: unknown): never => {
    this.span.setAttribute(general.errorType, error instanceof Error ? error.name : 'unknown');
    this.span.setStatus({ code: errorStatusCode });
    this.finish('failed');
    throw error;
  };

  private seeEvent(event: ModelEvent): void {
    switch (event.type) {
      case 'textDelta':
      case 'thinkingDelta':
      case 'inputDelta':
        if (!this.hasFirstToken) {
          this.seeFirstToken();
        }
        break;
      case 'started':
        this.span.setAttribute(genAi.responseId, event.messageId);
        this.span.setAttribute(genAi.responseModel, event.model);
        break;
      case 'usage':
        this.usage = event.usage;
        break;
      case 'retrying':
        this.attempts = event.attempt;
        this.span.addEvent(spanEvent.retrying, { [general.errorType]: event.failure.kind });
        break;
      case 'ended':
        this.end(event.outcome);
        break;
      default:
        break;
    }
  }

  private seeFirstToken(): void {
    this.hasFirstToken = true;
    const seconds = (this.clock.now() - this.startedAt) / 1000;
    this.span.setAttribute(genAi.responseTimeToFirstChunk, seconds);
    this.span.addEvent(spanEvent.firstToken);
  }

  private end(outcome: Outcome): void {
    if (outcome.kind === 'done') {
      this.span.setAttribute(genAi.responseFinishReasons, [outcome.value]);
    } else if (outcome.kind === 'failed') {
      const { kind, status } = outcome.failure;
      this.span.setAttribute(general.errorType, kind);
      this.span.setStatus({ code: errorStatusCode });
      if (status !== undefined) {
        this.span.setAttribute(general.httpStatus, status);
      }
    }
    this.finish(outcome.kind);
  }

  private finish(outcome: Outcome['kind']): void {
    if (this.isEnded) {
      return;
    }
    this.isEnded = true;
    this.span.setAttribute(slipstream.outcome, outcome);
    this.span.setAttribute(slipstream.attempts, this.attempts);
    if (this.usage) {
      this.span.setAttributes(usageAttributes(this.usage));
    }
    this.span.end();
  }
}

function usageAttributes(usage: Usage): Attributes {
  return {
    [genAi.usageInputTokens]: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    [genAi.usageOutputTokens]: usage.outputTokens,
    [genAi.usageCacheReadTokens]: usage.cacheReadTokens,
    [genAi.usageCacheWriteTokens]: usage.cacheWriteTokens,
    [genAi.usageReasoningTokens]: usage.thinkingTokens,
  };
}
