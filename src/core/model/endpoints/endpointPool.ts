import type { Clock } from '../../../base/clock.ts';
import type { OnlineConnection } from '../connection.ts';
import type { ModelRequest } from '../request.ts';
import { Endpoint } from './endpoint.ts';
import type { TryWatch } from './tryWatch.ts';

/**
 * A thread leaves its endpoint, and with it the prompt cache there, only for one that is rated this many
 * times better: reading a long prompt anew takes about as long again as the answer's beginning.
 */
const betterForThread = 2;
/** Without a prompt cache at stake, the lead that is more than chance between two measurements. */
const betterForAny = 1.25;
/**
 * The rating of an endpoint before its first answer, where nothing is at stake: good enough that it is
 * tried once, since the quickest is found only by measuring.
 */
const unmeasuredScore = 0.6;
/** Weight of the newest answer in what is usual: follows a day's changes, not a slow minute. */
const usualShare = 0.05;
/** Threads whose endpoint is remembered: more than are worked on in one window. */
const maxHomes = 200;

/** Where a try goes, and who shall hear how it went. */
export interface Choice {
  readonly connection: OnlineConnection;
  readonly watch: Pick<TryWatch, 'began' | 'ended'>;
}

/** What retrying asks of the endpoints. */
export interface Failover {
  /** Whether an endpoint outside `avoid` may be asked now. */
  hasOther(avoid: readonly string[]): boolean;
  /** Until the first endpoint wants to be asked, milliseconds; 0 where one does now. */
  waitMs(): number;
}

/** Picks the endpoint of each try: healthy before quick, and the same one for a thread. */
export class EndpointPool implements Failover {
  private readonly clock: Clock;
  private endpoints: readonly Endpoint[] = [];
  /** Base URL by thread, the longest unused first. */
  private readonly homes = new Map<string, string>();
  /** What requests without a thread went to last. */
  private favourite: string | undefined;
  /** The usual time to the first event by kind of request, milliseconds. */
  private readonly usualMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @param connections At least one; the main one first. */
  choose(connections: readonly OnlineConnection[], request: ModelRequest): Choice {
    this.update(connections);
    const { endpoint, reason } = this.pick(request);
    if (this.endpoints.length > 1) {
      request.trail?.note('failover', `${endpoint.host}: ${reason}`);
    }
    endpoint.tried();
    return { connection: endpoint.connection, watch: this.watch(endpoint, request) };
  }

  /** Where a request without a thread would go now. */
  likely(connections: readonly OnlineConnection[]): OnlineConnection | undefined {
    this.update(connections);
    return this.bestForAny(this.ready([]))?.connection ?? connections[0];
  }

  hasOther(avoid: readonly string[]): boolean {
    return this.ready(avoid).length > 0;
  }

  waitMs(): number {
    const waits = this.endpoints.map((endpoint) => endpoint.unwillingMs);
    return waits.length === 0 ? 0 : Math.min(...waits);
  }

  /** Keeps what is known of endpoints that are still there, unless they have got another key. */
  private update(connections: readonly OnlineConnection[]): void {
    const isSame =
      connections.length === this.endpoints.length &&
      connections.every((connection, at) => this.endpoints[at]?.isFor(connection));
    if (!isSame) {
      this.endpoints = connections.map(
        (connection) =>
          this.endpoints.find((endpoint) => endpoint.isFor(connection)) ??
          new Endpoint(connection, this.clock),
      );
    }
  }

  private pick(request: ModelRequest): Picked {
    const { threadId, avoidEndpoints: avoid = [] } = request;
    const ready = this.ready(avoid);
    const homeUrl = threadId === undefined ? this.favourite : this.homes.get(threadId);
    const home = this.endpoints.find((endpoint) => endpoint.url === homeUrl);
    const best = home && threadId !== undefined ? lowest(ready, 1) : this.bestForAny(ready);
    if (!best) {
      return this.pickUnready(avoid);
    }
    if (home && threadId !== undefined && ready.includes(home)) {
      return isMuchSlower(home, best)
        ? { endpoint: best, reason: `${home.host}, where the thread was, has become much slower.` }
        : { endpoint: home, reason: 'the thread stays where its prompt cache is.' };
    }
    return { endpoint: best, reason: this.reasonFor(best, home, avoid) };
  }

