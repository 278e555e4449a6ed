import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type { Clock } from '../../../base/clock.ts';
import { genAi, general, slipstream, spanEvent } from '../../telemetry/genAiAttributes.ts';
import { contextOf } from '../../telemetry/spanContext.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { TraceScope } from '../../telemetry/traceScope.ts';
import { DecisionTrail } from '../decisionTrail.ts';
import type { AssistantBlock, Usage } from '../message.ts';
import type { ModelEvent, ModelFailureKind, ModelRequest, Outcome, Stage } from '../request.ts';
import type { RequestLog } from '../requestLog.ts';

// The API's enums, by value: importing them would load its 22 kB at activation.
const clientSpanKind = 2;
const errorStatusCode = 2;

export interface TraceOptions {
  readonly clock: Clock;
  /** Asked for each request; undefined while nobody wants traces. */
  readonly tracer: () => Tracer | undefined;
  /** Gets a record of each request; absent where nobody reads it. */
  readonly log?: RequestLog;
}

/**
 * One span and one record per request, retries included, ended with the stream. Without a tracer,
 * or where it does not record, and without a log the stream passes untouched. Nothing of either
 * carries content.
 */
export function createTraceStage(options: TraceOptions): Stage {
  return (request, next, signal) => {
    const trail = request.trail ?? new DecisionTrail(options.clock);
    const span = startSpan(options.tracer(), request, trail);
    const isRecording = span !== undefined;
    const events = next(request.trail ? request : { ...request, trail }, signal);
    if (!isRecording && !options.log) {
      return events;
    }
    const watched = { request, trail, span };
    return {
      [Symbol.asyncIterator]: () =>
        new TracedStream(events[Symbol.asyncIterator](), watched, options),
    };
  };
}

/** The request's span, below the operation that it is a part of. Undefined where nobody records. */
function startSpan(
  tracer: Tracer | undefined,
  request: ModelRequest,
  trail: DecisionTrail,
): Span | undefined {
  if (!tracer) {
    return undefined;
  }
  const context: Context | undefined = trail.parent && contextOf(trail.parent.span);
  const options = { kind: clientSpanKind, attributes: requestAttributes(request) };
  const span = tracer.startSpan(`${operation.request} ${request.model}`, options, context);
  if (!span.isRecording()) {
    span.end();
    return undefined;
  }
  trail.scope = new TraceScope(tracer, span);
  trail.scope.content('input', () => contentOf(request));
  return span;
}

/** What goes to the model, for who has turned capture on. */
function contentOf({ system, messages }: ModelRequest): string {
  return JSON.stringify({ system, messages });
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
    [slipstream.messageCount]: request.messages.length,
    [slipstream.toolCount]: request.tools.length,
    ...(request.threadId === undefined ? {} : { [genAi.conversationId]: request.threadId }),
    ...(request.effort === undefined ? {} : { [genAi.requestReasoningLevel]: request.effort }),
  };
}

interface Watched {
  readonly request: ModelRequest;
  readonly trail: DecisionTrail;
  /** Undefined where it does not record. */
  readonly span: Span | undefined;
}

class TracedStream implements AsyncIterator<ModelEvent> {
  private readonly events: AsyncIterator<ModelEvent>;
  private readonly watched: Watched;
  private readonly span: Span | undefined;
  private readonly options: TraceOptions;
  private readonly startedMs: number;
  private readonly startedAt: number;
  private model: string;
  private endpoint: string | undefined;
  private failureKind: ModelFailureKind | undefined;
  private attempts = 1;
  private usage: Usage | undefined;
  private firstTokenMs: number | undefined;
  private promptCacheMiss: string | undefined;
  /** The answer's blocks, where the user has turned capture on. */
  private readonly captured: AssistantBlock[] | undefined;
  private isEnded = false;

  constructor(events: AsyncIterator<ModelEvent>, watched: Watched, options: TraceOptions) {
    this.events = events;
    this.watched = watched;
    this.span = watched.span;
    this.options = options;
    this.startedMs = options.clock.now();
    this.startedAt = options.clock.wallTime();
    this.model = watched.request.model;
    this.captured = watched.trail.scope?.capturesContent ? [] : undefined;
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
    const name = error instanceof Error ? error.name : 'unknown';
    this.span?.setAttribute(general.errorType, name);
    this.span?.setStatus({ code: errorStatusCode });
    this.finish('failed', name);
    throw error;
  };

