/**
 * What single-flight and the cache save: a mix of 1,000 calls as a sitting of typing, asking and
 * summing up gives them, against the scripted server with 30 ms latency, with both and with neither.
 * And what they cost: the key of a request of 100 kB, and each streamed event. Prints one line of JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { CacheKeyGenerator } from '../../src/core/cache/cacheKeys.ts';
import { createRequestKeys } from '../../src/core/cache/requestKeys.ts';
import { TieredCache } from '../../src/core/cache/tieredCache.ts';
import { type AnswerOptions, createGateway } from '../../src/core/model/gateway.ts';
import type { ModelEvent, ModelRequest, Next } from '../../src/core/model/request.ts';
import { createCacheStage } from '../../src/core/model/stages/cache.ts';
import { createSingleFlightStage } from '../../src/core/model/stages/singleFlight.ts';
import { startServerProcess } from '../support/messagesServerProcess.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const calls = 1_000;
const latencyMs = 30;
/** Between two calls: slow enough that two cores are not what is measured. */
const maxGapMs = 50;
const seed = 20_261_124;
const keys = new CacheKeyGenerator(() => ({ workspace: 'bench', owner: 'bench' }));
const never = new AbortController().signal;

/** A small generator (mulberry32), so that each run has the same mix. */
function generator(state: number): () => number {
  let now = state;
  return () => {
    now = (now + 0x6d2b79f5) | 0;
    let mixed = Math.imul(now ^ (now >>> 15), now | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function request(
  at: number,
  surface: ModelRequest['surface'],
  operation: string,
  prompt: string,
): ModelRequest {
  return {
    id: `call-${at}`,
    surface,
    priority: surface === 'summary' ? 'background' : 'interactive',
    model: 'claude-haiku-5-5',
    caching: { operation, version: 1 },
    system: 'You help with code.',
    tools: [],
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    maxOutputTokens: 500,
  };
}

interface TimedCall {
  readonly startMs: number;
  readonly request: ModelRequest;
}

/**
 * 70 % completions, of which 22 % are at a place that was just typed and deleted again and 6 % are
 * asked for twice at once (a trigger and a keystroke); 15 % explanations of one of 60 places; 10 %
 * summaries, half of them of something that is being or was summed up; 5 % fixes, never kept.
 */
function mixOfCalls(): TimedCall[] {
  const random = generator(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const prefix = 'const answer = compute(first, second);\n'.repeat(50);
  let typed = 0;
  const completion = (at: number): ModelRequest => {
    const isRetyped = random() < 0.22;
    typed += isRetyped ? 0 : 1;
    const place = isRetyped ? typed - pick(Math.min(typed, 20)) : typed;
    return request(at, 'completion', 'complete', `${prefix}${place}`);
  };
  const other = (at: number, kind: number): ModelRequest => {
    if (kind < 0.85) {
      return request(at, 'codeAction', 'explain', `Explain ${prefix} at ${pick(60)}`);
    }
    return kind < 0.95
      ? request(at, 'summary', 'summary', `Sum up ${prefix} to ${pick(70)}`)
      : request(at, 'codeAction', 'fix', `Fix ${pick(20)}`);
  };
  const mix: TimedCall[] = [];
  let startMs = 0;
  while (mix.length < calls) {
    startMs += random() * maxGapMs;
    const kind = random();
    const one = kind < 0.7 ? completion(mix.length) : other(mix.length, kind);
    mix.push({ startMs, request: one });
    if (kind < 0.04 && mix.length < calls) {
      const twin = { ...one, id: `${one.id}-twin` };
      mix.push({ startMs: startMs + random() * 20, request: twin });
    }
  }
  return mix;
}

async function measureMix(mix: readonly TimedCall[], isSharing: boolean): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  const cache = newCache(folder);
  const script = answer(text('It adds two numbers. '.repeat(12)), { firstEventDelayMs: latencyMs });
  const server = await startServerProcess(script);
  const { endpoint, apiKey } = server;
  const answers: AnswerOptions = { cache, keys, isEnabled: () => true };
  const gateway = createGateway({
    connection: { current: () => Promise.resolve({ kind: 'anthropic', endpoint, apiKey }) },
    offline: () => {
      throw new Error('This bench is never offline.');
    },
    clock: systemClock,
    version: '0.0.0',
    ...(isSharing ? { answers } : {}),
  });
  await gateway.warm();
  let wireRequests = 0;
  const begin = performance.now();
  const latencies = await Promise.all(
    mix.map(async ({ startMs, request: one }) => {
      await sleep(Math.max(0, begin + startMs - performance.now()));
      const startedAt = performance.now();
      for await (const event of gateway.stream(one, never)) {
        wireRequests += event.type === 'started' && event.endpoint !== undefined ? 1 : 0;
        if (event.type === 'ended' && event.outcome.kind !== 'done') {
          throw new Error(`A call ended as ${JSON.stringify(event.outcome)}`);
        }
      }
      return performance.now() - startedAt;
    }),
  );
  gateway.dispose();
  cache.dispose();
  await server.stop();
  rmSync(folder, { recursive: true });
  return {
    wireRequests,
    p50Ms: rounded(median(latencies)),
    p95Ms: rounded(percentile(latencies, 95)),
    meanMs: rounded(latencies.reduce((sum, one) => sum + one, 0) / latencies.length),
  };
}

function newCache(folder: string): TieredCache {
  return new TieredCache({
    clock: systemClock,
    memoryBytes: () => 32_000_000,
    diskBytes: () => 200_000_000,
    diskPath: join(folder, 'cache.db'),
    onProblem: (error) => {
      throw error;
    },
  });
}

/** A request of 100 kB, keyed anew each time. */
async function keyMicros(): Promise<number> {
  const keyOf = createRequestKeys('answer', keys, {
    current: () => Promise.resolve({ kind: 'anthropic', endpoint: 'https://a.example' }),
  });
  const prompt = 'const answer = compute(first, second);\n'.repeat(2_564);
  const durations: number[] = [];
  for (let at = 0; at < 500; at += 1) {
    const one = request(at, 'completion', 'complete', prompt);
    const start = performance.now();
    await keyOf(one);
    durations.push((performance.now() - start) * 1_000);
  }
  return rounded(median(durations.slice(100)));
}

/** Added by the two stages, for one caller and a stream of 5,000 deltas that come at once. */
async function eventMicros(): Promise<number> {
  const deltas = 5_000;
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  const cache = newCache(folder);
  let at = 0;
  const keyOf = (): Promise<string> => Promise.resolve(`k${at}`);
  const share = createSingleFlightStage({ keyOf });
  const keep = createCacheStage({ keyOf, cache, isEnabled: () => true, refresh: () => undefined });
  const source: Next = () => stream(deltas);
  const through: Next = (one, signal) =>
    share(one, (two, inner) => keep(two, source, inner), signal);
  const one = request(0, 'completion', 'complete', 'x');
  const run = async (next: Next): Promise<number> => {
    at += 1;
    const start = performance.now();
    for await (const event of next(one, never)) {
      if (event.type === 'ended') {
        break;
      }
    }
    return ((performance.now() - start) * 1_000) / deltas;
  };
  const bare: number[] = [];
  const staged: number[] = [];
  for (let round = 0; round < 120; round += 1) {
    bare.push(await run(source));
    staged.push(await run(through));
  }
  cache.dispose();
  rmSync(folder, { recursive: true });
  return rounded(median(staged.slice(20)) - median(bare.slice(20)));
}

function stream(deltas: number): AsyncIterable<ModelEvent> {
  const delta: ModelEvent = { type: 'textDelta', index: 0, text: 'x' };
  const outcome = { kind: 'done', stopReason: 'end_turn', value: 'end_turn' } as const;
  let at = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        at += 1;
        const value: ModelEvent = at > deltas ? { type: 'ended', outcome } : delta;
        return Promise.resolve({ done: false, value });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    }),
  };
}

