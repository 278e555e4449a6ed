import { Emitter, type Event } from '../base/emitter.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import {
  type Connection,
  type ConnectionProvider,
  hostOf,
  isOnline,
  type OnlineConnection,
} from '../core/model/connection.ts';
import type { SettingKey, Settings } from '../core/settings.ts';
import {
  type ConnectionSources,
  chooseStandIns,
  chooseTarget,
  connectTo,
  type Target,
} from './connectionChoice.ts';
import type { Environment } from './environment.ts';
import type { ApiKeys } from './secrets.ts';

const connectionKeys: readonly SettingKey[] = ['endpoint', 'endpointKind', 'failover.endpoints'];

export interface ConnectionParts {
  readonly settings: Settings;
  readonly keys: ApiKeys;
  readonly environment: Environment;
  /** Hears once of each address that can't be used. */
  readonly onProblem: (message: string) => void;
}

/** Where requests go: settings first, then the environment; keys from VS Code's secret storage. */
export class ConnectionSettings implements ConnectionProvider, Disposable {
  private readonly resources = new ResourceManager('connection');
  private readonly parts: ConnectionParts;
  private readonly changes: Emitter<void>;
  private readonly toldProblems = new Set<string>();

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.changes = this.resources.add(new Emitter<void>());
    const tell = (): void => {
      this.toldProblems.clear();
      this.changes.fire();
    };
    for (const key of connectionKeys) {
      this.resources.add(parts.settings.onDidChange(key, tell));
    }
    this.resources.add(parts.keys.onDidChange(tell));
  }

  /** Tells that the connection may be another one now. */
  get onDidChange(): Event<void> {
    return this.changes.event;
  }

  async current(): Promise<Connection> {
    if (this.parts.settings.get('endpointKind') === 'vscode') {
      return { kind: 'editor' };
    }
    const target = this.target();
    this.tellProblem(target.problem);
    return this.connect(target);
  }

  /** One that lacks a key it needs is left out: nothing is sent there until the user sets one. */
  async all(): Promise<readonly OnlineConnection[]> {
    const main = await this.current();
    if (!isOnline(main)) {
      return [];
    }
    const others = await Promise.all(this.standIns().map((target) => this.standIn(target)));
    return [main, ...others.filter(isOnline)];
  }

  /** The server that requests would go to, even while its key is missing. */
  target(): Target {
    const { settings, environment } = this.parts;
    return chooseTarget({
      endpoint: settings.get('endpoint'),
      endpointKind: this.endpointKind(),
      environmentUrl: environment.baseUrl,
      environmentKey: environment.apiKey,
    });
  }

  /** The servers that may stand in for that one, even while their keys are missing. */
  standIns(): readonly Target[] {
    const { settings } = this.parts;
    const addresses = settings.get('failover.endpoints');
    return addresses.length === 0
      ? []
      : chooseStandIns(this.target(), addresses, this.endpointKind());
  }

  dispose(): void {
    this.resources.dispose();
  }

  /** What a server is taken for while VS Code's own models answer instead. */
  private endpointKind(): ConnectionSources['endpointKind'] {
    const kind = this.parts.settings.get('endpointKind');
    return kind === 'vscode' ? 'auto' : kind;
  }

  private async connect(target: Target): Promise<Connection> {
    const storedKey =
      target.problem === undefined ? await this.parts.keys.read(target.endpoint) : undefined;
    return connectTo(target, storedKey);
  }

  private async standIn(target: Target): Promise<Connection> {
    const connection = await this.connect(target);
    const isKeyMissing = connection.kind === 'offline' && target.problem === undefined;
    this.tellProblem(
      isKeyMissing
        ? `${hostOf(target.endpoint)} can't stand in for other servers, because no key is kept for it. Run “Slipstream: Set API key” to enter one.`
        : target.problem,
    );
    return connection;
  }

  /** Tells each problem once, until something about the connection changes. */
  private tellProblem(problem: string | undefined): void {
    if (problem !== undefined && !this.toldProblems.has(problem)) {
      this.toldProblems.add(problem);
      this.parts.onProblem(problem);
    }
  }
}
