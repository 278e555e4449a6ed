import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import {
  type SettingKey,
  type Settings,
  type SettingValues,
  settingDefinitions,
  settingKeys,
} from '../core/settings.ts';
import { valueInForce } from './settingLayers.ts';

const section = 'slipstream';

export interface ProxySettings {
  readonly support: string;
  readonly address: string;
  /** Hosts that are reached without one. */
  readonly exceptions: readonly string[];
}

/** Settings from VS Code: the only reader of its configuration. */
export class VsCodeSettings implements Settings, Disposable {
  private readonly resources = new ResourceManager('settings');
  private readonly onInvalid: (message: string) => void;
  private readonly told = new Set<SettingKey>();
  /**
   * What was read, until something changes: VS Code looks through all layers of its configuration for
   * each question, and a request to a model asks dozens.
   */
  private readonly known = new Map<SettingKey, SettingValues[SettingKey]>();
  private knownProxy: ProxySettings | undefined;

  /** @param onInvalid Hears once of each setting whose value can't be used. */
  constructor(onInvalid: (message: string) => void) {
    this.onInvalid = onInvalid;
    this.resources.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        this.forget();
        for (const key of settingKeys.filter((one) => affects(event, one))) {
          this.told.delete(key);
        }
      }),
    );
    // Added before any listener of others, who read the settings when they hear of a change.
    this.resources.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.forget()));
  }

  get<Key extends SettingKey>(key: Key): SettingValues[Key] {
    if (this.known.has(key)) {
      // Kept below under this very key.
      return this.known.get(key) as SettingValues[Key];
    }
    const value = this.read(key);
    this.known.set(key, value);
    return value;
  }

  onDidChange(key: SettingKey, listener: () => void): Disposable {
    const resources = this.resources.child(key);
    resources.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affects(event, key)) {
          listener();
        }
      }),
    );
    if (settingDefinitions[key].scope === 'window') {
      resources.add(vscode.workspace.onDidGrantWorkspaceTrust(listener));
    }
    return resources;
  }

  /** Sets the user's own value; undefined takes it back to the default. */
  async update<Key extends SettingKey>(
    key: Key,
    value: SettingValues[Key] | undefined,
  ): Promise<void> {
    await vscode.workspace
      .getConfiguration(section)
      .update(key, value, vscode.ConfigurationTarget.Global);
  }

  /** VS Code's own settings about proxies. */
  proxy(): ProxySettings {
    this.knownProxy ??= readProxy();
    return this.knownProxy;
  }

  /** VS Code's own setting on whether the machine's certificates are trusted. */
  trustsSystemCertificates(): boolean {
    return vscode.workspace.getConfiguration('http').get('systemCertificates', true);
  }

  dispose(): void {
    this.resources.dispose();
  }

  private read<Key extends SettingKey>(key: Key): SettingValues[Key] {
    const definition = settingDefinitions[key];
    const layers = vscode.workspace.getConfiguration(section).inspect(key);
    const raw = valueInForce(layers, definition.scope, vscode.workspace.isTrusted);
    if (raw === undefined) {
      return definition.default;
    }
    const value = definition.parse(raw);
    if (value === undefined) {
      this.tellInvalid(key);
      return definition.default;
    }
    return value;
  }

  private forget(): void {
    this.known.clear();
    this.knownProxy = undefined;
  }

  private tellInvalid(key: SettingKey): void {
    if (this.told.has(key)) {
      return;
    }
    this.told.add(key);
    const definition = settingDefinitions[key];
    this.onInvalid(
      `The value of the setting ${section}.${key} can't be used: ${definition.expected} is expected. The default is used instead.`,
    );
  }
}

function readProxy(): ProxySettings {
  const http = vscode.workspace.getConfiguration('http');
  return {
    support: http.get('proxySupport', 'override'),
    address: http.get('proxy', '') ?? '',
    exceptions: http.get<readonly string[]>('noProxy', []) ?? [],
  };
}

function affects(event: vscode.ConfigurationChangeEvent, key: SettingKey): boolean {
  return event.affectsConfiguration(`${section}.${key}`);
}
