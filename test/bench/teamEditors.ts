/**
 * What the tiers that a team shares save: 50 editors on one project, each with caches and a path to the
 * model of its own, ask for explanations and names of the same code and for what is theirs alone,
 * against a scripted model that takes 300 ms to begin. Without shared tiers, then with each store that
 * is installed. Prints one line of JSON.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { CacheKeyGenerator } from '../../src/core/cache/cacheKeys.ts';
import type { RemoteTier } from '../../src/core/cache/remoteTier.ts';
import { defaultSharedKinds } from '../../src/core/cache/sharedKinds.ts';
import { SharedValues } from '../../src/core/cache/sharedValues.ts';
import { createTeamKeyText, parseTeamKeys } from '../../src/core/cache/teamKeys.ts';
import { TieredCache } from '../../src/core/cache/tieredCache.ts';
import { createGateway, type Gateway } from '../../src/core/model/gateway.ts';
import type { ModelRequest } from '../../src/core/model/request.ts';
import { startServerProcess } from '../support/messagesServerProcess.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { percentile, printReport, rounded } from './support.ts';
import {
  installedStores,
  missingStores,
  type TeamStore,
  type TeamStoreKind,
} from './teamStores.ts';

const editorCount = 50;
const callsOfEach = 24;
/** Between two calls of one editor, milliseconds: 50 of them are as busy as a team of hundreds. */
const meanGapMs = 1_000;
const modelLatencyMs = 300;
/** Places in the project that somebody asks about; the nth is asked about 1/n as often as the first. */
const placeCount = 400;
const seed = 20_261_128;
/** How often connections are counted, milliseconds. */
const countingMs = 100;
const never = new AbortController().signal;
const code = 'const answer = compute(first, second);\n'.repeat(30);

