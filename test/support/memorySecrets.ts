import type * as vscode from 'vscode';
import { Emitter } from '../../src/base/emitter.ts';
import type { Disposable } from '../../src/base/lifecycle.ts';

/** VS Code's secret storage, in memory. */
export class MemorySecrets implements vscode.SecretStorage {
  readonly kept = new Map<string, string>();
  private readonly changes = new Emitter<vscode.SecretStorageChangeEvent>();

  /** How often it was asked. */
  reads = 0;

  async get(key: string): Promise<string | undefined> {
    this.reads += 1;
    return this.kept.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
    this.changes.fire({ key });
  }

  async delete(key: string): Promise<void> {
    this.kept.delete(key);
    this.changes.fire({ key });
  }

  onDidChange(listener: (event: vscode.SecretStorageChangeEvent) => unknown): Disposable {
    return this.changes.event(listener);
  }
}
