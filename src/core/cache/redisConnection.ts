import { rootCertificates } from 'node:tls';
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { isCertificateError } from '../model/failures.ts';

export interface RedisAddress {
  /** `redis://` or `rediss://` with host, port, user and database; never with a password. */
  readonly url: string;
  readonly password?: string;
  /** Authorities to trust besides the system's, PEM. */
  readonly moreAuthorities?: readonly string[];
}

/** In this connection, keys are text and values are bytes. */
const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

/** How long a connection may take: with TLS over an ocean it is below 1 s. */
const connectTimeoutMs = 5_000;
/** The first pause before a new try, and the longest: a server that restarts is back within seconds. */
const firstPauseMs = 200;
const longestPauseMs = 30_000;
/**
 * The longest pause after a refusal: whoever runs the server puts it right within minutes, and what
 * knocks more often looks like somebody who tries passwords.
 */
const refusedPauseMs = 600_000;
/** A connection on which nothing comes for so long is dead, because a ping goes out three times. */
const silenceMs = 30_000;
const pingIntervalMs = 10_000;
/** Commands that wait for a reply at once; more than a window ever asks for. */
const maxCommands = 2_000;

function createRawClient({ url, password, moreAuthorities = [] }: RedisAddress) {
  return createClient({
    url,
    ...(password ? { password } : {}),
    RESP: 3,
    // The push messages of tracking are told as events.
    emitInvalidate: true,
    maintNotifications: 'disabled',
    // While it is away nothing waits for it.
    disableOfflineQueue: true,
    commandsQueueMaxLength: maxCommands,
    pingInterval: pingIntervalMs,
    commandOptions: { typeMapping },
    socket: {
      ...(url.startsWith('rediss:') ? tlsOptions(moreAuthorities) : {}),
      connectTimeout: connectTimeoutMs,
      socketTimeout: silenceMs,
      reconnectStrategy: pauseBefore,
    },
  });
}

export type RedisClient = ReturnType<typeof createRawClient>;

/** One connection to a team's Redis, which comes back by itself: after a refusal, much later. */
export class RedisConnection implements Disposable {
  /** Each time the connection stands; nothing of an earlier one holds any more. */
  readonly onDidConnect = new Emitter<void>();
  /** A key of those that are tracked has changed; null for any. */
  readonly onDidInvalidate = new Emitter<string | null>();
  /** It takes nobody here, and why: once until it does, or until there is another reason. */
  readonly onDidRefuse = new Emitter<string>();
  private readonly address: RedisAddress;
  private readonly clock: Clock;
  private current: RedisClient;
  private refusal = '';
  private retry: Disposable | undefined;
  private isEnded = false;

  constructor(address: RedisAddress, clock: Clock) {
    this.address = address;
    this.clock = clock;
    this.current = this.connect();
  }

  /** Not to be kept: after a refusal it is another. */
  get client(): RedisClient {
    return this.current;
  }

  get isReady(): boolean {
    return this.current.isReady;
  }

  /** Why the server takes nobody here, with what to do; empty unless it refuses. */
  get refusedBecause(): string {
    return this.refusal;
  }

  dispose(): void {
    this.isEnded = true;
    this.onDidConnect.dispose();
    this.onDidInvalidate.dispose();
    this.onDidRefuse.dispose();
    this.retry?.dispose();
    this.current.destroy();
  }

  private connect(): RedisClient {
    const client = createRawClient(this.address);
    client.on('ready', () => {
      this.refusal = '';
      this.onDidConnect.fire();
    });
    client.on('invalidate', (key: Buffer | string | null) =>
      this.onDidInvalidate.fire(key === null ? null : String(key)),
    );
    // Being away is normal: it is tried again, and meanwhile the tier is passed over.
    client.on('error', (error: unknown) => this.note(client, error));
    client.connect().catch((error: unknown) => this.note(client, error));
    return client;
  }

  private note(client: RedisClient, error: unknown): void {
    const refusal = refusalOf(error);
    if (this.isEnded || client !== this.current || refusal === undefined) {
      return;
    }
    this.retry ??= this.clock.setTimeout(() => this.knockAgain(), jittered(refusedPauseMs));
    if (refusal !== this.refusal) {
      this.refusal = refusal;
      this.onDidRefuse.fire(refusal);
    }
  }

  /** One that was refused is closed for good. */
  private knockAgain(): void {
    this.retry = undefined;
    if (!this.current.isReady) {
      const refused = this.current;
      this.current = this.connect();
      refused.destroy();
    }
  }
}

/** What the user must change before it makes sense to try again; undefined for what passes. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof ErrorReply) {
    const [code = ''] = error.message.split(' ');
    switch (code) {
      case 'WRONGPASS':
        return 'Redis does not accept the password or the user.';
      case 'NOAUTH':
        return 'Redis wants a password.';
      case 'NOPERM':
        return 'The Redis user may not do what a cache needs.';
      case 'NOPROTO':
        return 'Redis 6 or newer is needed.';
      default:
        return error.message.includes('unknown command')
          ? 'Redis 6 or newer is needed.'
          : undefined;
    }
  }
  return isCertificateError(error)
    ? 'The certificate of Redis is not trusted. Ask whoever runs it, or add its authority to those of this machine.'
    : undefined;
}

function pauseBefore(retries: number, cause: Error): number | false {
  if (refusalOf(cause) !== undefined) {
    return false;
  }
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(retries, 10));
  return jittered(pauseMs);
}

/** Windows that lost the same server do not all come back at the same moment. */
function jittered(pauseMs: number): number {
  return pauseMs * (0.5 + Math.random() / 2);
}

function tlsOptions(moreAuthorities: readonly string[]) {
  // Those that are named replace Node's own.
  return {
    tls: true as const,
    ...(moreAuthorities.length > 0 ? { ca: [...rootCertificates, ...moreAuthorities] } : {}),
  };
}
