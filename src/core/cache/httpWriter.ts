import { isCertificateError } from '../model/failures.ts';
import { type CacheEntry, sizeOfEntry } from './cacheEntry.ts';
import { cacheControl, pathOf, surrogateKeysOf, valuesOf } from './httpCacheNames.ts';
import type { HttpAnswer, HttpQuestion } from './httpExchange.ts';
import { certificateRefusal, RefusalMemory, writeRefusal } from './httpRefusal.ts';
import type { HttpTierParts } from './httpTier.ts';
import type { SharedValue } from './sharedValues.ts';
import { TierGuard } from './tierGuard.ts';
import { WriteQueue } from './writeQueue.ts';

/** What may wait: a minute of a busy window, whose answers are 1 to 10 kB. */
const maxWaitingBytes = 4_000_000;
/** Nobody waits for a write, and reads are to have the connections. */
const maxWritesAtOnce = 2;
/** A write takes less than a second across continents; this only frees what hangs, milliseconds. */
const writeLimitMs = 10_000;
/** Pages that servers answer with, bytes; they are read only to keep the connection. */
const maxPageBytes = 64 * 1024;

/** Writes and forgets values, behind everybody's back. Nothing of it rejects. */
export class HttpWriter {
  private readonly parts: HttpTierParts;
  /** Of its own: a store without room can be read all the same. */
  private readonly guard: TierGuard;
  private readonly refusals: RefusalMemory;
  private readonly queue: WriteQueue<CacheEntry>;
  /** Values from this size on were too large for the server. */
  private tooLargeBytes: number;
  private isFull = false;
  /** What the server said that it does not know. */
  private readonly unknownMethods = new Set<HttpQuestion['method']>();

  constructor(parts: HttpTierParts) {
    const { clock, maxValueBytes } = parts.options;
    this.parts = parts;
    this.tooLargeBytes = maxValueBytes + 1;
    this.guard = new TierGuard(clock);
    this.refusals = new RefusalMemory(clock);
    this.queue = new WriteQueue({
      write: (key, entry) => this.write(key, entry),
      sizeOf: (entry) => sizeOfEntry('', entry),
      maxBytes: maxWaitingBytes,
      maxAtOnce: maxWritesAtOnce,
    });
  }

  /** Why nothing is written; empty where something is. */
  get reason(): string {
    const full = `The team’s HTTP cache at ${this.parts.exchange.host} has no room left.`;
    return this.refusals.current ?? (this.isFull ? full : '');
  }

  set(key: string, entry: CacheEntry): void {
    if (this.refusals.current === undefined) {
      this.queue.push(key, entry);
    }
  }

  flush(): Promise<void> {
    return this.queue.flush();
  }

  /** First where the values are kept, then where copies are, which would else be made again. */
  async invalidate(glob: string, fits: (key: string) => boolean): Promise<void> {
    this.queue.drop(fits);
    for (const name of this.parts.options.values.names.namesOfGlob(glob)) {
      const { folder, surrogateKeys } = valuesOf(name);
      await this.askIfKnown('DELETE', folder);
      await this.askIfKnown('BAN', '', { 'surrogate-key': surrogateKeys.join(' ') });
    }
  }

  private async write(key: string, entry: CacheEntry): Promise<void> {
    const value = this.parts.options.values.seal(key, entry);
    const isWanted = value && value.sealed.length < this.tooLargeBytes;
    if (!isWanted || this.refusals.current !== undefined) {
      return;
    }
    await this.guard.write(async () => {
      const answer = await this.put(value, entry);
      if (answer && this.isTaken(answer.status, value.sealed.length)) {
        this.parts.counts.writes += 1;
        this.parts.counts.bytesWritten += value.sealed.length;
        await this.forgetCopies(value, answer);
      }
    });
  }

  /** Undefined where its certificate is not accepted. */
  private async put(value: SharedValue, entry: CacheEntry): Promise<HttpAnswer | undefined> {
    const { exchange, options } = this.parts;
    const surrogateKeys = surrogateKeysOf(value);
    try {
      return await exchange.ask({
        method: 'PUT',
        path: pathOf(value),
        headers: {
          'content-type': 'application/octet-stream',
          'cache-control': cacheControl(entry, options.clock.wallTime()),
          // One for each family of CDNs.
          'surrogate-key': surrogateKeys.join(' '),
          'cache-tag': surrogateKeys.join(','),
        },
        body: value.sealed,
        maxAnswerBytes: maxPageBytes,
        limitMs: writeLimitMs,
      });
    } catch (error) {
      if (!isCertificateError(error)) {
        throw error;
      }
      this.refusals.note(certificateRefusal(exchange.host));
      return undefined;
    }
  }

  /** Whether a value is now there; what else is said of it is remembered. Throws for a failure. */
  private isTaken(status: number, bytes: number): boolean {
    const refusal = writeRefusal(status, this.parts.exchange.host);
    this.isFull = status === 507;
    if (refusal !== undefined) {
      this.refusals.note(refusal);
      return false;
    }
    if (status >= 500 || status === 429) {
      throw new Error(`The HTTP cache answered ${status}.`);
    }
    if (status === 413) {
      this.tooLargeBytes = Math.min(this.tooLargeBytes, bytes);
    }
    return status >= 200 && status < 300;
  }

  /** A cache in front of the store may have an older value, or that there is none. */
  private async forgetCopies(value: SharedValue, { headers }: HttpAnswer): Promise<void> {
    if (['age', 'via', 'x-cache', 'x-varnish'].some((name) => headers.has(name))) {
      await this.askIfKnown('PURGE', pathOf(value));
    }
  }

  /** Asks for what not every server knows, and only until it says so. */
  private async askIfKnown(
    method: 'DELETE' | 'PURGE' | 'BAN',
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    if (this.unknownMethods.has(method)) {
      return;
    }
    const limits = { maxAnswerBytes: maxPageBytes, limitMs: writeLimitMs };
    try {
      const { status } = await this.parts.exchange.ask({ method, path, headers, ...limits });
      // A page that is not there is forgotten already, and what else is wrong may pass.
      if ([400, 401, 403, 405, 501].includes(status)) {
        this.unknownMethods.add(method);
      }
    } catch {
      // Whoever is asked next finds out that it is away; what is kept there expires by itself.
    }
  }
}
