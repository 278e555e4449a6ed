import assert from 'node:assert/strict';
import type { OnlineConnection } from '../../../../../src/core/model/connection.ts';
import { DecisionTrail } from '../../../../../src/core/model/decisionTrail.ts';
import { EndpointPool } from '../../../../../src/core/model/endpoints/endpointPool.ts';
import type { ModelRequest, Outcome } from '../../../../../src/core/model/request.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { aRequest } from '../gatewayKit.ts';
import { aFailure } from '../scriptedNext.ts';

const done: Outcome = { kind: 'done', stopReason: 'end_turn', value: 'end_turn' };
const overloaded: Outcome = { kind: 'failed', failure: aFailure() };

function connectionTo(host: string, apiKey = `key of ${host}`): OnlineConnection {
  return { kind: 'anthropic', endpoint: `https://${host}.example`, apiKey };
}

class Kit {
  readonly clock = new FakeClock();
  readonly pool = new EndpointPool(this.clock);
  connections: readonly OnlineConnection[] = [connectionTo('a'), connectionTo('b')];

  /** One try: where it went. It begins after `firstEventMs`, and ends as said. */
  async ask(
    outcome: Outcome = done,
    request: Partial<ModelRequest> = {},
    firstEventMs = 100,
  ): Promise<string> {
    const { connection, watch } = this.pool.choose(this.connections, aRequest(request));
    await this.clock.advance(firstEventMs);
    if (outcome.kind === 'done') {
      watch.began();
    }
    watch.ended(outcome);
    return new URL(connection.endpoint).hostname.charAt(0);
  }

  async askTimes(times: number, ...ask: Parameters<Kit['ask']>): Promise<string> {
    let hosts = '';
    for (let asked = 0; asked < times; asked += 1) {
      hosts += await this.ask(...ask);
    }
    return hosts;
  }

  /** Tells one endpoint apart from the other by its speed. */
  async measure(slowMs: { a: number; b: number }): Promise<void> {
    for (const host of ['a', 'b'] as const) {
      const avoidEndpoints = [`https://${host === 'a' ? 'b' : 'a'}.example`];
      for (let asked = 0; asked < 5; asked += 1) {
        await this.ask(done, { threadId: 'measuring', avoidEndpoints }, slowMs[host]);
      }
    }
  }
}

