import assert from 'node:assert/strict';
import { ResourceManager } from '../../../src/base/lifecycle.ts';
import { ThreadPrompts } from '../../../src/core/model/threadPrompts.ts';
import { prefetchReport } from '../../../src/core/prefetch/prefetchReport.ts';
import { type SettingValues, settingDefinitions } from '../../../src/core/settings.ts';
import { createPrefetch, type Prefetch } from '../../../src/host/prefetchParts.ts';
import { draft } from '../../support/agentHarness.ts';
import { FakeClock, settle } from '../../support/fakeClock.ts';
import { type GatewayKit, withGateway } from '../core/model/gatewayKit.ts';

const minuteMs = 60_000;
const system = 'You help with code. '.repeat(400);

interface Kit {
  readonly clock: FakeClock;
  readonly prefetch: Prefetch;
  readonly server: GatewayKit['server'];
  /** What was loaded ahead. */
  readonly loaded: string[];
  readonly say: () => Promise<void>;
}

async function withPrefetch(
  test: (kit: Kit) => Promise<void>,
  settings: Partial<SettingValues> = {},
): Promise<void> {
  const clock = new FakeClock();
  const prompts = new ThreadPrompts();
  const resources = new ResourceManager('prefetch');
  const loaded: string[] = [];
  const run = async ({ gateway, server, connection, collect }: GatewayKit): Promise<void> => {
    const parts = {
      settings: {
        get: <Key extends keyof SettingValues>(key: Key): SettingValues[Key] =>
          settings[key] ?? settingDefinitions[key].default,
        onDidChange: () => ({ dispose: () => undefined }),
      },
      gateway: { ...gateway, warm: async () => void loaded.push('connection') },
      connection: { current: async () => connection },
      prompts,
      tokens: { isLoaded: false, load: async () => void loaded.push('tokenizer') },
    };
    const prefetch = createPrefetch(resources, parts, clock);
    const say = async (): Promise<void> => {
      await collect({ threadId: 't', system });
    };
    await test({ clock, prefetch, server, loaded, say });
  };
  const server = { now: () => clock.now() };
  await withGateway(run, { server, clock, gateway: { prompts } });
  resources.dispose();
  prompts.dispose();
}

describe('What is prepared for the next message', () => {
  it('is a connection and the tokenizer when the user turns to the input', () =>
    withPrefetch(async ({ clock, prefetch, loaded, say }) => {
      prefetch.inputFocused(undefined);
      prefetch.inputFocused('t');
      await clock.advance(2_000);
      assert.deepEqual(loaded, ['connection', 'tokenizer']);
      await say();
      assert.equal(prefetch.counters().get('connection')?.hits, 1);
      assert.equal(prefetch.counters().get('promptCache')?.tries, 0);
      await clock.advance(2 * minuteMs);
      prefetch.typed('t', draft('a'));
      await settle();
      assert.deepEqual(loaded, ['connection', 'tokenizer', 'connection']);
    }));

  it('is the thread’s prompt once it has lapsed, when the user types', () =>
    withPrefetch(async ({ clock, prefetch, server, say }) => {
      await say();
      await clock.advance(6 * minuteMs);
      prefetch.typed('t', draft(''));
      prefetch.typed('other', draft('Next'));
      await settle();
      assert.equal(server.messageRequests.length, 1);
      prefetch.typed('t', draft('Next'));
      await (await server.received(2)).closed;
      while (prefetch.counters().get('promptCache')?.tries !== 1) {
        await settle();
      }
      await say();
      const { hits, wasted, costUsd } = prefetch.counters().get('promptCache') ?? {};
      assert.deepEqual([hits, wasted], [1, 0]);
      assert.ok((costUsd ?? 0) > 0);
      assert.match(
        prefetchReport(prefetch.counters()),
        /\| Prompt cache \| 1 \| 1 \| 0 \| .+ \| on \|/,
      );
    }));

  it('is nothing where the user does not want it', () =>
    withPrefetch(
      async ({ clock, prefetch, server, loaded, say }) => {
        await say();
        await clock.advance(6 * minuteMs);
        prefetch.inputFocused('t');
        prefetch.typed('t', draft('Next'));
        await clock.advance(2_000);
        assert.deepEqual(loaded, []);
        assert.equal(server.messageRequests.length, 1);
      },
      { 'prefetch.enabled': false },
    ));
});
