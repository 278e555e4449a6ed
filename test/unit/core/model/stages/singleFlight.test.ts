import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecisionTrail } from '../../../../../src/core/model/decisionTrail.ts';
import { noUsage } from '../../../../../src/core/model/message.ts';
import type { ModelEvent, Next } from '../../../../../src/core/model/request.ts';
import {
  createSingleFlightStage,
  RequestDeduplicator,
} from '../../../../../src/core/model/stages/singleFlight.ts';
import { FakeClock, settle } from '../../../../support/fakeClock.ts';
import { aRequest, collect } from '../gatewayKit.ts';
import { cancelled, delta, done, failed, scriptedNext, started } from '../scriptedNext.ts';

const completion = aRequest({ surface: 'completion' });
const never = new AbortController().signal;

/** A call whose events come when the test says so. */
class Call {
  readonly signal: AbortSignal;
  readonly sent: ModelEvent[] = [];
  asked = 0;
  isLeft = false;
  private wake: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener('abort', () => this.wake());
  }

  /** Whether the end has been read. */
  get hasEnded(): boolean {
    return this.sent.slice(0, this.asked).some((event) => event.type === 'ended');
  }

  send(event: ModelEvent): void {
    this.sent.push(event);
    this.wake();
  }

  async *events(): AsyncGenerator<ModelEvent> {
    try {
      while (!this.signal.aborted) {
        const event = this.sent[this.asked];
        if (event) {
          this.asked += 1;
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
    } finally {
      this.isLeft = true;
    }
  }
}

class Caller {
  readonly controller = new AbortController();
  readonly seen: ModelEvent[] = [];
  readonly call: number;
  isOver = false;
  private readonly iterator: AsyncIterator<ModelEvent>;
  private isReading = false;

  constructor(stream: (signal: AbortSignal) => AsyncIterable<ModelEvent>, call: number) {
    this.iterator = stream(this.controller.signal)[Symbol.asyncIterator]();
    this.call = call;
  }

  /** Asks for one more, as a consumer does that is done with the one before. */
  async read(): Promise<void> {
    if (this.isReading || this.isOver) {
      return;
    }
    this.isReading = true;
    const result = await this.iterator.next();
    this.isReading = false;
    if (result.done) {
      this.isOver = true;
      return;
    }
    this.seen.push(result.value);
    this.isOver ||= result.value.type === 'ended';
  }

  get isWaiting(): boolean {
    return this.isReading;
  }

  leave(): Promise<unknown> {
    this.isOver = true;
    return this.iterator.return?.() ?? Promise.resolve();
  }
}

type Step = readonly ['join' | 'read' | 'send' | 'end' | 'cancel' | 'leave' | 'fail', number];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom(
      'join',
      'join',
      'read',
      'read',
      'read',
      'read',
      'send',
      'send',
      'end',
      'cancel',
      'leave',
      'fail',
    ),
    fc.nat(20),
  ),
  { maxLength: 60, size: 'max' },
);

