import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import { secretOrigin } from './teamAddress.ts';

const prefix = 'slipstream.team.';
const keyName = `${prefix}key`;
const knownName = `${prefix}origins`;
const announcedName = `${prefix}announced`;

/**
 * What opens a team's servers: a password or token for each, bound to the server and the user that it
 * was given for, and the team's key, which never leaves this machine. In VS Code's secret storage.
 */
export class TeamSecrets {
  private readonly secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.secrets = secrets;
  }

  /** The password, or token, for the server at this address; undefined where none is kept. */
  async password(address: string): Promise<string | undefined> {
    return this.secrets.get(passwordName(address));
  }

  /** Keeps it; an empty one forgets. */
  async savePassword(address: string, password: string): Promise<void> {
    const name = passwordName(address);
    if (password === '') {
      await this.secrets.delete(name);
      return;
    }
    // VS Code lists no secrets, and `forgetAll` has to find them.
    const known = await this.known();
    if (!known.includes(name)) {
      await this.secrets.store(knownName, JSON.stringify([...known, name]));
    }
    await this.secrets.store(name, password);
  }

  /** The team's key, as it is handed from member to member; undefined where there is none. */
  async key(): Promise<string | undefined> {
    return this.secrets.get(keyName);
  }

  async saveKey(key: string): Promise<void> {
    await this.secrets.store(keyName, key.trim());
  }

  /**
   * Has every window try the team's servers again. VS Code tells of no secret and no setting that stays
   * as it was, and a server that refused us may let us in now.
   */
  async announce(): Promise<void> {
    await this.secrets.store(announcedName, randomUUID());
  }

  /** Forgets all passwords, tokens and the key. */
  async forgetAll(): Promise<void> {
    for (const name of [...(await this.known()), knownName, keyName, announcedName]) {
      await this.secrets.delete(name);
    }
  }

  /** Tells of secrets of the team that were kept or forgotten, in other windows too. */
  onDidChange(listener: () => void): Disposable {
    return this.secrets.onDidChange(({ key }) => {
      if (key.startsWith(prefix) && key !== knownName) {
        listener();
      }
    });
  }

  private async known(): Promise<readonly string[]> {
    const text = await this.secrets.get(knownName);
    const names: unknown = text === undefined ? [] : JSON.parse(text);
    return Array.isArray(names) ? names.map(String) : [];
  }
}

function passwordName(address: string): string {
  return `${prefix}password:${secretOrigin(address)}`;
}
