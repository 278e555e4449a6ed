import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';
import { liveResourceManagers } from '../../src/base/lifecycle.ts';
import { type SettingKey, settingDefinitions, settingKeys } from '../../src/core/settings.ts';
import { activate, deactivate } from '../../src/extension.ts';
import { commandId, commandNames } from '../../src/host/commandTable.ts';
import { OutputLog } from '../../src/host/outputLog.ts';
import { VsCodeSettings } from '../../src/host/settings.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import {
  disconnect,
  eventually,
  extensionContext,
  extensionId,
  MemorySecrets,
} from './support/assistantHarness.ts';
import { closeAll, show, workspacePath, writeOnDisk } from './support/editor.ts';

/**
 * What activation may load of ours, besides what is below `src/base` and `src/shared`: of core the table
 * of settings, which names the alerts.
 */
const eagerSources =
  /^src\/(extension\.ts|base\/|shared\/|core\/(settings|settingKinds|alerts\/alert(Settings)?|cache\/sharedKinds)\.ts|host\/)/;
/** These of `src/host` stand for all that comes with the first request or command. */
const lateSources = /^src\/host\/(assistant|agentParts|vscodeWorkspace|connectionFlows)\.ts/;

/** These come first among the tests in VS Code, before anything of Slipstream is used. */
describe('Activation', () => {
  it('can be taken back without a trace and repeated, as by disabling and enabling', async () => {
    const storage = createTemporaryFolder('activation');
    for (const round of ['first', 'second']) {
      const { context, stop, registered } = activated(storage.path);
      assert.deepEqual(missing(registered), [], round);
      // Loads all that activation does not.
      await stop();
      assert.equal(databases(storage.path).length, 1, round);
      await takeBack(context);
      assertNothingLives();
      assert.deepEqual([...registered.keys()], [], round);
    }
    storage.dispose();
  });

  it('can be taken back in the middle of loading', async () => {
    const storage = createTemporaryFolder('activation');
    const { context, stop } = activated(storage.path);
    const stopping = stop();
    await takeBack(context);
    await stopping;
    assertNothingLives();
    storage.dispose();
  });

  it('comes with the first file, registers every command, and opens and loads nothing heavy', async () => {
    await show(writeOnDisk('first.js', 'let first;\n'));
    await eventually(() => installed().isActive, 'the extension to be awake');
    await eventually(
      async () => (await registeredCommands()).length === commandNames.length,
      'the commands',
    );
    const sources = sourcesOf(loadedAtOnce('dist/extension.js'));
    assert.ok(sources.includes('src/extension.ts'));
    assert.deepEqual(
      sources.filter((source) => !eagerSources.test(source) || lateSources.test(source)),
      [],
    );
    assert.deepEqual(databases(scratchFolder()), []);
    const late = await loadedBy(() => run('stop'));
    assert.ok(
      sourcesOf(late).includes('src/host/assistant.ts'),
      'The first command loads the rest.',
    );
    assert.equal(databases(scratchFolder()).length, 1);
    await closeAll();
  });
});

describe('The log', () => {
  it('goes on under another name where VS Code hands out a channel that is closed', () => {
    const written: string[] = [];
    const create = (name: string) => ({
      error: (line: string) => {
        if (name === 'Slipstream') {
          throw new Error('Channel has been closed');
        }
        written.push(`${name}: ${line.split('\n')[0]}`);
      },
      dispose: () => written.push(`${name} is closed`),
    });
    const restore = replace(vscode.window, 'createOutputChannel', create);
    const log = new OutputLog();
    log.error('Testing', new Error('Oh'));
    log.error('Testing', new Error('Again'));
    log.dispose();
    log.error('Testing', new Error('Too late'));
    restore();
    assert.deepEqual(written, [
      'Slipstream (2): Testing: Error: Oh',
      'Slipstream (2): Testing: Error: Again',
      'Slipstream (2) is closed',
    ]);
  });
});

describe('Settings of the installed extension', () => {
  it('have the defaults that the code knows', () => {
    const configuration = vscode.workspace.getConfiguration('slipstream');
    const expected = Object.fromEntries(
      settingKeys.map((key: SettingKey) => [key, settingDefinitions[key].default]),
    );
    const found = Object.fromEntries(
      settingKeys.map((key) => [key, configuration.inspect(key)?.defaultValue]),
    );
    assert.deepEqual(found, expected);
  });
});

