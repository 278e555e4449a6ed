import assert from 'node:assert/strict';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import { type OpenHttpTierOptions, openHttpTier } from '../../../../src/core/cache/openHttpTier.ts';
import type { RemoteTier } from '../../../../src/core/cache/remoteTier.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { HttpCacheServer } from '../../../support/httpCacheServer.ts';
import { anEntry, answerKey, createMember } from '../../../support/team/sharedKit.ts';

const key = answerKey('a');
const longAfterMs = 400_000;

describe('The HTTP tier', () => {
  const keyText = createTeamKeyText();
  let clock: FakeClock;
  let server: HttpCacheServer;
  const open: RemoteTier[] = [];

  beforeEach(async () => {
    clock = new FakeClock();
    server = await HttpCacheServer.start();
  });

  afterEach(async () => {
    for (const tier of open.splice(0)) {
      tier.dispose();
    }
    await server.stop();
    assert.deepEqual(server.faults, []);
  });

  function aTier(overrides: Partial<OpenHttpTierOptions> = {}): RemoteTier {
    const tier = openHttpTier({
      clock,
      address: server.url,
      credential: undefined,
      isReadOnly: false,
      values: createMember(clock, { teamKeys: keyText }).values,
      ...overrides,
    });
    open.push(tier);
    return tier;
  }

  async function put(tier: RemoteTier, text = 'found', at = key): Promise<void> {
    tier.set(at, anEntry(clock, text));
    await tier.flush();
  }

  /** Answers all that comes with a status. */
  function answerWith(status: number, headers: Readonly<Record<string, string>> = {}): void {
    server.answer = (_, response) => {
      response.writeHead(status, headers).end();
      return true;
    };
  }

  it('gives one window what another has put there, and opens one connection for it', async () => {
    const [writer, reader] = [aTier(), aTier()];
    assert.equal(await writer.get(key), undefined);
    assert.equal(writer.figures.state, 'ready');
    await put(writer);
    assert.deepEqual(await reader.get(key), anEntry(clock, 'found'));
    assert.deepEqual(await reader.get(key), anEntry(clock, 'found'));
    const { hits, misses, writes, bytesRead, bytesWritten } = reader.figures;
    assert.deepEqual(
      { hits, misses, writes, bytesWritten },
      { hits: 2, misses: 0, writes: 0, bytesWritten: 0 },
    );
    assert.equal(bytesRead, 2 * writer.figures.bytesWritten);
    assert.equal(server.connections, 2);
  });

  it('sends a token in its header alone', async () => {
    await aTier({ credential: 'secret-token' }).get(key);
    const [request] = server.requests;
    assert.equal(request?.headers.authorization, 'Bearer secret-token');
    assert.ok(!request.path.includes('secret'));
  });

  it('does not load what has expired a second time', async () => {
    const tier = aTier();
    await put(tier);
    await clock.advance(130_000);
    const bytesBefore = tier.figures.bytesRead;
    assert.equal(await tier.get(key), undefined);
    const { bytesRead } = tier.figures;
    assert.ok(bytesRead > bytesBefore);
    assert.equal(await tier.get(key), undefined);
    assert.equal(tier.figures.bytesRead, bytesRead);
    await put(tier, 'new');
    assert.equal((await tier.get(key))?.text, '"new"');
  });

  it('rejects what the team did not write, once, and finds what is put in its place', async () => {
    const team = createMember(clock, { teamKeys: keyText });
    const tier = aTier({ values: team.values });
    await put(tier);
    const [path = ''] = server.values.keys();
    server.values.set(path, Buffer.from('\x01planted'));
    assert.equal(await tier.get(key), undefined);
    assert.equal(await tier.get(key), undefined);
    assert.equal(team.rejections.length, 1);
    assert.equal(tier.figures.rejected, 1);
    await put(tier);
    assert.equal((await tier.get(key))?.text, '"found"');
  });

  it('rejects the value of another key', async () => {
    const tier = aTier();
    const other = answerKey('b');
    await put(tier, 'a');
    await put(tier, 'b', other);
    const [first = '', second = ''] = server.values.keys();
    server.values.set(first, server.values.get(second) ?? Buffer.of());
    assert.equal(await tier.get(key), undefined);
    assert.equal(tier.figures.rejected, 1);
  });

  it('reads under a key that was replaced, and writes it anew under the one of today', async () => {
    await put(aTier());
    const values = createMember(clock, {
      teamKeys: `${createTeamKeyText()} ${keyText}`,
    }).values;
    const tier = aTier({ values });
    assert.equal((await tier.get(key))?.text, '"found"');
    await tier.flush();
    assert.equal(server.values.size, 2);
    assert.equal(tier.figures.writes, 1);
  });

  for (const status of [401, 403, 302]) {
    it(`leaves a server alone that answers ${status}, says why, and asks again later`, async () => {
      const tier = aTier({ credential: 'wrong' });
      answerWith(status, { location: 'http://elsewhere.example/' });
      await tier.get(key);
      await tier.get(key);
      await put(tier);
      assert.equal(server.methods, 'GET');
      assert.equal(tier.figures.state, 'refused');
      assert.match(tier.figures.reason, /^(The team’s|127).+ 127\.0\.0\.1.+\.$|^127.+\.$/);
      assert.ok(!tier.figures.reason.includes('wrong'));
      await clock.advance(longAfterMs);
      server.answer = () => false;
      await tier.get(key);
      assert.equal(tier.figures.state, 'ready');
    });
  }

  for (const status of [500, 503, 429, 206]) {
    it(`passes over a server that answers ${status} again and again, and comes back`, async () => {
      const tier = aTier();
      answerWith(status);
      for (let read = 0; read < 5; read += 1) {
        assert.equal(await tier.get(key), undefined);
      }
      assert.equal(server.requests.length, 3);
      assert.equal(tier.figures.state, 'passedOver');
      assert.equal(tier.figures.failures, 3);
      server.answer = () => false;
      await clock.advance(10_000);
      await tier.get(key);
      await untilReady(tier);
    });
  }

  /** Reads until the deadline has passed; what comes back lets the answer come. */
  async function givenUp(tier: RemoteTier, status: number): Promise<() => void> {
    let release = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      server.answer = (_, response) => {
        release = () => response.writeHead(status).end();
        resolve();
        return true;
      };
    });
    const reading = tier.get(key);
    await asked;
    await clock.advance(60);
    assert.equal(await reading, undefined);
    return () => release();
  }

  it('gives up at the deadline, lets the answer come, and keeps its connection', async () => {
    const tier = aTier();
    const release = await givenUp(tier, 404);
    assert.equal(tier.figures.failures, 1);
    release();
    server.answer = () => false;
    while (tier.figures.misses === 0) {
      await new Promise(setImmediate);
    }
    await tier.get(key);
    assert.equal(server.connections, 1);
  });

  it('says what is refused though that came late', async () => {
    const tier = aTier();
    const release = await givenUp(tier, 401);
    release();
    while (tier.figures.state !== 'refused') {
      await new Promise(setImmediate);
    }
    assert.match(tier.figures.reason, /did not accept the token/);
  });

  it('reads no more than the longest value has, and closes', async () => {
    const tier = aTier();
    server.answer = (_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) {
          // As fast as it is read.
        }
      };
      response.on('drain', more);
      more();
      return true;
    };
    assert.equal(await tier.get(key), undefined);
    assert.equal(tier.figures.misses, 1);
  });

  it('takes a body that breaks off for a failure', async () => {
    const tier = aTier();
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('half', () => response.destroy());
      return true;
    };
    assert.equal(await tier.get(key), undefined);
    assert.equal(tier.figures.failures, 1);
  });

  it('only reads where it is told to', async () => {
    const tier = aTier({ isReadOnly: true });
    await tier.get(key);
    await put(tier);
    await tier.invalidate(toGlob({}));
    assert.equal(server.methods, 'GET');
  });

  for (const [status, words] of [
    [405, /takes no values/],
    [403, /With this token, answers are only read/],
    [409, /cannot make folders/],
  ] as const) {
    it(`goes on reading where a PUT is answered with ${status}`, async () => {
      const tier = aTier();
      server.answer = ({ method }, response) => {
        if (method === 'PUT') {
          response.writeHead(status).end();
        }
        return method === 'PUT';
      };
      await tier.get(key);
      await put(tier);
      await put(tier);
      await tier.get(key);
      assert.equal(server.methods, 'GET PUT GET');
      assert.equal(tier.figures.state, 'ready');
      assert.match(tier.figures.reason, words);
    });
  }

  it('says that the store is full, leaves it alone for a while, and goes on reading', async () => {
    const tier = aTier();
    await put(tier);
    answerWith(507);
    for (let write = 0; write < 5; write += 1) {
      await put(tier);
    }
    assert.equal(server.methods, 'PUT PUT PUT PUT');
    assert.match(tier.figures.reason, /no room left/);
    server.answer = () => false;
    assert.equal((await tier.get(key))?.text, '"found"');
    await clock.advance(10_000);
    await put(tier);
    assert.equal(tier.figures.reason, '');
  });

  it('does not send again what is too large for the server, but what is smaller', async () => {
    const tier = aTier();
    answerWith(413);
    const noise = Buffer.from(Array.from({ length: 900 }, () => Math.random() * 256)).toString(
      'hex',
    );
    await put(tier, noise);
    await put(tier, noise);
    server.answer = () => false;
    await put(tier, 'small');
    assert.equal(server.methods, 'PUT PUT');
    assert.equal(tier.figures.writes, 1);
  });

  it('tells a cache in front of the store to forget its copy, and a server that knows no PURGE once', async () => {
    const tier = aTier();
    server.answer = ({ method }, response) => {
      response.setHeader('age', '0');
      return method === 'PURGE' && Boolean(response.writeHead(405).end());
    };
    await put(tier);
    await put(tier);
    assert.equal(server.methods, 'PUT PURGE PUT');
  });

  it('forgets a project with its folder, and what waits to be written', async () => {
    const [tier, other] = [
      aTier(),
      aTier({ values: createMember(clock, { teamKeys: keyText, project: 'other' }).values }),
    ];
    await put(tier);
    await put(other);
    await tier.invalidate(toGlob({}));
    assert.equal(await tier.get(key), undefined);
    assert.equal((await other.get(key))?.text, '"found"');
  });

  it('shares nothing that is about one thread, and forgets nothing for it', async () => {
    const tier = aTier();
    await put(tier);
    await tier.invalidate(toGlob({ thread: 't' }));
    assert.equal((await tier.get(key))?.text, '"found"');
  });

  it('answers nothing and asks nothing after its end', async () => {
    const tier = aTier();
    tier.dispose();
    await put(tier);
    assert.equal(await tier.get(key), undefined);
    assert.equal(server.methods, '');
  });
});

async function untilReady(tier: RemoteTier): Promise<void> {
  while (tier.figures.state !== 'ready') {
    await new Promise(setImmediate);
  }
}
