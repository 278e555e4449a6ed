import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base/clock.ts';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createSelfSigned } from '../../../support/selfSigned.ts';
import { redisProgram, startRedis } from '../../../support/servers/redisServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { SlowProxy } from '../../../support/servers/slowProxy.ts';
import { anEntry } from '../../../support/team/sharedKit.ts';
import { startTlsFront } from '../../../support/tlsFront.ts';
import { RedisKit, until, withClient } from './redisKit.ts';

const minuteMs = 60_000;
const explain = { namespace: 'answer', operation: 'explain' };

describeWith([redisProgram], 'The Redis tier, where things go wrong', () => {
  const kit = new RedisKit();
  let proxy: SlowProxy;
  before(() => kit.start());
  after(() => kit.stop());
  beforeEach(async () => {
    proxy = await SlowProxy.start(kit.server.port);
  });
  afterEach(async () => {
    await kit.clean();
    await proxy.stop();
  });

  const throughProxy = () => kit.member({ url: `redis://127.0.0.1:${proxy.port}` });

  it('passes a silent server over: three reads wait, and no other', async () => {
    const anna = await throughProxy();
    const key = anna.keys.key(explain, 1);
    anna.tier.set(key, anEntry(systemClock, 1));
    await anna.tier.flush();
    proxy.stall();
    for (let times = 0; times < 3; times += 1) {
      assert.equal(await anna.tier.get(key), undefined);
    }
    assert.equal(anna.tier.figures.state, 'passedOver');
    assert.equal(anna.tier.figures.failures, 3);
    // None of these waits for anything that the server or the clock does.
    let isLate = false;
    setImmediate(() => {
      isLate = true;
    });
    assert.equal(await anna.tier.get(key), undefined);
    assert.equal(isLate, false);
    proxy.resume();
  });

  it('passes a slow network over, and comes back when it is quick', async () => {
    const anna = await throughProxy();
    const key = anna.keys.key(explain, 1);
    anna.tier.set(key, anEntry(systemClock, 1));
    await anna.tier.flush();
    proxy.behavior = { delayMs: 150 };
    await Promise.all([1, 2, 3].map(() => anna.tier.get(key)));
    assert.equal(anna.tier.figures.state, 'passedOver');
    proxy.behavior = {};
    await until(async () => (await anna.tier.get(key)) !== undefined);
    assert.equal(anna.tier.figures.state, 'ready');
  });

  it('is cut off, asks nothing meanwhile, and comes back by itself', async () => {
    const anna = await throughProxy();
    const key = anna.keys.key(explain, 1);
    anna.tier.set(key, anEntry(systemClock, 1));
    await anna.tier.flush();
    proxy.refuse(true);
    proxy.cut();
    await until(() => anna.tier.figures.state === 'connecting');
    assert.equal(await anna.tier.get(key), undefined);
    anna.tier.set(key, anEntry(systemClock, 2));
    await assert.rejects(anna.tier.invalidate(toGlob({})));
    proxy.refuse(false);
    await until(() => anna.tier.figures.state === 'ready');
    assert.equal((await anna.tier.get(key))?.text, '1', 'nothing was queued');
  });

  it('learns after a cut what was forgotten meanwhile', async () => {
    const anna = await kit.member();
    const ben = await throughProxy();
    proxy.refuse(true);
    proxy.cut();
    await until(() => ben.tier.figures.state === 'connecting');
    await anna.tier.invalidate(toGlob({ operation: 'explain' }));
    proxy.refuse(false);
    await until(() => ben.forgotten.length > 0);
    assert.deepEqual(ben.forgotten, [toGlob({ operation: 'explain' })]);
  });

  it('outlives a server that is killed and started anew', async () => {
    const first = await startRedis();
    const moved = await SlowProxy.start(first.port);
    try {
      const anna = await kit.member({ url: `redis://127.0.0.1:${moved.port}` });
      const key = anna.keys.key(explain, 1);
      anna.tier.set(key, anEntry(systemClock, 1));
      await anna.tier.flush();
      await first.process.kill();
      await until(() => anna.tier.figures.state === 'connecting');
      assert.equal(await anna.tier.get(key), undefined);
      const second = await startRedis();
      moved.retarget(second.port);
      await until(() => anna.tier.figures.state === 'ready');
      anna.tier.set(key, anEntry(systemClock, 2));
      await anna.tier.flush();
      assert.equal((await anna.tier.get(key))?.text, '2');
      await second.dispose();
    } finally {
      await first.dispose();
      await moved.stop();
    }
  });

  it('says that the server is full, and goes on reading', async () => {
    const anna = await kit.member();
    const key = anna.keys.key(explain, 0);
    anna.tier.set(key, anEntry(systemClock, 1));
    await anna.tier.flush();
    await kit.ask('CONFIG', 'SET', 'maxmemory', '1');
    try {
      for (let at = 1; at <= 5; at += 1) {
        anna.tier.set(anna.keys.key(explain, at), anEntry(systemClock, at));
        await anna.tier.flush();
      }
      const { failures, writes, state, reason } = anna.tier.figures;
      assert.deepEqual([failures, writes, state], [3, 1, 'ready']);
      assert.match(reason, /memory may be full/);
      assert.ok(await anna.tier.get(key));
    } finally {
      await kit.ask('CONFIG', 'SET', 'maxmemory', '0');
    }
  });

  it('holds a clock that is a day ahead or behind to its bounds', async () => {
    const dayMs = 24 * 3_600_000;
    const shifted = (byMs: number) => ({
      ...systemClock,
      wallTime: () => systemClock.wallTime() + byMs,
    });
    const anna = await kit.member();
    const key = anna.keys.key(explain, 1);
    for (const byMs of [-dayMs, dayMs, 400 * dayMs]) {
      const other = await kit.member({ clock: shifted(byMs) });
      const now = systemClock.wallTime() + byMs;
      const long = { freshUntil: now + 7 * dayMs, expiresAt: now + 30 * dayMs };
      other.tier.set(key, { text: '1', ...long, files: [] });
      await other.tier.flush();
      const found = await anna.tier.get(key);
      assert.ok(found);
      assert.ok(found.expiresAt <= systemClock.wallTime() + 30 * dayMs);
      const [stored = ''] = await kit.keys();
      assert.ok(Number(await kit.ask('PTTL', stored)) <= 30 * dayMs);
    }
  });

  for (const [given, password] of [
    ['a wrong password', 'wrong'],
    ['no password', undefined],
  ] as const) {
    it(`is refused with ${given}, says so, and does not knock again at once`, async () => {
      const locked = await startRedis('--requirepass', 'right');
      const front = await SlowProxy.start(locked.port);
      try {
        const url = `redis://127.0.0.1:${front.port}`;
        const anna = kit.connecting({ url, ...(password ? { password } : {}) });
        await until(() => anna.tier.figures.state === 'refused');
        assert.match(anna.tier.figures.reason, /password/);
        assert.equal(await anna.tier.get(anna.keys.key(explain, 1)), undefined);
        const ben = await kit.member({ url, password: 'right' });
        assert.equal(ben.tier.figures.reason, '');
        assert.equal(front.connections, 2);
      } finally {
        await locked.dispose();
        await front.stop();
      }
    });
  }

  it('knocks again long after a refusal, says so once, and is let in when that was put right', async () => {
    const locked = await startRedis('--requirepass', 'right');
    const front = await SlowProxy.start(locked.port);
    const clock = new FakeClock(systemClock.wallTime());
    try {
      const url = `redis://127.0.0.1:${front.port}`;
      const anna = kit.connecting({ url, password: 'late', clock });
      await until(() => anna.tier.figures.state === 'refused');
      await clock.advance(minuteMs);
      assert.equal(front.connections, 1);
      await clock.advance(9 * minuteMs);
      await until(() => front.connections === 2 && clock.pendingTimers > 0);
      assert.equal(anna.tier.figures.state, 'refused');
      assert.equal(anna.refused.length, 1);
      await withClient(locked.url.replace('//', '//:right@'), (client) =>
        client.sendCommand(['CONFIG', 'SET', 'requirepass', 'late']),
      );
      await clock.advance(10 * minuteMs);
      await until(() => anna.tier.figures.state === 'ready');
      const key = anna.keys.key(explain, 1);
      anna.tier.set(key, anEntry(clock, 1));
      await anna.tier.flush();
      assert.equal((await anna.tier.get(key))?.text, '1');
      assert.equal(front.connections, 3);
      assert.equal(anna.refused.length, 1);
    } finally {
      await locked.dispose();
      await front.stop();
    }
  });

  it('is refused by a server that it has lost and whose password is another by now', async () => {
    const locked = await startRedis('--requirepass', 'first');
    const front = await SlowProxy.start(locked.port);
    const clock = new FakeClock(systemClock.wallTime());
    try {
      const url = `redis://127.0.0.1:${front.port}`;
      const anna = kit.connecting({ url, password: 'first', clock });
      await until(() => anna.tier.figures.state === 'ready');
      const change = (from: string, to: string) =>
        withClient(locked.url.replace('//', `//:${from}@`), (client) =>
          client.sendCommand(['CONFIG', 'SET', 'requirepass', to]),
        );
      for (const times of [1, 2]) {
        await change('first', 'second');
        front.cut();
        await until(() => anna.tier.figures.state === 'refused');
        assert.equal(anna.refused.length, times);
        await change('second', 'first');
        await clock.advance(10 * minuteMs);
        await until(() => anna.tier.figures.state === 'ready');
      }
    } finally {
      await locked.dispose();
      await front.stop();
    }
  });

  it('speaks TLS with a server whose certificate is trusted, and with no other', async () => {
    const trusted = createSelfSigned();
    const expired = createSelfSigned('20');
    const fronts = [
      await startTlsFront(kit.server.port, trusted),
      await startTlsFront(kit.server.port, expired),
    ] as const;
    const urls = fronts.map(({ endpoint }) => `rediss://localhost:${new URL(endpoint).port}`);
    const [good = '', old = ''] = urls;
    try {
      await kit.member({ url: good, moreAuthorities: [trusted.cert] });
      const untrusting = kit.connecting({ url: good });
      const late = kit.connecting({ url: old, moreAuthorities: [expired.cert] });
      for (const { tier } of [untrusting, late]) {
        await until(() => tier.figures.state === 'refused');
        assert.match(tier.figures.reason, /certificate/);
      }
    } finally {
      await Promise.all(fronts.map((front) => front.stop()));
    }
  });
});
