import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../../src/base/clock.ts';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { redisProgram } from '../../../support/servers/redisServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { anEntry } from '../../../support/team/sharedKit.ts';
import { RedisKit, type RedisMember, until, withClient } from './redisKit.ts';

const explain = { namespace: 'answer', operation: 'explain' };
const names = { namespace: 'answer', operation: 'names' };

async function put(member: RedisMember, shape: unknown, segments = explain): Promise<string> {
  const key = member.keys.key(segments, shape);
  member.tier.set(key, anEntry(systemClock, { of: shape }));
  await member.tier.flush();
  return key;
}

describeWith([redisProgram], 'The Redis tier', () => {
  const kit = new RedisKit();
  before(() => kit.start());
  after(() => kit.stop());
  afterEach(() => kit.clean());

  it('gives on one machine what was kept on another', async () => {
    const anna = await kit.member({ machine: 'anna' });
    const ben = await kit.member({ machine: 'ben' });
    await put(anna, 'q');
    const found = await ben.tier.get(ben.keys.key(explain, 'q'));
    assert.deepEqual(JSON.parse(found?.text ?? ''), { of: 'q' });
    assert.equal(await ben.tier.get(ben.keys.key(explain, 'other')), undefined);
    const { hits, misses, writes } = { ...ben.tier.figures, writes: anna.tier.figures.writes };
    assert.deepEqual([hits, misses, writes], [1, 1, 1]);
  });

  it('shows a member with another key nothing, and raises no alarm', async () => {
    const anna = await kit.member();
    const stranger = await kit.member({ teamKeys: createTeamKeyText() });
    await put(anna, 'q');
    assert.equal(await stranger.tier.get(stranger.keys.key(explain, 'q')), undefined);
    assert.deepEqual(stranger.rejections, []);
  });

  it('leaves on the server neither words nor names, and a time to live on each key', async () => {
    const anna = await kit.member();
    await put(anna, 'a very telling question');
    const keys = await kit.keys();
    assert.equal(keys.length, 1);
    assert.match(keys[0] ?? '', /^slipstream(:[\w-]{16}){6}$/);
    const ttlMs = Number(await kit.ask('PTTL', keys[0] ?? ''));
    assert.ok(ttlMs > 60_000 && ttlMs <= 120_000);
    assert.doesNotMatch(String(await kit.ask('GET', keys[0] ?? '')), /telling|question/);
  });

  it('forgets when the time is over', async () => {
    const anna = await kit.member();
    const key = anna.keys.key(explain, 1);
    const soon = systemClock.wallTime() + 40;
    anna.tier.set(key, { text: '1', freshUntil: soon, expiresAt: soon, files: [] });
    await anna.tier.flush();
    await until(async () => (await kit.keys()).length === 0);
    assert.equal(await anna.tier.get(key), undefined);
  });

  it('does not send what is too large', async () => {
    const anna = await kit.member();
    const text = JSON.stringify(randomBytes(300_000).toString('base64'));
    const key = anna.keys.key(explain, 1);
    anna.tier.set(key, { ...anEntry(systemClock, 1), text });
    await anna.tier.flush();
    assert.deepEqual(await kit.keys(), []);
  });

  it('drops writes rather than to pile them up', async () => {
    const anna = await kit.member();
    const text = JSON.stringify(randomBytes(100_000).toString('base64'));
    for (let at = 0; at < 100; at += 1) {
      anna.tier.set(anna.keys.key(explain, at), { ...anEntry(systemClock, 1), text });
    }
    await anna.tier.flush();
    const written = (await kit.keys()).length;
    assert.ok(written >= 20 && written < 50, `${written} were written`);
  });

  it('sends the commands of one moment in few writes', async () => {
    const anna = await kit.member();
    const keys = Array.from({ length: 200 }, (_, at) => anna.keys.key(explain, at));
    const readsBefore = await kit.info('total_reads_processed');
    const commandsBefore = await kit.info('total_commands_processed');
    for (const key of keys) {
      anna.tier.set(key, anEntry(systemClock, 'x'));
    }
    await anna.tier.flush();
    assert.equal((await Promise.all(keys.map((key) => anna.tier.get(key)))).length, 200);
    const reads = (await kit.info('total_reads_processed')) - readsBefore;
    const commands = (await kit.info('total_commands_processed')) - commandsBefore;
    assert.ok(commands >= 400, `${commands} commands`);
    assert.ok(reads <= 40, `${reads} reads for ${commands} commands`);
  });

  it('reads what an older key of the team wrote, and writes it anew with the newer', async () => {
    const young = createTeamKeyText();
    const anna = await kit.member();
    const ben = await kit.member({ teamKeys: `${young}\n${kit.teamKeys}` });
    const carl = await kit.member({ teamKeys: young });
    const key = await put(anna, 'q');
    assert.equal(await carl.tier.get(key), undefined);
    assert.ok(await ben.tier.get(key));
    await ben.tier.flush();
    assert.ok(await carl.tier.get(key));
  });

  it('takes a poisoned, a truncated and a swapped value for a miss, and tells of each', async () => {
    const anna = await kit.member();
    const key = await put(anna, 'q');
    const [stored = ''] = await kit.keys();
    const value = await withClient(kit.server.url, (client) =>
      client.sendCommand(['DUMP', stored]),
    );
    assert.ok(value);
    const spoil = async (script: string): Promise<void> => {
      await put(anna, 'q');
      await kit.ask('EVAL', script, '1', stored);
      assert.equal(await anna.tier.get(key), undefined);
    };
    await spoil("redis.call('setrange', KEYS[1], 60, 'xx')");
    await spoil("redis.call('set', KEYS[1], string.sub(redis.call('get', KEYS[1]), 1, -5))");
    await spoil("redis.call('set', KEYS[1], 'planted')");
    const other = await put(anna, 'other');
    const otherStored = (await kit.keys()).find((one) => one !== stored) ?? '';
    await kit.ask('COPY', otherStored, stored, 'REPLACE');
    assert.equal(await anna.tier.get(key), undefined);
    assert.ok(await anna.tier.get(other));
    assert.deepEqual(anna.rejections, ['redis', 'redis', 'redis', 'redis']);
    assert.equal(anna.tier.figures.rejected, 4);
  });

  it('forgets by segment with SCAN and UNLINK, and never asks for all keys', async () => {
    const anna = await kit.member();
    const stranger = await kit.member({ teamKeys: createTeamKeyText() });
    for (let at = 0; at < 1_500; at += 1) {
      anna.tier.set(anna.keys.key(explain, at), anEntry(systemClock, at));
    }
    const kept = await put(anna, 'kept', names);
    const theirs = await put(stranger, 'theirs');
    const seen: string[] = [];
    await withClient(kit.server.url, async (client) => {
      await client.monitor((line) => seen.push(String(line)));
      await anna.tier.invalidate(toGlob({ operation: 'explain' }));
    });
    assert.equal(await anna.tier.get(anna.keys.key(explain, 7)), undefined);
    assert.ok(await anna.tier.get(kept));
    assert.ok(await stranger.tier.get(theirs));
    const commands = seen.map((line) => /"(\w+)"/.exec(line)?.[1]?.toUpperCase());
    assert.ok(commands.filter((command) => command === 'SCAN').length >= 2);
    assert.ok(commands.includes('UNLINK'));
    assert.ok(!commands.some((command) => command === 'KEYS' || command === 'DEL'));
  });

  it('tells the other windows of the team what is forgotten, and nobody else', async () => {
    const anna = await kit.member();
    const ben = await kit.member({ machine: 'ben' });
    const stranger = await kit.member({ teamKeys: createTeamKeyText() });
    const glob = toGlob({ operation: 'explain' });
    await anna.tier.invalidate(glob);
    await until(() => ben.forgotten.length > 0);
    assert.deepEqual([ben.forgotten, stranger.forgotten], [[glob], []]);
  });

  it('is told of nothing where values are written or expire', async () => {
    const anna = await kit.member();
    const ben = await kit.member();
    await put(anna, 'q');
    await ben.tier.get(ben.keys.key(explain, 'q'));
    await kit.ask('UNLINK', (await kit.keys())[0] ?? '');
    const glob = toGlob({ operation: 'names' });
    await anna.tier.invalidate(glob);
    await until(() => ben.forgotten.length > 0);
    assert.deepEqual(ben.forgotten, [glob]);
  });

  it('believes nobody without the key that something is to be forgotten', async () => {
    const anna = await kit.member();
    const ben = await kit.member();
    await anna.tier.invalidate(toGlob({ operation: 'explain' }));
    await until(() => ben.forgotten.length > 0);
    const stream = (await kit.keys()).find((key) => key.includes('forgotten')) ?? '';
    await kit.ask('XADD', stream, '*', 'sealed', 'planted');
    await kit.ask('XADD', stream, '*', 'other', 'planted');
    await anna.tier.invalidate(toGlob({ operation: 'names' }));
    await until(() => ben.forgotten.length > 1);
    assert.equal(ben.forgotten.length, 2);
  });

  it('ends with the last write of a key where two write at once', async () => {
    const anna = await kit.member();
    const ben = await kit.member();
    const keys = Array.from({ length: 50 }, (_, at) => anna.keys.key(explain, at));
    for (const key of keys) {
      anna.tier.set(key, anEntry(systemClock, 'anna'));
    }
    for (const key of keys.toReversed()) {
      ben.tier.set(key, anEntry(systemClock, 'ben'));
    }
    await Promise.all([anna.tier.flush(), ben.tier.flush()]);
    for (const key of keys) {
      const [one, other] = [await anna.tier.get(key), await ben.tier.get(key)];
      assert.ok(one);
      assert.equal(one.text, other?.text);
    }
  });

  it('lets one window ask at a time, and only the one that has the lease end it', async () => {
    const anna = await kit.member();
    const ben = await kit.member();
    const key = anna.keys.key(explain, 1);
    const first = await anna.tier.lease(key, 60_000);
    assert.ok(first && first !== 'taken');
    assert.equal(await ben.tier.lease(key, 60_000), 'taken');
    await kit.ask('FLUSHALL');
    const second = await ben.tier.lease(key, 60_000);
    assert.ok(second && second !== 'taken');
    first.release();
    assert.equal(await anna.tier.lease(key, 60_000), 'taken');
    second.release();
    assert.notEqual(await anna.tier.lease(key, 60_000), 'taken');
  });
});