describe('An API key in VS Code’s own secret storage', () => {
  let settings: VsCodeSettings;
  let server: MessagesServer;

  before(async () => {
    settings = new VsCodeSettings(assert.fail);
    server = await MessagesServer.start();
    await settings.update('endpoint', server.endpoint);
    await settings.update('endpointKind', 'anthropic');
    await installed().activate();
  });

  after(async () => {
    await disconnect();
    settings.dispose();
    await server.stop();
  });

  it('is checked, kept, sent to its server and forgotten', async () => {
    await answering('showInputBox', server.apiKey, () => run('setApiKey'));
    assert.equal(lastAuthorization(), `Bearer ${server.apiKey}`, 'asked whether it is right');
    // What such a server offers is asked of it, with the key that is kept for it.
    await settings.update('endpointKind', 'compatible');
    await answering('showQuickPick', undefined, () => run('selectModel'));
    assert.equal(server.requests.length, 2);
    assert.equal(lastAuthorization(), `Bearer ${server.apiKey}`);
    await run('clearApiKey');
    await answering('showQuickPick', undefined, () => run('selectModel'));
    assert.equal(server.requests.length, 3);
    assert.equal(lastAuthorization(), undefined);
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  function lastAuthorization(): string | undefined {
    return server.requests.at(-1)?.headers.authorization;
  }
});

interface Activated {
  readonly context: vscode.ExtensionContext;
  /** What the command does. */
  readonly stop: () => Promise<unknown>;
  /** What is registered now under names that no two may have. */
  readonly registered: ReadonlyMap<string, unknown>;
}

/**
 * Activates the extension's source with a context of its own. The installed extension may be awake at
 * the same time, so that names which no two may register are kept here.
 */
function activated(storageFolder: string): Activated {
  const context = extensionContext(storageFolder, new MemorySecrets());
  const registered = new Map<string, unknown>();
  const register = (name: string, what: unknown): vscode.Disposable => {
    assert.ok(!registered.has(name), `${name} is registered twice.`);
    registered.set(name, what);
    return { dispose: () => registered.delete(name) };
  };
  const restore = [
    replace(vscode.commands, 'registerCommand', register),
    replace(vscode.window, 'registerWebviewViewProvider', register),
    replace(vscode.window, 'registerWebviewPanelSerializer', register),
    replace(vscode.lm, 'registerLanguageModelChatProvider', register),
  ];
  activate(context);
  for (const one of restore) {
    one();
  }
  const stop = registered.get(commandId('stop'));
  assert.ok(typeof stop === 'function');
  return { context, stop: async () => stop(), registered };
}

function missing(registered: ReadonlyMap<string, unknown>): readonly string[] {
  return commandNames.map(commandId).filter((id) => !registered.has(id));
}

/** A file of the build and all that it imports at once. */
function loadedAtOnce(file: string, found = new Set<string>()): readonly string[] {
  if (!found.has(file)) {
    found.add(file);
    for (const { path, kind } of builtFiles()[file]?.imports ?? []) {
      if (kind === 'import-statement' && path.startsWith('dist/')) {
        loadedAtOnce(path, found);
      }
    }
  }
  return [...found];
}

/** What VS Code does when it disables an extension. */
async function takeBack(context: vscode.ExtensionContext): Promise<void> {
  await deactivate();
  for (const subscription of context.subscriptions.reverse()) {
    subscription.dispose();
  }
}

function assertNothingLives(): void {
  assert.deepEqual(
    liveResourceManagers().map((manager) => manager.name),
    [],
  );
}

function installed(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension);
  return extension;
}

async function run(name: (typeof commandNames)[number]): Promise<void> {
  await vscode.commands.executeCommand(commandId(name));
}

async function registeredCommands(): Promise<readonly string[]> {
  const ids = new Set(commandNames.map(commandId));
  return (await vscode.commands.getCommands(true)).filter((id) => ids.has(id));
}

/** The files of the built extension that were loaded while `work` ran. */
async function loadedBy(work: () => Thenable<unknown>): Promise<readonly string[]> {
  const root = installed().extensionPath;
  const loaded: string[] = [];
  const hooks = registerHooks({
    load: (url, context, next) => {
      if (url.startsWith('file:')) {
        loaded.push(relative(root, fileURLToPath(url)).replaceAll('\\', '/'));
      }
      return next(url, context);
    },
  });
  try {
    await work();
  } finally {
    hooks.deregister();
  }
  return loaded.filter((path) => path.startsWith('dist/'));
}

interface BuiltFile {
  readonly inputs: object;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/** What the build tells of its files. */
function builtFiles(): Readonly<Record<string, BuiltFile | undefined>> {
  return { ...filesOf('activation'), ...filesOf('host') };
}

function filesOf(bundle: 'activation' | 'host'): Readonly<Record<string, BuiltFile | undefined>> {
  const path = join(installed().extensionPath, `dist/meta.${bundle}.json`);
  const meta = JSON.parse(readFileSync(path, 'utf8')) as { outputs: ReturnType<typeof filesOf> };
  return meta.outputs;
}

/** The sources that went into these files. */
function sourcesOf(files: readonly string[]): readonly string[] {
  const outputs = builtFiles();
  return files.flatMap((file) => {
    const output = outputs[file];
    assert.ok(output, `The build does not know ${file}.`);
    return Object.keys(output.inputs);
  });
}

/** The folder of this run, which holds VS Code's own data, too. */
function scratchFolder(): string {
  return dirname(workspacePath().replace(/\/$/, ''));
}

function databases(folder: string): readonly string[] {
  return globSync('**/threads.db', { cwd: folder });
}

/** Answers VS Code's questions of this kind in place of the user while `work` runs. */
async function answering(
  name: 'showInputBox' | 'showQuickPick',
  answer: string | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const restore = replace(vscode.window, name, async () => answer);
  await work().finally(restore);
}

/** Replaces a part of VS Code's API. The answer puts it back. */
function replace<T extends object>(owner: T, name: keyof T, value: unknown): () => void {
  const original = owner[name];
  const set = (one: unknown): void => {
    Object.defineProperty(owner, name, { value: one, configurable: true, writable: true });
  };
  set(value);
  return () => set(original);
}
