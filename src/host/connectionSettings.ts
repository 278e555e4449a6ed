import { Emitter, type Event } from '../base/emitter.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import type { Connection, ConnectionProvider } from '../core/model/connection.ts';
import type { SettingKey, Settings } from '../core/settings.ts';
import { chooseTarget, connectTo, type Target } from './connectionChoice.ts';
import type { Environment } from './environment.ts';
import type { ApiKeys } from './secrets.ts';

const connectionKeys: readonly SettingKey[] = ['endpoint', 'endpointKind'];

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
  private toldProblem: string | undefined;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.changes = this.resources.add(new Emitter<void>());
    const tell = (): void => this.changes.fire();
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
    const target = this.target();
    this.tellProblem(target.problem);
    const storedKey =
      target.problem === undefined ? await this.parts.keys.read(target.endpoint) : undefined;
    return connectTo(target, storedKey);
  }

  /** The server that requests would go to, even while its key is missing. */
  target(): Target {
    const { settings, environment } = this.parts;
    return chooseTarget({
      endpoint: settings.get('endpoint'),
      endpointKind: settings.get('endpointKind'),
      environmentUrl: environment.baseUrl,
      environmentKey: environment.apiKey,
    });
  }

  dispose(): void {
    this.resources.dispose();
  }

  private tellProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.toldProblem) {
      this.parts.onProblem(problem);
    }
    this.toldProblem = problem;
  }
}
