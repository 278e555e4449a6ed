import assert from 'node:assert/strict';
import { join } from 'node:path';
import { costUsd } from '../../../../src/core/model/catalogue.ts';
import { CatalogueRefresh } from '../../../../src/core/model/catalogueRefresh.ts';
import type { OnlineConnection } from '../../../../src/core/model/connection.ts';
import { LiveCatalogue } from '../../../../src/core/model/liveCatalogue.ts';
import { noUsage } from '../../../../src/core/model/message.ts';
import { parseModelFacts } from '../../../../src/core/model/modelFacts.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { ModelServer } from '../../../../src/host/modelServer.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';
import { shipped } from './router/routerKit.ts';

const sonnet = 'claude-sonnet-5-5';

/** A window's refresh over a store that the test keeps. */
interface Window {
  readonly refresh: CatalogueRefresh;
  readonly catalogue: LiveCatalogue;
  readonly problems: unknown[];
}

async function withWindows(
  test: (kit: {
    readonly clock: FakeClock;
    readonly openWindow: (
      requestList: (connection: OnlineConnection) => Promise<unknown>,
      endpoint?: string,
    ) => Window;
  }) => Promise<void>,
): Promise<void> {
  const folder = createTemporaryFolder('catalogue');
  const clock = new FakeClock();
  const path = join(folder.path, 'threads.db');
  const { connection: store } = await openThreadStore({ path, clock });
  try {
    await test({
      clock,
      openWindow: (requestList, endpoint = 'https://api.example') => {
        const catalogue = new LiveCatalogue(shipped);
        const problems: unknown[] = [];
        const refresh = new CatalogueRefresh({
          catalogue: async () => catalogue,
          store,
          clock,
          connection: async () => ({ kind: 'anthropic', endpoint, apiKey: 'key' }),
          requestList,
          onProblem: (error) => problems.push(error),
        });
        return { refresh, catalogue, problems };
      },
    });
  } finally {
    store.dispose();
    folder.dispose();
  }
}

function listOf(...models: readonly Readonly<Record<string, unknown>>[]): object {
  return { data: models, has_more: false };
}

describe('Refreshing the catalogue', () => {
  it('asks the endpoint once a day, after a request was answered, and keeps the answer', () =>
    withWindows(async ({ clock, openWindow }) => {
      let asked = 0;
      const list = listOf({ id: sonnet, max_input_tokens: 500_000, lifecycle: 'active' });
      const ask = async (): Promise<unknown> => {
        asked += 1;
        return list;
      };
      const first = openWindow(ask);
      await first.refresh.restore();
      assert.equal(asked, 0);
      await first.refresh.requestSucceeded();
      await first.refresh.requestSucceeded();
      assert.equal(asked, 1);
      assert.equal(first.catalogue.find(sonnet)?.contextTokens, 500_000);

      const second = openWindow(ask);
      await second.refresh.restore();
      assert.equal(second.catalogue.find(sonnet)?.contextTokens, 500_000, 'kept');
      await second.refresh.requestSucceeded();
      assert.equal(asked, 1);
      await clock.advance(25 * 3_600_000);
      await second.refresh.requestSucceeded();
      assert.equal(asked, 2);

      const elsewhere = openWindow(ask, 'https://gateway.example');
      await elsewhere.refresh.restore();
      assert.equal(elsewhere.catalogue.find(sonnet)?.contextTokens, 1_000_000, 'another endpoint');
    }));

  it('fails quietly, and asks again a day later', () =>
    withWindows(async ({ clock, openWindow }) => {
      let asked = 0;
      const { refresh, catalogue, problems } = openWindow(async () => {
        asked += 1;
        throw new Error('down');
      });
      await refresh.requestSucceeded();
      await refresh.requestSucceeded();
      assert.equal(asked, 1);
      assert.equal(problems.length, 1);
      assert.ok(catalogue.isOffered(sonnet));
      await clock.advance(25 * 3_600_000);
      await refresh.requestSucceeded();
      assert.equal(asked, 2);
    }));

  it('reads the list of a server as the API sends it', () =>
    withWindows(async ({ clock, openWindow }) => {
      const server = await MessagesServer.start();
      const models = new ModelServer(clock);
      const { signal } = new AbortController();
      try {
        const { refresh, catalogue, problems } = openWindow(
          ({ endpoint }) => models.requestModels(endpoint, server.apiKey, signal),
          server.endpoint,
        );
        await refresh.requestSucceeded();
        assert.deepEqual(problems, []);
        for (const { id } of shipped.models.filter((model) => catalogue.isOffered(model.id))) {
          assert.deepEqual(catalogue.find(id)?.contextTokens, shipped.find(id)?.contextTokens);
          assert.deepEqual(catalogue.find(id)?.effortLevels, shipped.find(id)?.effortLevels);
        }
        assert.equal(catalogue.isOffered('claude-sonnet-5-5'), true);
        assert.equal(catalogue.isOffered('claude-opus-4-6'), false);
      } finally {
        await server.stop();
      }
    }));

  it('takes nothing from what is no list of models', () =>
    withWindows(async ({ openWindow }) => {
      for (const answer of [null, 'no', [], {}, { data: 'x' }, { data: [null, { id: '' }] }]) {
        const { refresh, catalogue } = openWindow(async () => answer, `https://${Math.random()}.x`);
        await refresh.requestSucceeded();
        assert.ok(catalogue.isOffered(sonnet));
        assert.deepEqual(catalogue.find(sonnet), shipped.find(sonnet));
      }
      const odd = {
        id: 'm',
        max_tokens: -1,
        max_input_tokens: '1',
        retires_at: 'soon',
        lifecycle: 1,
      };
      assert.deepEqual(parseModelFacts({ data: [odd] }), [{ id: 'm' }]);
    }));
});