/** A small generator (mulberry32), so that each run has the same calls. */
function generator(state: number): () => number {
  let now = state;
  return () => {
    now = (now + 0x6d2b79f5) | 0;
    let mixed = Math.imul(now ^ (now >>> 15), now | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface TimedCall {
  readonly startMs: number;
  readonly request: ModelRequest;
}

/** 45 % explanations and 25 % names of the team's code, 30 % completions of what is typed here alone. */
function callsOf(editor: number): TimedCall[] {
  const random = generator(seed + editor);
  const weights = Array.from({ length: placeCount }, (_, at) => 1 / (at + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pickPlace = (): number => {
    let rest = random() * total;
    return weights.findIndex((weight) => {
      rest -= weight;
      return rest <= 0;
    });
  };
  let startMs = 0;
  return Array.from({ length: callsOfEach }, (_, at) => {
    startMs += random() * 2 * meanGapMs;
    const kind = random();
    if (kind > 0.7) {
      return {
        startMs,
        request: request(`${editor}-${at}`, 'completion', `${code}${editor} ${at}`),
      };
    }
    const operation = kind < 0.45 ? 'explain' : 'names';
    return { startMs, request: request(`${editor}-${at}`, operation, `${code}${pickPlace()}`) };
  });
}

function request(id: string, operation: string, prompt: string): ModelRequest {
  return {
    id,
    surface: operation === 'completion' ? 'completion' : 'codeAction',
    priority: 'interactive',
    model: 'claude-haiku-5-5',
    caching: { operation, version: 1 },
    system: 'You help with code.',
    tools: [],
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    maxOutputTokens: 500,
  };
}

/** One editor: nothing of it is another's but the project's name and the team's key. */
class Editor {
  readonly tier: RemoteTier | undefined;
  private readonly gateway: Gateway;
  private readonly cache: TieredCache;
  private readonly calls: readonly TimedCall[];

  constructor(at: number, folder: string, endpoint: Endpoint, store: TeamStore | undefined) {
    const values = store && new SharedValues({ ...team, clock: systemClock });
    this.calls = callsOf(at);
    this.tier = values && store.openTier(values);
    this.cache = new TieredCache({
      clock: systemClock,
      memoryBytes: () => 32_000_000,
      diskBytes: () => 200_000_000,
      diskPath: join(folder, `${at}.db`),
      onProblem: (error) => {
        throw error;
      },
    });
    this.cache.useRemote(this.tier ? [this.tier] : []);
    this.gateway = createGateway({
      connection: { current: () => Promise.resolve({ kind: 'anthropic', ...endpoint }) },
      offline: () => {
        throw new Error('This bench is never offline.');
      },
      clock: systemClock,
      version: '0.0.0',
      answers: {
        cache: this.cache,
        keys: new CacheKeyGenerator(() => ({ workspace: `w${at}`, owner: `u${at}` })),
        isEnabled: () => true,
        sharedKinds: () => defaultSharedKinds,
      },
    });
  }

  /** Loads code and opens connections, which a day of work does once. */
  async warm(): Promise<void> {
    await this.gateway.warm();
    await this.send(request('warm', 'completion', 'warm'));
    await this.tier?.get(`answer:v1:w:o::explain:${'0'.repeat(32)}`);
  }

  async work(beginMs: number, calls: Call[]): Promise<void> {
    for (const { startMs, request: one } of this.calls) {
      await sleep(Math.max(0, beginMs + startMs - performance.now()));
      const startedAt = performance.now();
      const isSent = await this.send(one);
      const isShared = one.surface === 'codeAction';
      calls.push({ isSent, isShared, durationMs: performance.now() - startedAt });
    }
  }

  /** Whether the model was asked. */
  private async send(one: ModelRequest): Promise<boolean> {
    let isSent = false;
    for await (const event of this.gateway.stream(one, never)) {
      isSent ||= event.type === 'started' && event.endpoint !== undefined;
      if (event.type === 'ended' && event.outcome.kind !== 'done') {
        throw new Error(`A call ended as ${JSON.stringify(event.outcome)}`);
      }
    }
    return isSent;
  }

  dispose(): void {
    this.gateway.dispose();
    this.cache.dispose();
    this.tier?.dispose();
  }
}

interface Call {
  readonly isSent: boolean;
  readonly isShared: boolean;
  readonly durationMs: number;
}

interface Endpoint {
  readonly endpoint: string;
  readonly apiKey: string;
}

const team = {
  keys: parseTeamKeys(createTeamKeyText()),
  project: () => 'bench',
  onRejected: (): void => {
    throw new Error('A value was rejected.');
  },
};

async function measure(kind: TeamStoreKind | undefined): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  const script = answer(text('It adds two numbers. '.repeat(40)), {
    firstEventDelayMs: modelLatencyMs,
  });
  const model = await startServerProcess(script);
  const store = await kind?.start();
  const editors = Array.from(
    { length: editorCount },
    (_, at) => new Editor(at, folder, { endpoint: model.endpoint, apiKey: model.apiKey }, store),
  );
  for (const editor of editors) {
    await editor.warm();
  }
  const calls: Call[] = [];
  const counting = new AbortController();
  const connections = countConnections(store?.port, counting.signal);
  const begin = performance.now();
  await Promise.all(editors.map((editor) => editor.work(begin, calls)));
  counting.abort();
  const result = {
    ...summary(calls),
    ...(store ? { store: tierSummary(editors), mostConnections: await connections } : {}),
  };
  for (const editor of editors) {
    editor.dispose();
  }
  await store?.dispose();
  await model.stop();
  rmSync(folder, { recursive: true });
  return result;
}

function summary(calls: readonly Call[]): object {
  const shared = calls.filter(({ isShared }) => isShared);
  return {
    calls: calls.length,
    sent: calls.filter(({ isSent }) => isSent).length,
    sentOfShared: shared.filter(({ isSent }) => isSent).length,
    sharedMs: percentiles(shared),
    sharedMissesMs: percentiles(shared.filter(({ isSent }) => isSent)),
    sharedHitsMs: percentiles(shared.filter(({ isSent }) => !isSent)),
    privateMs: percentiles(calls.filter(({ isShared }) => !isShared)),
  };
}

function percentiles(calls: readonly Call[]): object {
  const durations = calls.map(({ durationMs }) => durationMs);
  const [p50, p95, p99] = [50, 95, 99].map((at) => rounded(percentile(durations, at)));
  return { count: calls.length, p50, p95, p99 };
}

function tierSummary(editors: readonly Editor[]): object {
  const figures = editors.flatMap(({ tier }) => (tier ? [tier.figures] : []));
  const sum = (pick: (one: RemoteTier['figures']) => number): number =>
    figures.reduce((total, one) => total + pick(one), 0);
  return {
    hits: sum(({ hits }) => hits),
    misses: sum(({ misses }) => misses),
    failures: sum(({ failures }) => failures),
    writes: sum(({ writes }) => writes),
    kilobytesRead: rounded(sum(({ bytesRead }) => bytesRead) / 1_000),
    kilobytesWritten: rounded(sum(({ bytesWritten }) => bytesWritten) / 1_000),
  };
}

/** The most that were open to a port of this machine at one time. */
async function countConnections(port: number | undefined, signal: AbortSignal): Promise<number> {
  let most = 0;
  while (port !== undefined && !signal.aborted) {
    const target = `:${port.toString(16).toUpperCase().padStart(4, '0')} 01 `;
    const table = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFileSync(path, 'utf8'));
    most = Math.max(most, table.join('\n').split(target).length - 1);
    await sleep(countingMs);
  }
  return most;
}

const results: Record<string, object> = { alone: await measure(undefined) };
for (const kind of installedStores) {
  results[kind.name] = await measure(kind);
}
printReport('teamEditors', {
  editors: editorCount,
  modelLatencyMs,
  results,
  notRun: missingStores.map(({ name }) => name),
});
