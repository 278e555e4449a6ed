import type { RedisConnection } from './redisConnection.ts';
import type { SharedName } from './sharedNames.ts';
import type { SharedValues } from './sharedValues.ts';

export interface ForgottenLogOptions {
  readonly values: SharedValues;
  /** Told of globs that another window has forgotten for the team. */
  readonly onForgotten: (glob: string) => void;
}

/** A window that was away for longer may keep what was forgotten meanwhile, until it expires. */
const keptMs = 24 * 3_600_000;
/** More of them within that time are not told one by one to who was away. */
const maxKept = 1_000;
/** Stands for all keys of the project. */
const anyKey = '*:*:*:*::*:*';

/**
 * What a team forgets, told to all its windows: a stream in which each glob is sealed with the team's
 * key, so that nobody else learns what it is or empties caches. Redis tells who follows it by tracking
 * its key; who was away reads on from where it was. Values are not tracked: of them it would also be
 * told that they expired or had to go, which is no reason to forget them here.
 */
export class ForgottenLog {
  private readonly connection: RedisConnection;
  private readonly options: ForgottenLogOptions;
  /** The last one read of each stream. */
  private readonly places = new Map<string, string>();
  private reading: Promise<void> = Promise.resolve();

  constructor(connection: RedisConnection, options: ForgottenLogOptions) {
    this.connection = connection;
    this.options = options;
    connection.onDidConnect.event(() => this.follow());
    connection.onDidInvalidate.event(() => this.readOn());
  }

  /** Tells the others; rejects where the server cannot be asked. */
  async add(glob: string): Promise<void> {
    const { client } = this.connection;
    for (const name of this.names()) {
      const sealed = this.options.values.sealText(glob, name, keptMs);
      if (!sealed) {
        continue;
      }
      const key = streamKey(name);
      await Promise.all([
        client.xAdd(
          key,
          '*',
          { sealed: Buffer.from(sealed) },
          { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: maxKept } },
        ),
        client.pExpire(key, keptMs),
      ]);
    }
  }

  /** What is tracked is a matter of the connection. */
  private follow(): void {
    const prefixes = this.names().flatMap((name) => ['PREFIX', streamKey(name)]);
    if (prefixes.length === 0) {
      return;
    }
    const { client } = this.connection;
    Promise.all([
      // The client has turned it on for all that is read.
      client.sendCommand(['CLIENT', 'TRACKING', 'OFF']),
      client.sendCommand(['CLIENT', 'TRACKING', 'ON', 'BCAST', ...prefixes]),
    ]).then(
      () => this.readOn(),
      // The connection is gone again: the next one follows anew.
      () => undefined,
    );
  }

  private readOn(): void {
    this.reading = this.reading
      .then(() => Promise.all(this.names().map((name) => this.readStream(name))))
      .then(
        () => undefined,
        // As above.
        () => undefined,
      );
  }

  private async readStream(name: SharedName): Promise<void> {
    const key = streamKey(name);
    const from = this.places.get(key);
    const entries = await this.connection.client.xRange(
      key,
      from === undefined ? '-' : `(${from}`,
      '+',
    );
    for (const { id, message } of entries ?? []) {
      this.places.set(key, String(id));
      const sealed = Object.entries(message).find(([field]) => field === 'sealed')?.[1];
      const glob = sealed && this.options.values.openText(Buffer.from(sealed), name);
      if (typeof glob === 'string') {
        this.options.onForgotten(glob);
      }
    }
  }

  private names(): readonly SharedName[] {
    return this.options.values.names.namesOf(anyKey).map(({ segments, key }) => ({
      segments: [...segments.slice(0, 2), 'forgotten'],
      key,
    }));
  }
}

function streamKey({ segments: [team, project, last] }: SharedName): string {
  return `slipstream:${team}:${last}:${project}`;
}