describe('The live catalogue', () => {
  it('lets the endpoint retire a model, and not promote an old one', () => {
    const catalogue = new LiveCatalogue(shipped);
    catalogue.setFacts(
      parseModelFacts(
        listOf(
          { id: sonnet, lifecycle: 'retired', retires_at: '2027-01-01T00:00:00Z' },
          { id: 'claude-opus-4-8', lifecycle: 'active' },
          { id: 'claude-haiku-4-5-20251001', lifecycle: 'deprecated' },
        ),
      ),
    );
    assert.equal(catalogue.find(sonnet)?.lifecycle, 'retired');
    assert.equal(catalogue.find(sonnet)?.retiresAt, '2027-01-01');
    assert.equal(catalogue.find('claude-opus-4-8')?.lifecycle, 'legacy');
    assert.ok(catalogue.isOffered('claude-haiku-4-5'), 'known by its dated id');
  });

  it('takes the user’s prices, and keeps what they leave out in proportion', () => {
    const catalogue = new LiveCatalogue(shipped);
    catalogue.setPrices({
      [sonnet]: { input: 1, output: 5 },
      'claude-haiku-5-5': { input: 1, output: 2, cacheRead: 0.5, cacheWrite: 3 },
      'my-own': { input: 4, output: 8 },
    });
    const cost = (model: string, usage: Partial<typeof noUsage>): number | undefined =>
      costUsd({ ...noUsage, ...usage }, catalogue.pricesOf(model));
    assert.equal(cost(sonnet, { inputTokens: 1_000_000, outputTokens: 1_000_000 }), 6);
    assert.equal(cost(sonnet, { cacheReadTokens: 1_000_000 }), 0.05);
    // A price of one's own has no step above 100K.
    assert.equal(cost('claude-haiku-5-5', { inputTokens: 1_000_000 }), 1);
    assert.equal(cost('claude-haiku-5-5', { cacheWriteTokens: 1_000_000 }), 3);
    assert.equal(cost('my-own', { cacheReadTokens: 1_000_000 }), 4);
    assert.equal(catalogue.find('my-own'), undefined);
    assert.equal(cost('unheard-of', { inputTokens: 1 }), undefined);
    catalogue.setPrices({});
    assert.deepEqual(catalogue.find(sonnet), shipped.find(sonnet));
    assert.equal(cost('my-own', { inputTokens: 1 }), undefined);
  });
});
