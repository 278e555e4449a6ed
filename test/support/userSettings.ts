import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What keeps a test's editor quiet: nothing opens, asks, updates or talks by itself. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'typescript.disableAutomaticTypeAcquisition': true,
  // A request of its own after each first turn: the tests of it switch it on.
  'slipstream.threads.nameByModel': false,
};

/** Writes the user's settings of a data folder: the quiet ones and, winning over them, `added`. */
export function writeUserSettings(
  userDataDir: string,
  added: Readonly<Record<string, unknown>> = {},
): void {
  const text = JSON.stringify({ ...quietSettings, ...added }, null, 2);
  // A server takes settings of machine scope from the second: the first is the browser's side.
  for (const layer of ['User', 'Machine']) {
    const folder = join(userDataDir, layer);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'settings.json'), text);
  }
}
