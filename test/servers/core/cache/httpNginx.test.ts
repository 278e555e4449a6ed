import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../../../src/base/clock.ts';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import { createSelfSigned } from '../../../support/selfSigned.ts';
import {
  type NginxOptions,
  type NginxServer,
  nginxProgram,
  startNginx,
} from '../../../support/servers/nginxServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { anEntry, answerKey } from '../../../support/team/sharedKit.ts';
import { HttpTiers } from './httpTiers.ts';

const key = answerKey('a');
const dayMs = 86_400_000;

describeWith([nginxProgram], 'The HTTP tier on nginx', () => {
  let tiers: HttpTiers;
  const running: NginxServer[] = [];

  beforeEach(() => {
    tiers = new HttpTiers();
  });

  afterEach(async () => {
    tiers.dispose();
    await Promise.all(running.splice(0).map((server) => server.dispose()));
  });

  async function start(options?: NginxOptions): Promise<NginxServer> {
    const server = await startNginx(options);
    running.push(server);
    return server;
  }

  /** The one file that is there. */
  function fileOf({ filesDir }: NginxServer): string {
    const [file, ...others] = readdirSync(filesDir, {
      recursive: true,
      withFileTypes: true,
    }).filter((entry) => entry.isFile());
    assert.ok(file && others.length === 0);
    return join(file.parentPath, file.name);
  }

  it('gives one window what another has put there, and tells nothing of it', async () => {
    const server = await start();
    const [writer, reader] = [tiers.create(server.url), tiers.create(server.url)];
    assert.equal(await tiers.read(reader, key), undefined);
    await tiers.put(writer, key, 'of a function');
    assert.equal(await tiers.read(reader, key), 'of a function');
    const file = fileOf(server);
    assert.ok(!readFileSync(file).includes('of a function'));
    assert.ok(!/explain|answer/.test(file.slice(server.filesDir.length)));
  });

  it('keeps what two windows write in opposite orders', async () => {
    const server = await start();
    const windows = [tiers.create(server.url), tiers.create(server.url)];
    const keys = Array.from({ length: 40 }, (_, index) => answerKey(index));
    await Promise.all(
      windows.map(async (tier, at) => {
        for (const one of at === 0 ? keys : [...keys].reverse()) {
          await tiers.put(tier, one, one);
        }
      }),
    );
    for (const one of keys) {
      assert.equal(await tiers.read(tiers.create(server.url), one), one);
    }
  });

  it('forgets a project, and leaves others', async () => {
    const server = await start();
    const tier = tiers.create(server.url);
    const other = tiers.create(server.url, { values: tiers.values('other') });
    await tiers.put(tier, key, 'here');
    await tiers.put(other, key, 'there');
    await tier.invalidate(toGlob({}));
    assert.equal(await tiers.read(tier, key), undefined);
    assert.equal(await tiers.read(other, key), 'there');
  });

  it('does not load what has expired again, and agrees on lives though clocks differ', async () => {
    const server = await start();
    await tiers.put(tiers.create(server.url), key, 'short-lived');
    const ahead = tiers.create(server.url, { values: tiers.values('p', dayMs) });
    assert.equal(await tiers.read(ahead, key), undefined);
    const { bytesRead } = ahead.figures;
    assert.equal(await tiers.read(ahead, key), undefined);
    assert.equal(ahead.figures.bytesRead, bytesRead);
    const behind = tiers.create(server.url, { values: tiers.values('p', -90 * dayMs) });
    const entry = await tiers.readEntry(behind, key);
    assert.ok(entry && entry.expiresAt <= Date.now() - 59 * dayMs);
  });

  it('rejects what was changed, cut short or put under another name', async () => {
    const server = await start();
    const tier = tiers.create(server.url);
    await tiers.put(tier, key, 'as it was written');
    const file = fileOf(server);
    const sealed = readFileSync(file);
    sealed[sealed.length - 20] = (sealed.at(-20) ?? 0) ^ 1;
    writeFileSync(file, sealed);
    assert.equal(await tiers.read(tier, key), undefined);
    truncateSync(file, 30);
    assert.equal(await tiers.read(tier, key), undefined);
    assert.equal(tier.figures.rejected, 2);
    await tiers.put(tier, key, 'as it was written');
    assert.equal(await tiers.read(tier, key), 'as it was written');
  });

  it('shows nothing to a window with another team’s key', async () => {
    const server = await start();
    await tiers.put(tiers.create(server.url), key, 'ours');
    const others = new HttpTiers();
    try {
      const stranger = others.create(server.url);
      assert.equal(await others.read(stranger, key), undefined);
      assert.equal(stranger.figures.bytesRead, 0);
    } finally {
      others.dispose();
    }
  });

  it('reads where nothing may be written, and says so', async () => {
    const server = await start({ isWritable: false });
    const tier = tiers.create(server.url);
    tier.set(key, anEntry(systemClock, 'not taken'));
    await tier.flush();
    assert.equal(await tiers.read(tier, key), undefined);
    assert.equal(tier.figures.state, 'ready');
    assert.match(tier.figures.reason, /takes no values \(405\)/);
  });

  it('goes on with what is small where a value was too large', async () => {
    const server = await start({ maxBody: '1k' });
    const tier = tiers.create(server.url);
    const noise = Array.from({ length: 3_000 }, () => Math.random().toString(36)[2]).join('');
    tier.set(answerKey('large'), anEntry(systemClock, noise));
    await tier.flush();
    assert.equal(tier.figures.writes, 0);
    await tiers.put(tier, key, 'small');
    assert.equal(await tiers.read(tier, key), 'small');
  });

  it('asks for the right token, and says where it is wrong', async () => {
    const server = await start({ authorization: 'Bearer right' });
    const [right, wrong] = ['right', 'wrong'].map((credential) =>
      tiers.create(server.url, { credential }),
    );
    assert.ok(right && wrong);
    await tiers.put(right, key, 'for members');
    assert.equal(await tiers.read(right, key), 'for members');
    assert.equal(await tiers.read(wrong, key), undefined);
    assert.equal(wrong.figures.state, 'refused');
    assert.match(wrong.figures.reason, /did not accept the token \(401\)/);
  });

  it('verifies certificates: unknown and expired ones are refused', async () => {
    const certificate = createSelfSigned();
    const expired = createSelfSigned('24');
    const [good, old] = [await start({ certificate }), await start({ certificate: expired })];
    const trusting = tiers.create(good.url, { moreAuthorities: () => [certificate.cert] });
    await tiers.put(trusting, key, 'through TLS');
    assert.equal(await tiers.read(trusting, key), 'through TLS');
    const refused = [
      tiers.create(good.url),
      tiers.create(old.url, { moreAuthorities: () => [expired.cert] }),
    ];
    for (const tier of refused) {
      assert.equal(await tiers.read(tier, key), undefined);
      assert.equal(tier.figures.state, 'refused');
      assert.match(tier.figures.reason, /certificate .+ was not accepted/);
    }
  });

  it('unpacks what a server packs though nobody asked for it', async () => {
    const server = await start({ packsAnyway: true });
    const tier = tiers.create(server.url);
    await tiers.put(tier, key, 'packed on its way');
    const file = fileOf(server);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
    assert.equal(await tiers.read(tier, key), 'packed on its way');
  });

  it('passes over a server that was killed, and finds everything after its restart', async () => {
    const server = await start();
    const tier = tiers.create(server.url);
    await tiers.put(tier, key, 'kept');
    await server.process().kill();
    for (let read = 0; read < 5; read += 1) {
      assert.equal(await tier.get(key), undefined);
    }
    assert.equal(tier.figures.state, 'passedOver');
    assert.equal(tier.figures.failures, 3);
    await server.restart();
    assert.equal(await tiers.read(tier, key), 'kept');
  });
});
