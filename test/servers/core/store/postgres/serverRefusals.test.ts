import assert from 'node:assert/strict';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { createSelfSigned } from '../../../../support/selfSigned.ts';
import {
  type PostgresOptions,
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { poolsTo, type TestPoolsOptions } from './pools.ts';

const refused = (message: RegExp) => ({ name: 'ServerRefusedError', message });

async function withServer(
  options: PostgresOptions,
  body: (server: PostgresServer) => Promise<void>,
): Promise<void> {
  const server = await startPostgres(options);
  try {
    await body(server);
  } finally {
    await server.dispose();
  }
}

async function withPools(
  url: string,
  options: TestPoolsOptions,
  body: (pools: DatabasePools) => Promise<void>,
): Promise<void> {
  const pools = poolsTo(url, options);
  try {
    await body(pools);
  } finally {
    await pools.close();
  }
}

/** By its name and with TLS, which this machine would not need. */
const byName = ({ url }: PostgresServer, host = 'localhost'): string =>
  `${url.replace('127.0.0.1', host)}?sslmode=require`;

describeWith([postgresProgram], 'a PostgreSQL that refuses', () => {
  it('lets in who has the password, and tells who has not what to do', () =>
    withServer({ password: 'right' }, async ({ url }) => {
      await withPools(url, { password: 'right' }, (pools) => pools.check());
      for (const login of [{ password: 'wrong' }, {}]) {
        await withPools(url, login, async (pools) => {
          await assert.rejects(pools.check(), refused(/does not accept the password of tester/));
        });
      }
    }));

  it('tells of a database that is not there, and of a right that is missing', () =>
    withServer({}, async ({ url }) => {
      await withPools(url.replace(/postgres$/, 'other'), {}, async (pools) => {
        await assert.rejects(pools.check(), refused(/no database "other"/));
      });
      await withPools(url, {}, async (pools) => {
        const tag = { operation: 'test', pool: 'write' } as const;
        await pools.query('CREATE TABLE hidden (n int); CREATE ROLE member LOGIN', [], tag);
        await withPools(url.replace('tester@', 'member@'), {}, async (members) => {
          const reading = members.query('SELECT * FROM hidden', [], tag);
          await assert.rejects(reading, refused(/member lacks a right/));
        });
      });
    }));

  it('trusts a certificate that the machine’s own authorities vouch for, and no other', async () => {
    const tls = createSelfSigned();
    await withServer({ tls }, async (server) => {
      await withPools(byName(server), {}, async (pools) => {
        await assert.rejects(pools.check(), refused(/vouches for the certificate/));
      });
      let asked = 0;
      const moreAuthorities = (): readonly string[] => {
        asked += 1;
        return [tls.cert];
      };
      for (const host of ['localhost', '127.0.0.1']) {
        await withPools(byName(server, host), { moreAuthorities }, async (pools) => {
          await pools.check();
          await pools.query('SELECT 1', [], { operation: 'test', pool: 'read' });
        });
      }
      // Once for each pool's first connection.
      assert.equal(asked, 4);
      const others = { moreAuthorities: () => [createSelfSigned().cert] };
      await withPools(byName(server), others, async (pools) => {
        await assert.rejects(pools.check(), refused(/vouches for the certificate/));
      });
    });
  });

  it('ends a statement over TLS when its signal aborts', async () => {
    const tls = createSelfSigned();
    await withServer({ tls }, async (server) => {
      await withPools(byName(server), { moreAuthorities: () => [tls.cert] }, async (pools) => {
        const controller = new AbortController();
        const options = { operation: 'test', pool: 'read', signal: controller.signal } as const;
        await pools.query('SELECT 1', [], options);
        const running = pools.query('SELECT pg_sleep(60)', [], options);
        setTimeout(() => controller.abort(), 100);
        await assert.rejects(running, { name: 'CancelledError' });
        // It was ended, not cut off: the connection is still there.
        assert.deepEqual([pools.poolCounts('read').idle, pools.poolCounts('read').dropped], [1, 0]);
      });
    });
  });

  it('refuses a certificate that has expired', async () => {
    const tls = createSelfSigned('24');
    await withServer({ tls }, async (server) => {
      await withPools(byName(server), { moreAuthorities: () => [tls.cert] }, async (pools) => {
        await assert.rejects(pools.check(), refused(/has expired/));
      });
    });
  });

  it('sends nothing in plain text where TLS was asked for', () =>
    withServer({}, async (server) => {
      await withPools(byName(server), {}, async (pools) => {
        await assert.rejects(pools.check(), refused(/does not speak TLS/));
      });
    }));
});