/** What the tiers themselves take: to keep an answer of 1 kB, and to find it in each. */
async function tierMicros(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  const first = newCache(folder);
  const second = newCache(folder);
  const value = { texts: ['It adds two numbers. '.repeat(50)] };
  const lifetime = { freshMs: 3_600_000, staleMs: 0 };
  await Promise.all([first.get('open'), second.get('open')]);
  const times: Record<'keep' | 'memory' | 'disk', number[]> = { keep: [], memory: [], disk: [] };
  const time = async (name: keyof typeof times, work: () => unknown): Promise<void> => {
    const start = performance.now();
    await work();
    times[name].push((performance.now() - start) * 1_000);
  };
  for (let at = 0; at < 500; at += 1) {
    await time('keep', () => first.begin(`k${at}`).keep(value, lifetime));
    await time('memory', () => first.get(`k${at}`));
    await time('disk', () => second.get(`k${at}`));
  }
  first.dispose();
  second.dispose();
  rmSync(folder, { recursive: true });
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, rounded(median(all.slice(100)))]),
  );
}

const mix = mixOfCalls();
const distinct = new Set(mix.map((one) => JSON.stringify(one.request.messages))).size;
const without = await measureMix(mix, false);
const withBoth = await measureMix(mix, true);
printReport('answers', {
  calls: mix.length,
  distinctPrompts: distinct,
  latencyMs,
  without,
  with: withBoth,
  tierMicros: await tierMicros(),
  keyMicrosOf100kB: await keyMicros(),
  addedMicrosPerEvent: await eventMicros(),
});
