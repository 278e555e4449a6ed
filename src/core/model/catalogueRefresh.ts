import type { Clock } from '../../base/clock.ts';
import { modelListsTable } from '../store/routerSchema.ts';
import type { StoreConnection } from '../store/storeConnection.ts';
import type { OnlineConnection } from './connection.ts';
import type { LiveCatalogue } from './liveCatalogue.ts';
import { type ModelFacts, parseModelFacts } from './modelFacts.ts';

/** Models come and go in weeks: once a day is often enough. */
const refreshAfterMs = 24 * 60 * 60_000;

export interface CatalogueRefreshParts {
  readonly catalogue: () => Promise<LiveCatalogue>;
  readonly store: Pick<StoreConnection, 'read' | 'write' | 'database'>;
  readonly clock: Clock;
  /** Where requests go; undefined where that is no endpoint with a list to trust. */
  readonly connection: () => Promise<OnlineConnection | undefined>;
  /** Asks an endpoint for its list: the answer as it came. */
  readonly requestList: (connection: OnlineConnection) => Promise<unknown>;
  /** Told of what failed, for the log: nobody waits for the list. */
  readonly onProblem: (error: unknown) => void;
}

/** Keeps the catalogue in step with what the endpoint in use says of its models. */
export class CatalogueRefresh {
  private readonly parts: CatalogueRefreshParts;
  /** The endpoint whose word the catalogue has. */
  private current: string | undefined;
  /** When each endpoint was last asked, answered or not: milliseconds since 1970. */
  private readonly askedAt = new Map<string, number>();

  constructor(parts: CatalogueRefreshParts) {
    this.parts = parts;
  }

  /** Takes in what is kept of the endpoint in use. Never rejects. */
  restore(): Promise<void> {
    return this.quietly(async () => {
      await this.restoreFor(await this.parts.connection());
    });
  }

  /** A request has been answered: asks for the list where it is a day old. Never rejects. */
  requestSucceeded(): Promise<void> {
    return this.quietly(async () => {
      const connection = await this.parts.connection();
      await this.restoreFor(connection);
      const now = this.parts.clock.wallTime();
      const askedAt = connection && this.askedAt.get(connection.endpoint);
      if (connection && (askedAt === undefined || now - askedAt >= refreshAfterMs)) {
        this.askedAt.set(connection.endpoint, now);
        await this.refresh(connection, now);
      }
    });
  }

  private async restoreFor(connection: OnlineConnection | undefined): Promise<void> {
    const endpoint = connection?.endpoint;
    if (endpoint === this.current) {
      return;
    }
    this.current = endpoint;
    const kept = endpoint === undefined ? undefined : await this.read(endpoint);
    if (this.current === endpoint) {
      (await this.parts.catalogue()).setFacts(kept);
    }
  }

  private async read(endpoint: string): Promise<readonly ModelFacts[] | undefined> {
    const { store } = this.parts;
    const row = await store.read(() =>
      store.database.get('SELECT read_at, facts FROM model_lists WHERE endpoint = ?', [endpoint]),
    );
    if (!row) {
      return undefined;
    }
    const askedAt = Math.max(Number(row['read_at']), this.askedAt.get(endpoint) ?? 0);
    this.askedAt.set(endpoint, askedAt);
    return parseModelFacts(JSON.parse(String(row['facts'])));
  }

  private async refresh(connection: OnlineConnection, now: number): Promise<void> {
    const { endpoint } = connection;
    const answer = await this.parts.requestList(connection);
    const facts = parseModelFacts(answer);
    // An empty list would leave nothing to choose from: it says more of the gateway than of models.
    if (facts.length === 0) {
      return;
    }
    if (this.current === endpoint) {
      (await this.parts.catalogue()).setFacts(facts);
    }
    const row = { endpoint, read_at: now, facts: JSON.stringify(answer) };
    this.parts.store
      .write([{ kind: 'put', table: modelListsTable, row }])
      .catch((error: unknown) => this.parts.onProblem(error));
  }

  private async quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.parts.onProblem(error);
    }
  }
}