describe('Requests that are under way at the same time', () => {
  it('share calls as a plain model of it says, whoever joins, reads, leaves or cancels', async () => {
    await fc.assert(fc.asyncProperty(steps, play), { numRuns: 400 });
  });

  it('go on at the pace of the fastest, and each sees all', async () => {
    const deduplicator = new RequestDeduplicator();
    const deltas = Array.from({ length: 100 }, (_, at) => delta(String(at)));
    const events = [started, ...deltas, done];
    const next = scriptedNext(events);
    const stream = (): AsyncIterable<ModelEvent> =>
      deduplicator.join('k', completion, next.next, never);
    const slow = stream()[Symbol.asyncIterator]();
    await slow.next();
    assert.deepEqual(await collect(stream()), events);
    const rest: ModelEvent[] = [started];
    for (let result = await slow.next(); !result.done; result = await slow.next()) {
      rest.push(result.value);
    }
    assert.deepEqual(rest, events);
    assert.equal(next.requests.length, 1);
    assert.equal(deduplicator.size, 0);
  });

  it('are counted and measured for the first alone', async () => {
    const deduplicator = new RequestDeduplicator();
    const usage = { ...noUsage, inputTokens: 5 };
    const begun: ModelEvent = { ...started, endpoint: 'a.example' } as ModelEvent;
    const next = scriptedNext([begun, { type: 'usage', usage }, done]);
    const trail = new DecisionTrail(new FakeClock());
    const [first, second] = await Promise.all([
      collect(deduplicator.join('k', completion, next.next, never)),
      collect(deduplicator.join('k', { ...completion, id: 'b', trail }, next.next, never)),
    ]);
    assert.deepEqual(first, [begun, { type: 'usage', usage }, done]);
    assert.deepEqual(second, [started, { type: 'usage', usage: noUsage }, done]);
    assert.match(trail.decisions[0]?.text ?? '', /equal request.*request-1/);
  });

  it('do not wait in the queue behind one that is less urgent, but join once it is served', async () => {
    const deduplicator = new RequestDeduplicator();
    const calls: Call[] = [];
    const next: Next = (_, signal) => {
      const call = new Call(signal);
      calls.push(call);
      return call.events();
    };
    const slow = { ...completion, priority: 'background' } as const;
    const background = collect(deduplicator.join('k', slow, next, never));
    const urgent = collect(deduplicator.join('k', completion, next, never));
    await settle();
    assert.equal(calls.length, 2);
    const also = collect(deduplicator.join('k', slow, next, never));
    calls[0]?.send(done);
    await background;
    assert.equal(deduplicator.size, 1, 'the end of one does not close the other');
    calls[1]?.send(started);
    await settle();
    const late = collect(deduplicator.join('k', completion, next, never));
    calls[1]?.send(done);
    await Promise.all([urgent, also, late]);
    assert.equal(calls.length, 2);
  });

  it('hear of a mistake in the path all together, and the next one starts anew', async () => {
    const deduplicator = new RequestDeduplicator();
    const next = scriptedNext({ events: [started], thrown: new Error('broken') }, [started, done]);
    const stream = (): Promise<ModelEvent[]> =>
      collect(deduplicator.join('k', completion, next.next, never));
    const results = await Promise.allSettled([stream(), stream()]);
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && String(result.reason)),
      ['Error: broken', 'Error: broken'],
    );
    assert.deepEqual(await stream(), [started, done]);
  });

  it('are cancelled with their last caller, also where they grew too long to share', async () => {
    const deduplicator = new RequestDeduplicator();
    const long = Array.from({ length: 20_001 }, () => delta('a'));
    let callSignal = never;
    const next: Next = async function* next(_, signal) {
      callSignal = signal;
      yield* long;
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
    };
    const controller = new AbortController();
    const events = deduplicator
      .join('key', completion, next, controller.signal)
      [Symbol.asyncIterator]();
    for (const _ of long) {
      await events.next();
    }
    assert.equal(deduplicator.size, 0);
    controller.abort();
    assert.equal(callSignal.aborted, true);
  });

  it('are never an agent’s turns, nor anything with tools', async () => {
    const stage = createSingleFlightStage({ keyOf: () => Promise.resolve('k') });
    const tool = { name: 'a', description: 'b', inputSchema: { type: 'object' } };
    for (const change of [{ surface: 'chat' }, { tools: [tool] }] as const) {
      const next = scriptedNext([started, done]);
      const request = { ...completion, ...change };
      await Promise.all([1, 2].map(() => collect(stage(request, next.next, never))));
      assert.equal(next.requests.length, 2);
    }
  });

  it('stay apart where nothing is configured, and where one is to be answered anew', async () => {
    const offline = scriptedNext([started, done]);
    const stage = createSingleFlightStage({ keyOf: () => Promise.resolve(undefined) });
    await Promise.all([1, 2].map(() => collect(stage(completion, offline.next, never))));
    assert.equal(offline.requests.length, 2);
    const next = scriptedNext([started, done]);
    const caching = { operation: 'complete', version: 1 };
    const sharing = createSingleFlightStage({ keyOf: () => Promise.resolve('k') });
    await Promise.all(
      [caching, { ...caching, mustRefresh: true }, { ...caching, mustRefresh: true }].map((one) =>
        collect(sharing({ ...completion, caching: one }, next.next, never)),
      ),
    );
    assert.equal(next.requests.length, 2);
  });
});