  private seeEvent(event: ModelEvent): void {
    switch (event.type) {
      case 'textDelta':
      case 'thinkingDelta':
      case 'inputDelta':
        if (this.firstTokenMs === undefined) {
          this.seeFirstToken();
        }
        break;
      case 'blockEnded':
        this.captured?.push(event.block);
        break;
      case 'routed':
        this.model = event.model;
        this.span?.setAttribute(slipstream.routeReason, event.reason);
        break;
      case 'promptCacheMiss':
        this.promptCacheMiss = event.cause;
        this.span?.setAttribute(slipstream.promptCacheMiss, event.cause);
        break;
      case 'started':
        this.model = event.model;
        this.endpoint = event.endpoint;
        this.span?.setAttribute(genAi.responseId, event.messageId);
        this.span?.setAttribute(genAi.responseModel, event.model);
        break;
      case 'usage':
        this.usage = event.usage;
        break;
      case 'retrying':
        this.attempts = event.attempt;
        this.span?.addEvent(spanEvent.retrying, { [general.errorType]: event.failure.kind });
        break;
      case 'ended':
        this.end(event.outcome);
        break;
      default:
        break;
    }
  }

  private seeFirstToken(): void {
    this.firstTokenMs = this.options.clock.now() - this.startedMs;
    this.span?.setAttribute(genAi.responseTimeToFirstChunk, this.firstTokenMs / 1000);
    this.span?.addEvent(spanEvent.firstToken);
    this.watched.trail.enter(operation.stream);
  }

  private end(outcome: Outcome): void {
    if (outcome.kind === 'done') {
      this.span?.setAttribute(genAi.responseFinishReasons, [outcome.value]);
      this.finish('done');
      return;
    }
    if (outcome.kind === 'cancelled') {
      this.finish('cancelled');
      return;
    }
    const { kind, status, message } = outcome.failure;
    this.failureKind = kind;
    this.span?.setAttribute(general.errorType, kind);
    this.span?.setStatus({ code: errorStatusCode });
    if (status !== undefined) {
      this.span?.setAttribute(general.httpStatus, status);
    }
    this.finish('failed', message);
  }

  private finish(outcome: Outcome['kind'], failure?: string): void {
    if (this.isEnded) {
      return;
    }
    this.isEnded = true;
    this.endSpan(outcome);
    const { request, trail } = this.watched;
    this.options.log?.add({
      id: request.id,
      surface: request.surface,
      priority: request.priority,
      ...(request.threadId === undefined ? {} : { threadId: request.threadId }),
      ...(request.turnId === undefined ? {} : { turnId: request.turnId }),
      model: this.model,
      startedAt: this.startedAt,
      ...(this.firstTokenMs === undefined ? {} : { firstTokenMs: this.firstTokenMs }),
      durationMs: this.options.clock.now() - this.startedMs,
      ...(this.usage === undefined ? {} : { usage: this.usage }),
      attempts: this.attempts,
      outcome,
      ...(failure === undefined ? {} : { failure }),
      ...(this.failureKind === undefined ? {} : { failureKind: this.failureKind }),
      ...(this.endpoint === undefined ? {} : { endpoint: this.endpoint }),
      ...(trail.answeredFrom === undefined ? {} : { answeredFrom: trail.answeredFrom }),
      ...(this.promptCacheMiss === undefined ? {} : { promptCacheMiss: this.promptCacheMiss }),
      ...(this.span ? { traceId: this.span.spanContext().traceId } : {}),
      decisions: trail.decisions,
    });
  }

  private endSpan(outcome: Outcome['kind']): void {
    this.span?.setAttribute(slipstream.outcome, outcome);
    this.span?.setAttribute(slipstream.attempts, this.attempts);
    if (this.usage) {
      this.span?.setAttributes(usageAttributes(this.usage));
    }
    if (this.watched.trail.answeredFrom === 'shared') {
      this.span?.setAttribute(slipstream.isShared, true);
    }
    this.watched.trail.scope?.content('output', () => JSON.stringify(this.captured ?? []));
    // Ends the span, and the phase under way before it.
    this.watched.trail.scope?.end();
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
