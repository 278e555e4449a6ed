import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import { RedisTier, type RedisTierOptions } from '../../../../src/core/cache/redisTier.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { type RedisServer, startRedis } from '../../../support/servers/redisServer.ts';
import { createMember, type Member } from '../../../support/team/sharedKit.ts';

/** A member of a team with a tier on the test's Redis. */
export interface RedisMember extends Member {
  readonly tier: RedisTier;
  /** Globs that another member had the team forget. */
  readonly forgotten: string[];
  /** Why the server took nobody here, each time that was told. */
  readonly refused: string[];
}

interface MemberOptions extends Partial<Pick<RedisTierOptions, 'url' | 'password'>> {
  readonly teamKeys?: string;
  readonly machine?: string;
  readonly clock?: Clock;
  readonly moreAuthorities?: readonly string[];
}

/** A Redis of a suite, and the members that a test adds to it. */
export class RedisKit {
  readonly teamKeys = createTeamKeyText();
  private readonly members: RedisMember[] = [];
  private started: RedisServer | undefined;

  get server(): RedisServer {
    if (!this.started) {
      throw new Error('The server was not started.');
    }
    return this.started;
  }

  async start(...args: readonly string[]): Promise<void> {
    this.started = await startRedis(...args);
  }

  async stop(): Promise<void> {
    await this.started?.dispose();
  }

  /** Connected, unless it does not get there. */
  async member(options: MemberOptions = {}): Promise<RedisMember> {
    const member = this.connecting(options);
    await until(() => member.tier.figures.state === 'ready');
    return member;
  }

  connecting(options: MemberOptions = {}): RedisMember {
    const { clock = systemClock, url = this.server.url, password, moreAuthorities } = options;
    const { teamKeys = this.teamKeys, machine = 'm' } = options;
    const member = createMember(clock, { teamKeys, machine });
    const forgotten: string[] = [];
    const refused: string[] = [];
    const tier = new RedisTier({
      url,
      ...(password === undefined ? {} : { password }),
      ...(moreAuthorities ? { moreAuthorities } : {}),
      values: member.values,
      clock,
      onForgotten: (glob) => forgotten.push(glob),
      onRefused: (reason) => refused.push(reason),
    });
    const joined = { ...member, tier, forgotten, refused };
    this.members.push(joined);
    return joined;
  }

  /** To be called after each test: ends the members and empties the server. */
  async clean(): Promise<void> {
    for (const { tier } of this.members.splice(0)) {
      tier.dispose();
    }
    await this.ask('FLUSHALL');
  }

  /** Sends a command as whoever runs the server may. */
  async ask(...command: readonly string[]): Promise<unknown> {
    return withClient(this.server.url, (client) => client.sendCommand([...command]));
  }

  /** What the server says of itself, for example `stats.total_reads_processed`. */
  async info(field: string): Promise<number> {
    const text = String(await this.ask('INFO', 'everything'));
    return Number(new RegExp(`^${field}:(.*)\\r?$`, 'm').exec(text)?.[1]);
  }

  /** The keys of the server. */
  async keys(): Promise<string[]> {
    return (await this.ask('KEYS', '*')) as string[];
  }
}

const connectable = (url: string) => createClient({ url });
type TestClient = ReturnType<typeof connectable>;

export async function withClient<T>(
  url: string,
  work: (client: TestClient) => Promise<T>,
): Promise<T> {
  const client = connectable(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** Waits for what comes; the suite's own limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await sleep(5);
  }
}
