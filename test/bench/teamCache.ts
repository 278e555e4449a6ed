/**
 * What a team's caches take: packing and sealing by size, each tier's get, set and promotion against a
 * bare round trip to the same server, and commands in one write against one after the other. Servers
 * that are not installed are left out, in plain words.
 */
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createClient } from '@redis/client';
import { systemClock } from '../../src/base/clock.ts';
import type { CacheEntry } from '../../src/core/cache/cacheEntry.ts';
import { openHttpTier } from '../../src/core/cache/openHttpTier.ts';
import { RedisTier } from '../../src/core/cache/redisTier.ts';
import type { RemoteTier } from '../../src/core/cache/remoteTier.ts';
import { openValue, sealValue } from '../../src/core/cache/sealedValue.ts';
import { createTeamKeyText, parseTeamKeys } from '../../src/core/cache/teamKeys.ts';
import { TieredCache } from '../../src/core/cache/tieredCache.ts';
import { nginxProgram, startNginx } from '../support/servers/nginxServer.ts';
import { redisProgram, startRedis } from '../support/servers/redisServer.ts';
import { createMember, type Member } from '../support/team/sharedKit.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const explain = { namespace: 'answer', operation: 'explain' };
const rounds = 400;
const warmUp = 50;
const together = 200;
/** An explanation of usual length, and those around it. */
const sizes = [256, 512, 1_024, 4_096, 16_384, 65_536];
const answerBytes = 4_096;
const dayMs = 24 * 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
const prose = sampleText();
const teamKeys = createTeamKeyText();
try {
  printReport('teamCache', {
    answerBytes,
    packing: Object.fromEntries(sizes.map((bytes) => [bytes, packing(bytes)])),
    ownTiers: await ownTiers(),
    redis: redisProgram.path ? await redisFigures() : 'left out: redis-server is not installed',
    http: nginxProgram.path ? await httpFigures() : 'left out: nginx is not installed',
  });
} finally {
  rmSync(folder, { recursive: true });
}

/** Prose and code, which is what answers are made of. */
function sampleText(): string {
  const root = new URL('../../', import.meta.url);
  const code = readdirSync(new URL('src/core/cache', root)).map((name) =>
    readFileSync(new URL(`src/core/cache/${name}`, root), 'utf8'),
  );
  return [readFileSync(new URL('ARCHITECTURE.md', root), 'utf8'), ...code].join('\n');
}

/** Another piece each time. */
function piece(at: number, bytes: number): string {
  const from = (at * 997) % (prose.length - bytes);
  return JSON.stringify({ texts: [prose.slice(from, from + bytes)] });
}

function entryOf(text: string): CacheEntry {
  const freshUntil = systemClock.wallTime() + dayMs;
  return { text, freshUntil, expiresAt: freshUntil + dayMs, files: [] };
}

/** Microseconds of one, and what becomes of 1,000 bytes. */
function packing(bytes: number): object {
  const [key] = parseTeamKeys(teamKeys);
  if (!key) {
    throw new Error('There is no key.');
  }
  const name = { segments: ['t', 'p', 'n', 'v', 'o', 'd'], key };
  const plain = createSecretKey(randomBytes(32));
  const texts = Array.from({ length: 40 }, (_, at) => piece(at, bytes));
  const packed = (compress: (text: Buffer) => Buffer) => {
    const sizesOf = texts.map((text) => compress(Buffer.from(text)).length / text.length);
    const micros = microsOf(texts, (text) => compress(Buffer.from(text)));
    return { micros, ratio: rounded(median(sizesOf)) };
  };
  const sealed = texts.map((text) => sealValue(entryOf(text), name) ?? Buffer.alloc(0));
  const encrypt = (text: string): void => {
    const cipher = createCipheriv('aes-256-gcm', plain, randomBytes(12));
    cipher.update(Buffer.from(text));
    cipher.final();
    cipher.getAuthTag();
  };
  return {
    zstd: packed((text) => zstdCompressSync(text)),
    gzip: packed((text) => gzipSync(text)),
    encryptMicros: microsOf(texts, encrypt),
    sealMicros: microsOf(texts, (text) => sealValue(entryOf(text), name)),
    openMicros: microsOf(sealed, (value) => openValue(value, name, [key], systemClock.wallTime())),
    sealedRatio: rounded(
      median(sealed.map((value, at) => value.length / (texts[at]?.length ?? 1))),
    ),
  };
}

function microsOf<T>(inputs: readonly T[], work: (input: T) => unknown): number {
  const durations: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    for (const input of inputs) {
      const start = performance.now();
      work(input);
      durations.push((performance.now() - start) * 1_000);
    }
  }
  return rounded(median(durations.slice(inputs.length * 2)));
}

