import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import type { Disposable } from '../../../src/base/lifecycle.ts';
import {
  type SettingKey,
  type SettingValues,
  settingDefinitions,
} from '../../../src/core/settings.ts';
import { ConnectionSettings } from '../../../src/host/connectionSettings.ts';
import { ApiKeys } from '../../../src/host/secrets.ts';
import { MemorySecrets } from '../../support/memorySecrets.ts';

/** Settings that hold what a test sets. */
class MemorySettings {
  private readonly values: Partial<SettingValues>;
  private readonly changes = new Emitter<SettingKey>();

  constructor(values: Partial<SettingValues>) {
    this.values = values;
  }

  get<Key extends SettingKey>(key: Key): SettingValues[Key] {
    return this.values[key] ?? settingDefinitions[key].default;
  }

  onDidChange(key: SettingKey, listener: () => void): Disposable {
    return this.changes.event((changed) => changed === key && listener());
  }

  tell(key: SettingKey): void {
    this.changes.fire(key);
  }
}

const anthropic = 'https://api.anthropic.com';
const gateway = 'https://gateway.example/team';

describe('ApiKeys', () => {
  let secrets: MemorySecrets;
  let keys: ApiKeys;

  beforeEach(() => {
    secrets = new MemorySecrets();
    keys = new ApiKeys(secrets);
  });

  it('keep a key for each server and give it to no other', async () => {
    await keys.save(anthropic, ' key-1 ');
    assert.equal(await keys.read(anthropic), 'key-1');
    assert.equal(await keys.read(gateway), undefined);
    await keys.save(gateway, 'key-2');
    await keys.clear(anthropic);
    assert.equal(await keys.read(anthropic), undefined);
    assert.equal(await keys.read('https://gateway.example'), 'key-2');
    assert.equal(await keys.read('http://gateway.example'), undefined);
  });

  it('are read once, and again when another window has changed one', async () => {
    await keys.save(anthropic, 'key-1');
    await keys.read(anthropic);
    await keys.read(anthropic);
    assert.equal(secrets.reads, 1);
    await new ApiKeys(secrets).save(anthropic, 'key-2');
    assert.equal(await keys.read(anthropic), 'key-2');
  });

  it('tell of their own changes only', async () => {
    let told = 0;
    const subscription = keys.onDidChange(() => {
      told += 1;
    });
    await secrets.store('somebody else', 'x');
    assert.equal(told, 0);
    await keys.save(anthropic, 'key');
    await keys.clear(anthropic);
    assert.equal(told, 2);
    subscription.dispose();
  });
});

describe('ConnectionSettings', () => {
  const environment = {
    apiKey: undefined,
    baseUrl: undefined,
    searchPath: undefined,
    variables: {},
  };

  it('connect once there is a key, and tell of it', async () => {
    const keys = new ApiKeys(new MemorySecrets());
    const settings = new MemorySettings({});
    const connection = new ConnectionSettings({
      settings,
      keys,
      environment,
      onProblem: assert.fail,
    });
    let told = 0;
    connection.onDidChange(() => {
      told += 1;
    });
    assert.deepEqual(await connection.current(), { kind: 'offline' });
    await keys.save(anthropic, 'key');
    assert.equal(told, 1);
    assert.deepEqual(await connection.current(), {
      kind: 'anthropic',
      endpoint: anthropic,
      apiKey: 'key',
    });
    settings.tell('endpoint');
    settings.tell('model');
    assert.equal(told, 2);
    connection.dispose();
    await keys.clear(anthropic);
    assert.equal(told, 2);
  });

  it('tell once of an address that can’t be used, and never ask for a key of it', async () => {
    const secrets = new MemorySecrets();
    const keys = new ApiKeys(secrets);
    const problems: string[] = [];
    const connection = new ConnectionSettings({
      settings: new MemorySettings({ endpoint: 'http://gateway.example' }),
      keys,
      environment: { ...environment, apiKey: 'env' },
      onProblem: (message) => problems.push(message),
    });
    await keys.save(anthropic, 'key');
    assert.deepEqual(await connection.current(), { kind: 'offline' });
    assert.deepEqual(await connection.current(), { kind: 'offline' });
    assert.equal(problems.length, 1);
    connection.dispose();
  });

  it('give each server that stands in its own key, and never another’s', async () => {
    const keys = new ApiKeys(new MemorySecrets());
    const problems: string[] = [];
    const other = 'https://other.example';
    const connection = new ConnectionSettings({
      settings: new MemorySettings({
        endpoint: gateway,
        'failover.endpoints': [
          other,
          'https://gateway.example/eu',
          'http://plain.example',
          gateway,
        ],
      }),
      keys,
      environment: { ...environment, apiKey: 'env' },
      onProblem: (message) => problems.push(message),
    });
    const asked = async (): Promise<(readonly [string, string | undefined])[]> =>
      (await connection.all()).map(({ endpoint, apiKey }) => [endpoint, apiKey] as const);
    const sameServer = ['https://gateway.example/eu', 'env'];
    assert.deepEqual(await asked(), [[gateway, 'env'], sameServer]);
    await asked();
    assert.equal(problems.length, 2, problems.join(' '));
    assert.match(problems.join(' '), /plain\.example.*other\.example can't stand in/s);
    await keys.save(other, 'its own');
    assert.deepEqual(await asked(), [[gateway, 'env'], [other, 'its own'], sameServer]);
    connection.dispose();
  });
});
