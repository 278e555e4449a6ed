import type { Clock } from '../../../base/clock.ts';
import { hostOf, type OnlineConnection } from '../connection.ts';
import { describeDuration } from '../describeDuration.ts';
import type { ModelFailure, Outcome } from '../request.ts';
import { CircuitBreaker } from './circuitBreaker.ts';
import { EndpointHealth } from './endpointHealth.ts';

/** How long an endpoint is left out that takes no key or has no credit: people change that, ms. */
const refusalMs = 300_000;

/** One endpoint, with what its answers have told of it. */
export class Endpoint {
  readonly connection: OnlineConnection;
  private readonly clock: Clock;
  private readonly breaker: CircuitBreaker;
  private readonly health: EndpointHealth;
  /** Until when it asked to be left alone, by `clock.now()`. */
  private askedUntilMs = 0;
  /** Until when it is left out because it refused the key. */
  private refusedUntilMs = 0;

  constructor(connection: OnlineConnection, clock: Clock) {
    this.connection = connection;
    this.clock = clock;
    this.breaker = new CircuitBreaker(clock);
    this.health = new EndpointHealth(clock);
  }

  get url(): string {
    return this.connection.endpoint;
  }

  get host(): string {
    return hostOf(this.url);
  }

  get isMeasured(): boolean {
    return this.health.isMeasured;
  }

  /** Whether the next request is to find out how it does after failures. */
  get isRecovering(): boolean {
    return this.breaker.state !== 'closed';
  }

  /** How long it does not want to be asked, as it said itself, milliseconds; 0 where it does. */
  get unwillingMs(): number {
    return Math.max(0, Math.max(this.askedUntilMs, this.refusedUntilMs) - this.clock.now());
  }

  /** Until it should be asked again, milliseconds; 0 for now. */
  get waitMs(): number {
    return Math.max(this.unwillingMs, this.breaker.waitMs);
  }

  /** Why it is left out, as a part of a sentence. */
  get state(): string {
    const now = this.clock.now();
    if (this.askedUntilMs > now) {
      return `it asked to wait ${describeDuration(this.askedUntilMs - now)}`;
    }
    if (this.refusedUntilMs > now) {
      return 'it did not accept its key';
    }
    const { failuresInARow, waitMs } = this.breaker;
    return waitMs > 0
      ? `it failed ${failuresInARow} times in a row and is asked again in ${describeDuration(waitMs)}`
      : 'it is ready';
  }

  isFor({ kind, endpoint, apiKey }: OnlineConnection): boolean {
    const mine = this.connection;
    return mine.endpoint === endpoint && mine.kind === kind && mine.apiKey === apiKey;
  }

  score(unmeasured: number): number {
    return this.health.score(unmeasured);
  }

  tried(): void {
    this.breaker.tried();
  }

  /** Its answer has begun. @param slowness Its time to the first event, as a share of the usual one. */
  began(slowness: number): void {
    this.health.noteBegun(slowness);
    this.askedUntilMs = 0;
    this.refusedUntilMs = 0;
    if (this.isRecovering) {
      this.breaker.succeeded();
    }
  }

  ended(outcome: Outcome): void {
    if (outcome.kind === 'done') {
      this.health.noteDone();
      this.breaker.succeeded();
    } else if (outcome.kind === 'failed') {
      this.failed(outcome.failure);
    }
  }

  private failed({ kind, retryAfterMs }: ModelFailure): void {
    const now = this.clock.now();
    this.refusedUntilMs = 0;
    if (retryAfterMs !== undefined) {
      this.askedUntilMs = now + retryAfterMs;
    }
    switch (kind) {
      case 'connection':
      case 'stalled':
      case 'server':
      case 'overloaded':
      case 'protocol':
        this.health.noteFailure();
        this.breaker.failed();
        return;
      case 'authentication':
      case 'billing':
        this.refusedUntilMs = now + refusalMs;
        this.breaker.succeeded();
        return;
      default:
        // It has answered: with a limit of its own, or that the request is wrong.
        this.breaker.succeeded();
    }
  }
}
