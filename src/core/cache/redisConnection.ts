import { rootCertificates } from 'node:tls';
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client';
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

/** One connection to a team's Redis, which comes back by itself unless it is refused. */
export class RedisConnection implements Disposable {
  readonly client: RedisClient;
  /** Each time the connection stands; nothing of an earlier one holds any more. */
  readonly onDidConnect = new Emitter<void>();
  /** A key of those that are tracked has changed; null for any. */
  readonly onDidInvalidate = new Emitter<string | null>();
  private refusal = '';
  private isEnded = false;

  constructor(address: RedisAddress) {
    this.client = createRawClient(address);
    this.client.on('ready', () => {
      this.refusal = '';
      this.onDidConnect.fire();
    });
    this.client.on('invalidate', (key: Buffer | string | null) =>
      this.onDidInvalidate.fire(key === null ? null : String(key)),
    );
    // Being away is normal: it is tried again, and meanwhile the tier is passed over.
    this.client.on('error', (error: unknown) => this.note(error));
    this.client.connect().catch((error: unknown) => this.note(error));
  }

  get isReady(): boolean {
    return this.client.isReady;
  }

  /** Why the server takes nobody here, with what to do; empty unless it refuses. */
  get refusedBecause(): string {
    return this.refusal;
  }

  dispose(): void {
    this.isEnded = true;
    this.onDidConnect.dispose();
    this.onDidInvalidate.dispose();
    this.client.destroy();
  }

  private note(error: unknown): void {
    if (!this.isEnded) {
      this.refusal = refusalOf(error) ?? this.refusal;
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
  // Windows that lost the same server do not all come back at the same moment.
  return pauseMs * (0.5 + Math.random() / 2);
}

function tlsOptions(moreAuthorities: readonly string[]) {
  // Those that are named replace Node's own.
  return {
    tls: true as const,
    ...(moreAuthorities.length > 0 ? { ca: [...rootCertificates, ...moreAuthorities] } : {}),
  };
}