/** Plays the steps and compares with what a list of calls and callers says. */
async function play(script: readonly Step[]): Promise<void> {
  const game = new Game();
  for (const [action, which] of script) {
    await game.step(action, which);
    await settle();
    game.check();
  }
  await game.end();
}

class Game {
  private readonly deduplicator = new RequestDeduplicator();
  private readonly calls: Call[] = [];
  private readonly callers: Caller[] = [];
  /** The call that the next caller joins, if any. */
  private open: number | undefined;

  async step(action: Step[0], which: number): Promise<void> {
    const caller = this.callers[which % Math.max(1, this.callers.length)];
    const call = this.calls[which % Math.max(1, this.calls.length)];
    switch (action) {
      case 'join':
        return this.join();
      case 'read':
        caller?.read().catch(assert.ifError);
        return;
      case 'send':
        return call?.send(delta(String(call.sent.length)));
      case 'end':
        return call?.send(done);
      case 'fail':
        return call?.send(failed());
      case 'cancel':
        return caller && this.cancel(caller);
      case 'leave':
        return caller && this.leave(caller);
    }
  }

  check(): void {
    if (this.open !== undefined && this.calls[this.open]?.hasEnded) {
      this.open = undefined;
    }
    assert.equal(this.deduplicator.size, this.open === undefined ? 0 : 1);
    for (const [at, call] of this.calls.entries()) {
      // The signal that reaches the socket is aborted with the last caller and not before.
      assert.equal(call.signal.aborted, !call.hasEnded && this.riders(at) === 0, `call ${at}`);
    }
    for (const caller of this.callers) {
      const own = caller.seen.filter((event) => !isCancelled(event));
      assert.deepEqual(own, this.calls[caller.call]?.sent.slice(0, own.length));
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.callers.map((caller) => caller.leave()));
    await settle();
    assert.equal(this.deduplicator.size, 0);
    assert.ok(this.calls.every((call) => call.isLeft || call.hasEnded || call.asked === 0));
  }

  private join(): void {
    const next: Next = (_, signal) => {
      const call = new Call(signal);
      this.calls.push(call);
      return call.events();
    };
    this.open ??= this.calls.length;
    this.callers.push(
      new Caller((signal) => this.deduplicator.join('k', completion, next, signal), this.open),
    );
    assert.equal(this.calls.length, Math.max(this.calls.length, this.open + 1));
  }

  private async cancel(caller: Caller): Promise<void> {
    const { isWaiting, isOver } = caller;
    caller.controller.abort();
    if (isWaiting) {
      // Without waiting for the next event.
      await settle();
      assert.deepEqual(caller.seen.at(-1), cancelled);
    }
    caller.isOver = true;
    this.closeIfEmpty(isOver ? undefined : caller.call);
  }

  private async leave(caller: Caller): Promise<void> {
    const { isOver } = caller;
    await caller.leave();
    this.closeIfEmpty(isOver ? undefined : caller.call);
  }

  private riders(call: number): number {
    return this.callers.filter((one) => one.call === call && !one.isOver).length;
  }

  private closeIfEmpty(call: number | undefined): void {
    if (call !== undefined && this.open === call && this.riders(call) === 0) {
      this.open = undefined;
    }
  }
}

function isCancelled(event: ModelEvent): boolean {
  return event.type === 'ended' && event.outcome.kind === 'cancelled';
}
