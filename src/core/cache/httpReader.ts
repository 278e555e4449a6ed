import { LRUCache } from 'lru-cache';
import { isCertificateError } from '../model/failures.ts';
import type { CacheEntry } from './cacheEntry.ts';
import { pathOf } from './httpCacheNames.ts';
import type { HttpAnswer } from './httpExchange.ts';
import { certificateRefusal, type HttpRefusal, readRefusal } from './httpRefusal.ts';
import type { HttpTierParts } from './httpTier.ts';
import type { SharedName } from './sharedNames.ts';

export type ReadOutcome =
  /** `isOld`: under a key that the team is about to give up. */
  | { readonly kind: 'hit'; readonly entry: CacheEntry; readonly isOld: boolean }
  | { readonly kind: 'miss' }
  | { readonly kind: 'refused'; readonly reason: HttpRefusal };

/** How long a late answer is let come, so that its connection is kept, milliseconds. */
const lateLimitMs = 2_000;
/** Values of no use whose versions are remembered: about 100 bytes each. */
const maxUselessValues = 1_000;
const miss = { kind: 'miss' } as const;

/** Reads values, and does not load those again that it knows to be of no use. */
export class HttpReader {
  private readonly parts: HttpTierParts;
  /** The `ETag` of values that have expired or that were rejected, by path. */
  private readonly useless = new LRUCache<string, string>({ max: maxUselessValues });

  constructor(parts: HttpTierParts) {
    this.parts = parts;
  }

  /** Under the team's key of today, then under those before it. Rejects where no use can be made of it. */
  async read(key: string): Promise<ReadOutcome> {
    const names = this.parts.options.values.names.namesOf(key);
    for (const name of names) {
      const outcome = await this.readOne(name);
      if (outcome.kind === 'hit') {
        return { ...outcome, isOld: name !== names[0] };
      }
      if (outcome.kind === 'refused') {
        return outcome;
      }
    }
    return miss;
  }

  private async readOne(name: SharedName): Promise<ReadOutcome> {
    const { exchange, options } = this.parts;
    const path = pathOf(name);
    const knownVersion = this.useless.get(path);
    try {
      const answer = await exchange.ask({
        method: 'GET',
        path,
        headers: knownVersion === undefined ? {} : { 'if-none-match': knownVersion },
        maxAnswerBytes: options.maxValueBytes,
        limitMs: lateLimitMs,
      });
      return this.judge(name, path, answer);
    } catch (error) {
      if (isCertificateError(error)) {
        return { kind: 'refused', reason: certificateRefusal(exchange.host) };
      }
      throw error;
    }
  }

  private judge(name: SharedName, path: string, answer: HttpAnswer): ReadOutcome {
    const { status, headers, body } = answer;
    const reason = readRefusal(status, this.parts.exchange.host);
    if (reason !== undefined) {
      return { kind: 'refused', reason };
    }
    if (status === 304 || status === 404 || status === 410) {
      return miss;
    }
    if (status !== 200) {
      throw new Error(`The HTTP cache answered ${status}.`);
    }
    const entry = body && this.open(name, body);
    if (entry) {
      return { kind: 'hit', entry, isOld: false };
    }
    const version = headers.get('etag');
    if (version !== null) {
      this.useless.set(path, version);
    }
    return miss;
  }

  /** Undefined for what has expired, or was not written by the team. */
  private open(name: SharedName, body: Buffer): CacheEntry | undefined {
    const { options, counts } = this.parts;
    counts.bytesRead += body.length;
    const opened = options.values.open('http', name, body);
    counts.rejected += opened === 'rejected' ? 1 : 0;
    return opened === 'rejected' ? undefined : opened;
  }
}
