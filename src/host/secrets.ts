import type * as vscode from 'vscode';
import type { Disposable } from '../base/lifecycle.ts';
import { anthropicEndpoint } from '../core/model/connection.ts';

const keyPrefix = 'slipstream.apiKey';

/**
 * API keys in VS Code's secret storage, one for each server, so that a key is never sent anywhere
 * but to the server it was given for.
 */
export class ApiKeys implements Disposable {
  private readonly secrets: vscode.SecretStorage;
  private readonly changes: Disposable;
  /**
   * What was read, until any key changes. The storage is asked across processes, which every request
   * to a model would wait for.
   */
  private readonly known = new Map<string, Promise<string | undefined>>();

  constructor(secrets: vscode.SecretStorage) {
    this.secrets = secrets;
    this.changes = secrets.onDidChange(() => this.known.clear());
  }

  async read(endpoint: string): Promise<string | undefined> {
    const name = secretName(endpoint);
    const known = this.known.get(name);
    if (known) {
      return known;
    }
    const reading = Promise.resolve(this.secrets.get(name));
    this.known.set(name, reading);
    reading.catch(() => this.known.delete(name));
    return reading;
  }

  async save(endpoint: string, key: string): Promise<void> {
    await this.secrets.store(secretName(endpoint), key.trim());
    this.known.clear();
  }

  async clear(endpoint: string): Promise<void> {
    await this.secrets.delete(secretName(endpoint));
    this.known.clear();
  }

  dispose(): void {
    this.changes.dispose();
    this.known.clear();
  }

  /** Tells of keys saved or cleared, in other windows too. */
  onDidChange(listener: () => void): Disposable {
    return this.secrets.onDidChange((event) => {
      if (event.key.startsWith(keyPrefix)) {
        listener();
      }
    });
  }
}

function secretName(endpoint: string): string {
  const { origin } = new URL(endpoint);
  return origin === anthropicEndpoint ? keyPrefix : `${keyPrefix}:${origin}`;
}
