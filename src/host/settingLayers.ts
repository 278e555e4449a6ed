import type { SettingScope } from '../core/settings.ts';

/** Where a setting's value may come from, as VS Code's `inspect` tells it. */
export interface SettingLayers {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/**
 * The value that counts, undefined where nobody set one. VS Code ignores workspace values of machine
 * settings by itself; deciding it here as well keeps that true for a folder that nobody trusts.
 */
export function valueInForce(
  layers: SettingLayers | undefined,
  scope: SettingScope,
  isTrusted: boolean,
): unknown {
  if (!layers) {
    return undefined;
  }
  if (scope === 'machine' || !isTrusted) {
    return layers.globalValue;
  }
  return layers.workspaceFolderValue ?? layers.workspaceValue ?? layers.globalValue;
}
