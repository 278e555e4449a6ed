import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { HttpProxy } from '../support/httpProxy.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { failure, text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import {
  AssistantWindow,
  assertNoneRefused,
  connect,
  disconnect,
  eventually,
} from './support/assistantHarness.ts';

async function setHttp(name: 'proxy' | 'proxySupport', value: string | undefined): Promise<void> {
  const global = vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('http').update(name, value, global);
  await eventually(() => {
    const set = vscode.workspace.getConfiguration('http').inspect(name);
    return (set?.globalValue ?? undefined) === value;
  }, `the setting http.${name}`);
}

describe('A proxy that is set in VS Code', () => {
  let server: MessagesServer;
  let proxy: HttpProxy;
  let storage: TemporaryFolder;
  let window: AssistantWindow;

  beforeEach(async () => {
    server = await MessagesServer.start();
    proxy = await HttpProxy.start();
    storage = createTemporaryFolder('proxy');
    await setHttp('proxy', proxy.url);
  });

  afterEach(async () => {
    await window.close();
    storage.dispose();
    await disconnect();
    await setHttp('proxy', undefined);
    await setHttp('proxySupport', undefined);
    await proxy.stop();
    await server.stop();
  });

  /** VS Code asks no proxy for `localhost` itself, but does for names below it. */
  async function open(endpoint: string): Promise<void> {
    const secrets = await connect({ endpoint, apiKey: server.apiKey });
    window = await AssistantWindow.open({ storageFolder: storage.path, secrets });
    await window.newThread();
  }

  async function answer(): Promise<string> {
    const { turnId } = await window.converse('Hello');
    return window.textOf(turnId);
  }

  it('is what requests go through, piece by piece', async () => {
    await open(`http://models.localhost:${server.port}`);
    server.respond(() => [text('Through the proxy.')]);
    assert.equal(await answer(), 'Through the proxy.');
    assert.equal(await answer(), 'Through the proxy.');
    assert.ok(proxy.targets.length > 0);
    assert.deepEqual([...new Set(proxy.targets)], [`models.localhost:${server.port}`]);
    assertNoneRefused(server);
    server.respond(() => failure(401, 'authentication_error'));
    const refused = await window.converse('Hello');
    assert.equal(refused.state, 'failed');
  });

  it('is left out for this machine, and where the user turned proxies off', async () => {
    await open(server.endpoint);
    server.respond(() => [text('Straight.')]);
    assert.equal(await answer(), 'Straight.');
    await setHttp('proxySupport', 'off');
    assert.equal(await answer(), 'Straight.');
    assert.deepEqual(proxy.targets, []);
  });

  it('that does not answer is told of', async () => {
    await open(`http://models.localhost:${server.port}`);
    await proxy.stop();
    const { turnId } = await window.converse('Hello');
    assert.deepEqual(server.messageRequests, []);
    assert.equal(window.answer(turnId)?.state, 'failed');
  });
});
