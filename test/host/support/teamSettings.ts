import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { VsCodeSettings } from '../../../src/host/settings.ts';

const keys = ['team.database', 'team.redis', 'team.cacheUrl'] as const;

/** What the user's settings say of a team's servers; empty where nothing was ever set. */
export function teamSettings(): Readonly<Record<string, unknown>> {
  const settings = vscode.workspace.getConfiguration('slipstream');
  const set = keys.map((key) => [key, settings.inspect(key)?.globalValue] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

export async function setTeamDatabase(address: string | undefined): Promise<void> {
  const settings = new VsCodeSettings(assert.fail);
  await settings.update('team.database', address);
  settings.dispose();
}

export async function forgetTeamSettings(): Promise<void> {
  const settings = new VsCodeSettings(assert.fail);
  for (const key of keys) {
    await settings.update(key, undefined);
  }
  settings.dispose();
}
