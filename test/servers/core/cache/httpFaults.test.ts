import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base/clock.ts';
import {
  type NginxServer,
  nginxProgram,
  startNginx,
} from '../../../support/servers/nginxServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { SlowProxy } from '../../../support/servers/slowProxy.ts';
import { createSmallDisk } from '../../../support/smallDisk.ts';
import { anEntry, answerKey } from '../../../support/team/sharedKit.ts';
import { HttpTiers } from './httpTiers.ts';

const key = answerKey('a');

describeWith([nginxProgram], 'The HTTP tier in a bad network', () => {
  let tiers: HttpTiers;
  let server: NginxServer;
  let proxy: SlowProxy;
  let address: string;

  beforeEach(async () => {
    tiers = new HttpTiers();
    server = await startNginx();
    proxy = await SlowProxy.start(server.port);
    address = server.url.replace(`:${server.port}`, `:${proxy.port}`);
    await tiers.put(tiers.create(server.url), key, 'far away');
  });

  afterEach(async () => {
    tiers.dispose();
    await proxy.stop();
    await server.dispose();
  });

  it('is passed over while answers come late, keeps its connection, and comes back', async () => {
    const tier = tiers.create(address);
    proxy.behavior = { delayMs: 100 };
    for (let read = 0; read < 5; read += 1) {
      assert.equal(await tier.get(key), undefined);
    }
    assert.equal(tier.figures.state, 'passedOver');
    assert.equal(tier.figures.failures, 3);
    const { connections } = proxy;
    proxy.behavior = {};
    assert.equal(await tiers.read(tier, key), 'far away');
    assert.ok(proxy.connections <= connections + 1);
  });

  it('gives nobody half an answer where the network is cut or silent', async () => {
    const tier = tiers.create(address);
    assert.equal(await tiers.read(tier, key), 'far away');
    proxy.stall();
    const reading = tier.get(key);
    assert.equal(await reading, undefined);
    proxy.cut();
    proxy.refuse(true);
    assert.equal(await tier.get(key), undefined);
    proxy.refuse(false);
    proxy.resume();
    assert.equal(await tiers.read(tier, key), 'far away');
  });

  it('asks again where a kept connection was closed meanwhile', async () => {
    const tier = tiers.create(address);
    assert.equal(await tiers.read(tier, key), 'far away');
    proxy.cut();
    assert.equal(await tiers.read(tier, key), 'far away');
  });
});

describeWith([nginxProgram], 'The HTTP tier on a full disk', () => {
  it('goes on reading, and writes again when there is room', async function onSmallDisk() {
    const disk = createSmallDisk(64);
    if (!disk) {
      // Only an administrator may make a disk, and here that is not allowed.
      this.skip();
    }
    const tiers = new HttpTiers();
    const server = await startNginx({ filesDir: disk.path });
    try {
      const tier = tiers.create(server.url);
      await tiers.put(tier, key, 'first');
      for (let value = 0; value < 40; value += 1) {
        tier.set(answerKey(value), anEntry(systemClock, `${value}`));
        await tier.flush();
      }
      const { writes } = tier.figures;
      assert.ok(writes < 20, `${writes} values cannot fit`);
      assert.equal(await tiers.read(tier, key), 'first');
      assert.equal(tier.figures.state, 'ready');
      await tier.invalidate('*:*:*:*:*:*:*');
      await tiers.put(tier, key, 'again');
      assert.equal(await tiers.read(tier, key), 'again');
    } finally {
      tiers.dispose();
      await server.dispose();
      disk.dispose();
    }
  });
});