  /** The one that was used last, unless another has a clear lead. */
  private bestForAny(ready: readonly Endpoint[]): Endpoint | undefined {
    const best = lowest(ready, unmeasuredScore);
    const favourite = ready.find((endpoint) => endpoint.url === this.favourite) ?? ready[0];
    const isClear =
      best &&
      favourite &&
      best.score(unmeasuredScore) * betterForAny <= favourite.score(unmeasuredScore);
    return favourite && !isClear ? favourite : best;
  }

  /** Nothing is ready: the one that is so first, those that failed just now last. */
  private pickUnready(avoid: readonly string[]): Picked {
    const others = this.endpoints.filter((endpoint) => !avoid.includes(endpoint.url));
    const [first, ...rest] = others.length > 0 ? others : this.endpoints;
    if (!first) {
      throw new RangeError('An endpoint is chosen from at least one.');
    }
    const endpoint = rest.reduce((one, two) => (two.waitMs < one.waitMs ? two : one), first);
    return { endpoint, reason: `none is ready, and this one is so first: ${endpoint.state}.` };
  }

  private reasonFor(best: Endpoint, home: Endpoint | undefined, avoid: readonly string[]): string {
    if (best.isRecovering) {
      return 'asked again, to see whether it has recovered.';
    }
    const failed = this.endpoints.filter((endpoint) => avoid.includes(endpoint.url));
    if (failed.length > 0) {
      return `asked next, because ${failed.map(({ host }) => host).join(' and ')} failed.`;
    }
    if (home && home !== best && home.waitMs > 0) {
      return `${home.host} is left out: ${home.state}.`;
    }
    return best.isMeasured
      ? 'healthy, and as quick as any other.'
      : 'healthy so far, and its speed is not known yet.';
  }

  private ready(avoid: readonly string[]): readonly Endpoint[] {
    return this.endpoints.filter(
      (endpoint) => endpoint.waitMs === 0 && !avoid.includes(endpoint.url),
    );
  }

  private watch(endpoint: Endpoint, request: ModelRequest): Choice['watch'] {
    const startMs = this.clock.now();
    return {
      began: () => {
        this.settle(endpoint, request.threadId);
        endpoint.began(this.slowness(request, this.clock.now() - startMs));
      },
      ended: (outcome) => endpoint.ended(outcome),
    };
  }

  /** An answer has begun there: the prompt is in its cache from now on. */
  private settle({ url, isMeasured }: Endpoint, threadId: string | undefined): void {
    if (threadId === undefined) {
      // The first answer only measures: where it shows no lead, the one before stays the favourite.
      this.favourite = isMeasured ? url : this.favourite;
      return;
    }
    this.homes.delete(threadId);
    this.homes.set(threadId, url);
    const [oldest] = this.homes.keys();
    if (this.homes.size > maxHomes && oldest !== undefined) {
      this.homes.delete(oldest);
    }
  }

  /** A time as a share of what is usual for such a request, whichever endpoint it went to. */
  private slowness({ surface, model }: ModelRequest, firstEventMs: number): number {
    const kind = `${surface} ${model}`;
    const usualMs = this.usualMs.get(kind) ?? firstEventMs;
    this.usualMs.set(kind, usualMs + usualShare * (firstEventMs - usualMs));
    return usualMs > 0 ? firstEventMs / usualMs : 1;
  }
}

interface Picked {
  readonly endpoint: Endpoint;
  /** The rest of a sentence that begins with the endpoint's name. */
  readonly reason: string;
}

function isMuchSlower(home: Endpoint, best: Endpoint): boolean {
  return home.score(1) > best.score(1) * betterForThread;
}

/** The first of those with the lowest score. */
function lowest(endpoints: readonly Endpoint[], unmeasured: number): Endpoint | undefined {
  const [first, ...rest] = endpoints;
  return (
    first &&
    rest.reduce((one, two) => (two.score(unmeasured) < one.score(unmeasured) ? two : one), first)
  );
}