interface Timed {
  readonly p50Micros: number;
  readonly p95Micros: number;
}

async function timed(work: (at: number) => unknown): Promise<Timed> {
  const micros: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const start = performance.now();
    await work(at);
    micros.push((performance.now() - start) * 1_000);
  }
  const counted = micros.slice(warmUp);
  return {
    p50Micros: rounded(median(counted)),
    p95Micros: rounded(percentile(counted, 95)),
  };
}

function aWindow(machine: string, tiers: readonly RemoteTier[] = []): TieredCache {
  const cache = new TieredCache({
    clock: systemClock,
    memoryBytes: () => 64_000_000,
    diskBytes: () => 200_000_000,
    diskPath: join(folder, `${machine}.db`),
    onProblem: (error) => {
      throw error;
    },
  });
  cache.useRemote(tiers);
  return cache;
}

async function ownTiers(): Promise<object> {
  const [first, second] = [aWindow('own'), aWindow('own')];
  await Promise.all([first.get('open'), second.get('open')]);
  const lifetime = { freshMs: dayMs, staleMs: 0 };
  const set = await timed((at) => first.begin(`k${at}`).keep(piece(at, answerBytes), lifetime));
  const memory = await timed((at) => first.get(`k${at}`));
  const diskAndPromote = await timed((at) => second.get(`k${at}`));
  first.dispose();
  second.dispose();
  return { set, memory, diskAndPromote };
}

async function redisFigures(): Promise<object> {
  const server = await startRedis();
  const { values, keys } = createMember(systemClock, { teamKeys });
  const tier = new RedisTier({
    url: server.url,
    values,
    clock: systemClock,
    onForgotten: () => undefined,
  });
  const floor = createClient({ url: server.url });
  try {
    await floor.connect();
    while (tier.figures.state !== 'ready') {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const roundTrip = await timed(() => floor.ping());
    const figures = await tierFigures(tier, { values, keys, rejections: [] });
    return {
      roundTrip,
      ...figures,
      getAgainstRoundTrip: rounded(figures.get.p50Micros / roundTrip.p50Micros),
      ...(await pipelining(tier, keys)),
    };
  } finally {
    tier.dispose();
    floor.destroy();
    await server.dispose();
  }
}

async function httpFigures(): Promise<object> {
  const server = await startNginx({ isWritable: true });
  const { values, keys } = createMember(systemClock, { teamKeys });
  const tier = openHttpTier({
    clock: systemClock,
    address: server.url,
    credential: undefined,
    isReadOnly: false,
    values,
  });
  try {
    const roundTrip = await timed(async () => (await fetch(`${server.url}none`)).arrayBuffer());
    const figures = await tierFigures(tier, { values, keys, rejections: [] });
    return {
      roundTrip,
      ...figures,
      getAgainstRoundTrip: rounded(figures.get.p50Micros / roundTrip.p50Micros),
    };
  } finally {
    tier.dispose();
    await server.dispose();
  }
}

async function tierFigures(tier: RemoteTier, { keys }: Member) {
  const key = (at: number): string => keys.key(explain, at);
  const set = await timed(async (at) => {
    tier.set(key(at), entryOf(piece(at, answerBytes)));
    await tier.flush();
  });
  const handedOver = await timed((at) => tier.set(key(at), entryOf(piece(at, answerBytes))));
  await tier.flush();
  const get = await timed((at) => tier.get(key(at)));
  const window = aWindow(`beside-${tier.name}`, [tier]);
  await window.get('open');
  const promote = await timed((at) => window.get(key(at), { isShareable: true }));
  window.dispose();
  const { hits, misses, failures } = tier.figures;
  return { set, handedOver, get, promote, hits, misses, failures };
}

/** So many gets of one moment, which the client sends in one write, and one after the other. */
async function pipelining(tier: RemoteTier, keys: Member['keys']): Promise<object> {
  const all = Array.from({ length: together }, (_, at) => keys.key(explain, at));
  const atOnce: number[] = [];
  const inTurn: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    let start = performance.now();
    // In groups that come back within the deadline on a machine that does other work.
    for (let from = 0; from < together; from += 20) {
      await Promise.all(all.slice(from, from + 20).map((key) => tier.get(key)));
    }
    atOnce.push(performance.now() - start);
    start = performance.now();
    for (const key of all) {
      await tier.get(key);
    }
    inTurn.push(performance.now() - start);
  }
  const [on, off] = [median(atOnce.slice(2)), median(inTurn.slice(2))];
  return {
    getsMs: { inGroupsOf20: rounded(on), oneByOne: rounded(off), ratio: rounded(off / on) },
  };
}
