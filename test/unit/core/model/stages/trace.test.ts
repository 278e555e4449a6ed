import assert from 'node:assert/strict';
import type { Attributes, Span, SpanOptions, SpanStatus, Tracer } from '@opentelemetry/api';
import { INVALID_SPAN_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { noUsage } from '../../../../../src/core/model/message.ts';
import type { ModelEvent } from '../../../../../src/core/model/request.ts';
import { createTraceStage } from '../../../../../src/core/model/stages/trace.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { aRequest, userText } from '../gatewayKit.ts';
import { aFailure, delta, done, failed, scriptedNext, started } from '../scriptedNext.ts';

interface CapturedSpan {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly attributes: Attributes;
  readonly events: string[];
  status: SpanStatus | undefined;
  ends: number;
}

class CapturingTracer {
  readonly spans: CapturedSpan[] = [];
  readonly isRecording: boolean;

  constructor(isRecording = true) {
    this.isRecording = isRecording;
  }

  /** Only what the stage uses of a tracer; the rest is never called. */
  get tracer(): Tracer {
    const startSpan = (name: string, options?: SpanOptions): Span => this.start(name, options);
    return { startSpan, startActiveSpan: () => assert.fail() } as Tracer;
  }

  private start(name: string, options: SpanOptions = {}): Span {
    const span: CapturedSpan = {
      name,
      kind: options.kind,
      attributes: { ...options.attributes },
      events: [],
      status: undefined,
      ends: 0,
    };
    this.spans.push(span);
    const api: Span = {
      spanContext: () => INVALID_SPAN_CONTEXT,
      setAttribute: (key, value) => {
        span.attributes[key] = value;
        return api;
      },
      setAttributes: (attributes) => {
        Object.assign(span.attributes, attributes);
        return api;
      },
      addEvent: (event) => {
        span.events.push(event);
        return api;
      },
      setStatus: (status) => {
        span.status = status;
        return api;
      },
      addLink: () => api,
      addLinks: () => api,
      updateName: () => api,
      end: () => {
        span.ends += 1;
      },
      isRecording: () => this.isRecording,
      recordException: () => undefined,
    };
    return api;
  }
}

const secret = 'the content of a file';

async function trace(
  events: readonly ModelEvent[],
  tracer: Tracer | undefined,
  clock = new FakeClock(),
): Promise<ModelEvent[]> {
  const stage = createTraceStage({ clock, tracer: () => tracer });
  const request = aRequest({ system: secret, messages: [userText(secret)], threadId: 'thread-1' });
  const seen: ModelEvent[] = [];
  const { next } = scriptedNext(events);
  for await (const event of stage(request, next, new AbortController().signal)) {
    seen.push(event);
    await clock.advance(100);
  }
  return seen;
}

async function spanOf(events: readonly ModelEvent[]): Promise<CapturedSpan> {
  const capturing = new CapturingTracer();
  assert.deepEqual(await trace(events, capturing.tracer), events);
  const [span, ...phases] = capturing.spans;
  assert.ok(span);
  assert.ok(phases.every(({ name, ends }) => name === 'stream' && ends === 1));
  assert.equal(span.ends, 1);
  return span;
}

const usage: ModelEvent = {
  type: 'usage',
  usage: { ...noUsage, inputTokens: 10, outputTokens: 7, cacheReadTokens: 80, cacheWriteTokens: 5 },
};

describe('The trace stage', () => {
  it('describes a request and its answer', async () => {
    const span = await spanOf([started, delta(secret), delta('b'), usage, done]);
    assert.equal(span.name, 'chat claude-sonnet-5-5');
    assert.equal(span.kind, SpanKind.CLIENT);
    assert.deepEqual(span.events, ['slipstream.first_token']);
    assert.equal(span.status, undefined);
    assert.deepEqual(span.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-5-5',
      'gen_ai.request.max_tokens': 1_000,
      'gen_ai.request.stream': true,
      'gen_ai.conversation.id': 'thread-1',
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.model': 'm',
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.response.time_to_first_chunk': 0.1,
      'gen_ai.usage.input_tokens': 95,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 80,
      'gen_ai.usage.cache_write.input_tokens': 5,
      'gen_ai.usage.reasoning.output_tokens': 0,
      'slipstream.request.id': 'request-1',
      'slipstream.request.surface': 'chat',
      'slipstream.request.priority': 'interactive',
      'slipstream.prompt.messages': 1,
      'slipstream.prompt.tools': 0,
      'slipstream.request.attempts': 1,
      'slipstream.request.outcome': 'done',
    });
  });

  it('carries no content', async () => {
    const message = `It says: ${secret}`;
    const span = await spanOf([started, delta(secret), failed({ message })]);
    assert.doesNotMatch(JSON.stringify(span), new RegExp(secret));
  });

  it('marks a failure by its kind and status, and counts tries', async () => {
    const retrying: ModelEvent = { type: 'retrying', attempt: 2, delayMs: 1, failure: aFailure() };
    const span = await spanOf([retrying, failed({ status: 529 })]);
    assert.equal(span.status?.code, SpanStatusCode.ERROR);
    assert.equal(span.attributes['error.type'], 'overloaded');
    assert.equal(span.attributes['http.response.status_code'], 529);
    assert.equal(span.attributes['slipstream.request.attempts'], 2);
    assert.equal(span.attributes['slipstream.request.outcome'], 'failed');
    assert.deepEqual(span.events, ['slipstream.retrying']);
  });

  it('ends when the consumer leaves', async () => {
    const capturing = new CapturingTracer();
    const stage = createTraceStage({ clock: new FakeClock(), tracer: () => capturing.tracer });
    const { next, abandoned } = scriptedNext([started, delta('a'), done]);
    for await (const _ of stage(aRequest(), next, new AbortController().signal)) {
      break;
    }
    assert.equal(capturing.spans[0]?.ends, 1);
    assert.equal(capturing.spans[0]?.attributes['slipstream.request.outcome'], 'cancelled');
    assert.equal(abandoned(), 1);
  });

  it('ends with what a stage throws, and passes it on', async () => {
    const capturing = new CapturingTracer();
    const stage = createTraceStage({ clock: new FakeClock(), tracer: () => capturing.tracer });
    const thrown = new RangeError(secret);
    const { next } = scriptedNext({ events: [started], thrown });
    const consume = async (): Promise<void> => {
      for await (const _ of stage(aRequest(), next, new AbortController().signal)) {
        // Only the end matters.
      }
    };
    await assert.rejects(consume(), thrown);
    assert.equal(capturing.spans[0]?.ends, 1);
    assert.equal(capturing.spans[0]?.attributes['error.type'], 'RangeError');
    assert.doesNotMatch(JSON.stringify(capturing.spans), new RegExp(secret));
  });

  it('hands the stream over untouched where nobody records', async () => {
    for (const tracer of [undefined, new CapturingTracer(false).tracer]) {
      const stage = createTraceStage({ clock: new FakeClock(), tracer: () => tracer });
      const { next } = scriptedNext([started, done]);
      let inner: unknown;
      const events = stage(
        aRequest(),
        (request, signal) => {
          const stream = next(request, signal);
          inner = stream;
          return stream;
        },
        new AbortController().signal,
      );
      assert.equal(events, inner);
    }
  });
});
