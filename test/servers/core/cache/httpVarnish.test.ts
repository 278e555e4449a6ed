import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import {
  type NginxServer,
  nginxProgram,
  startNginx,
} from '../../../support/servers/nginxServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import {
  startVarnish,
  type VarnishOptions,
  type VarnishServer,
  varnishProgram,
} from '../../../support/servers/varnishServer.ts';
import { answerKey } from '../../../support/team/sharedKit.ts';
import { HttpTiers } from './httpTiers.ts';

const key = answerKey('a');

describeWith([nginxProgram, varnishProgram], 'The HTTP tier on Varnish', () => {
  let tiers: HttpTiers;
  let store: NginxServer;
  let varnish: VarnishServer;

  beforeEach(async () => {
    tiers = new HttpTiers();
    store = await startNginx();
  });

  afterEach(async () => {
    tiers.dispose();
    await varnish.dispose();
    await store.dispose();
  });

  async function start(options: Partial<VarnishOptions> = {}): Promise<void> {
    varnish = await startVarnish({ originPort: store.port, ...options });
  }

  it('has what was read before, while the store is away', async () => {
    await start();
    const [writer, reader] = [tiers.create(varnish.url), tiers.create(varnish.url)];
    await tiers.put(writer, key, 'copied');
    assert.equal(await tiers.read(reader, key), 'copied');
    await store.process().kill();
    assert.equal(await tiers.read(tiers.create(varnish.url), key), 'copied');
  });

  it('has neither an old value nor that there was none, after a write', async () => {
    await start();
    const [writer, reader] = [tiers.create(varnish.url), tiers.create(varnish.url)];
    assert.equal(await tiers.read(reader, key), undefined);
    for (const text of ['first', 'second']) {
      await tiers.put(writer, key, text);
      assert.equal(await tiers.read(reader, key), text);
      assert.equal(await tiers.read(reader, key), text);
    }
  });

  it('forgets a project, in the copy and in the store', async () => {
    await start();
    const tier = tiers.create(varnish.url);
    await tiers.put(tier, key, 'here');
    assert.equal(await tiers.read(tier, key), 'here');
    await tier.invalidate(toGlob({}));
    assert.equal(await tiers.read(tier, key), undefined);
    await tiers.put(tier, key, 'anew');
    assert.equal(await tiers.read(tier, key), 'anew');
  });

  it('forgets copies of one kind by its surrogate keys, and leaves the others', async () => {
    await start();
    const tier = tiers.create(varnish.url);
    const other = answerKey('a', 'names');
    for (const one of [key, other]) {
      await tiers.put(tier, one, one);
      assert.equal(await tiers.read(tier, one), one);
    }
    rmSync(store.filesDir, { recursive: true });
    assert.equal(await tiers.read(tier, key), key);
    await tier.invalidate(toGlob({ operation: 'explain' }));
    assert.equal(await tiers.read(tier, key), undefined);
    assert.equal(await tiers.read(tier, other), other);
  });

  it('shares copies among members, and gives them to nobody without the token', async () => {
    await start({ authorization: 'Bearer right' });
    const member = (): ReturnType<HttpTiers['create']> =>
      tiers.create(varnish.url, { credential: 'right' });
    await tiers.put(member(), key, 'for members');
    assert.equal(await tiers.read(member(), key), 'for members');
    await store.process().kill();
    assert.equal(await tiers.read(member(), key), 'for members');
    const stranger = tiers.create(varnish.url, { credential: 'wrong' });
    assert.equal(await tiers.read(stranger, key), undefined);
    assert.equal(stranger.figures.state, 'refused');
  });

  it('is filled from the store again after it was killed', async () => {
    await start();
    const tier = tiers.create(varnish.url);
    await tiers.put(tier, key, 'kept in the store');
    await varnish.process().kill();
    assert.equal(await tier.get(key), undefined);
    await varnish.restart();
    assert.equal(await tiers.read(tier, key), 'kept in the store');
  });

  it('is read alone by a window that writes nowhere', async () => {
    await start();
    await tiers.put(tiers.create(store.url), key, 'by another');
    const reader = tiers.create(varnish.url, { isReadOnly: true });
    assert.equal(await tiers.read(reader, key), 'by another');
    await reader.invalidate(toGlob({}));
    assert.equal(await tiers.read(reader, key), 'by another');
  });
});