describe('The endpoint pool', () => {
  it('asks the main endpoint first, measures each other one once, and goes back', async () => {
    const kit = new Kit();
    assert.equal(await kit.askTimes(6), 'abaaaa');
  });

  it('takes the quickest, but not for a difference that may be chance', async () => {
    const quick = new Kit();
    await quick.measure({ a: 1_000, b: 300 });
    assert.equal(await quick.askTimes(3, done, {}, 300), 'bbb');
    const alike = new Kit();
    await alike.askTimes(1, done, {}, 1_000);
    await alike.measure({ a: 1_000, b: 950 });
    assert.equal(await alike.ask(), 'a');
  });

  it('keeps a thread where its prompt cache is, until that is much slower', async () => {
    const kit = new Kit();
    assert.equal(await kit.ask(done, { threadId: 't' }, 300), 'a');
    await kit.measure({ a: 300, b: 200 });
    assert.equal(await kit.askTimes(5, done, { threadId: 't' }, 300), 'aaaaa');
    const hosts = await kit.askTimes(12, done, { threadId: 't' }, 3_000);
    assert.match(hosts, /^a+b/);
  });

  it('does not move a thread for one failure, nor to an endpoint that is not known', async () => {
    const kit = new Kit();
    await kit.ask(done, { threadId: 't' });
    await kit.ask(overloaded, { threadId: 't' });
    assert.equal(await kit.ask(done, { threadId: 't' }), 'a');
  });

  it('moves a thread when its endpoint is unhealthy, and leaves it where it is then', async () => {
    const kit = new Kit();
    await kit.ask(done, { threadId: 't' });
    for (let failures = 0; failures < 3; failures += 1) {
      await kit.ask(overloaded, { avoidEndpoints: ['https://b.example'] });
    }
    assert.equal(await kit.ask(done, { threadId: 't' }), 'b');
    await kit.clock.advance(3_600_000);
    assert.equal(await kit.ask(done, { threadId: 't' }), 'b');
  });

  it('leaves an endpoint out for as long as it asked for', async () => {
    const kit = new Kit();
    const asked: Outcome = {
      kind: 'failed',
      failure: aFailure({ kind: 'rateLimited', retryAfterMs: 60_000 }),
    };
    const thread = { threadId: 't' };
    await kit.ask(done, thread);
    assert.equal(await kit.ask(asked, thread, 0), 'a');
    assert.equal(kit.pool.hasOther(['https://b.example']), false);
    assert.equal(kit.pool.waitMs(), 0, 'the other may be asked');
    assert.equal(await kit.ask(asked, thread, 0), 'b');
    assert.equal(kit.pool.waitMs(), 60_000);
    await kit.clock.advance(60_000);
    assert.equal(kit.pool.waitMs(), 0);
    assert.equal(await kit.ask(done, thread), 'a', 'its prompt cache is still there');
  });

  it('recovers by one probe after the wait', async () => {
    const kit = new Kit();
    kit.connections = [connectionTo('a')];
    await kit.askTimes(3, overloaded);
    kit.connections = [connectionTo('a'), connectionTo('b')];
    assert.equal(kit.pool.likely(kit.connections)?.endpoint, 'https://b.example');
    await kit.clock.advance(5_000);
    const avoidEndpoints = ['https://b.example'];
    const probe = kit.pool.choose(kit.connections, aRequest({ avoidEndpoints }));
    assert.equal(kit.pool.hasOther(avoidEndpoints), false, 'the probe is under way');
    probe.watch.began();
    assert.equal(kit.pool.hasOther(avoidEndpoints), true);
  });

  it('asks the one that is ready first where none is', async () => {
    const kit = new Kit();
    const wait = (retryAfterMs: number): Outcome => ({
      kind: 'failed',
      failure: aFailure({ retryAfterMs }),
    });
    await kit.ask(wait(60_000));
    await kit.ask(wait(20_000));
    assert.equal(await kit.ask(), 'b');
  });

  it('leaves out an endpoint that refuses its key, until it has another', async () => {
    const kit = new Kit();
    const refused: Outcome = {
      kind: 'failed',
      failure: aFailure({ kind: 'authentication', canRetry: false }),
    };
    assert.equal(await kit.ask(refused), 'a');
    assert.equal(await kit.askTimes(2), 'bb');
    assert.equal(kit.pool.hasOther(['https://b.example']), false);
    kit.connections = [connectionTo('a', 'another'), connectionTo('b')];
    await kit.ask();
    assert.equal(kit.pool.hasOther(['https://b.example']), true);
  });

  it('does not take long prompts at one endpoint for slowness', async () => {
    const kit = new Kit();
    await kit.ask(done, { threadId: 't' }, 5_000);
    const quick = { surface: 'completion', avoidEndpoints: ['https://a.example'] } as const;
    await kit.askTimes(10, done, quick, 200);
    assert.equal(await kit.askTimes(3, done, { threadId: 't' }, 5_000), 'aaa');
  });

  it('says in the record of a request where it went and why, and nothing of a single one', () => {
    const kit = new Kit();
    const trail = new DecisionTrail(kit.clock);
    const avoidEndpoints = ['https://a.example'];
    kit.pool.choose(kit.connections, aRequest({ trail, avoidEndpoints }));
    assert.deepEqual(
      trail.decisions.map(({ by, text }) => [by, text]),
      [['failover', 'b.example: asked next, because a.example failed.']],
    );
    const alone = new DecisionTrail(kit.clock);
    kit.pool.choose([connectionTo('a')], aRequest({ trail: alone }));
    assert.deepEqual(alone.decisions, []);
  });
});
