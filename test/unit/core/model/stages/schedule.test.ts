import assert from 'node:assert/strict';
import { systemClock } from '../../../../../src/base/clock.ts';
import { RequestLog } from '../../../../../src/core/model/requestLog.ts';
import { RequestScheduler } from '../../../../../src/core/model/schedule/requestScheduler.ts';
import { noResponse, text } from '../../../../support/messagesServerScript.ts';
import { collect, type GatewayKit, outcomeOf, textOf, withGateway } from '../gatewayKit.ts';
import { createRouterKit } from '../router/routerKit.ts';

/** A gateway that sends one request at a time. */
async function withSchedule(
  test: (kit: GatewayKit, scheduler: RequestScheduler, log: RequestLog) => Promise<void>,
): Promise<void> {
  const log = new RequestLog();
  const scheduler = new RequestScheduler({ clock: systemClock, maxConcurrent: () => 1 });
  const schedule = { scheduler, laneOf: () => Promise.resolve('lane') };
  await withGateway((kit) => test(kit, scheduler, log), { gateway: { schedule, log } });
  scheduler.dispose();
  log.dispose();
}

describe('The schedule stage', () => {
  it('sends the next request when the one before has ended', async () => {
    await withSchedule(async ({ server, collect: all }, scheduler) => {
      server.reply(text('One.'), text('Two.'));
      const both = await Promise.all([all({ id: 'first' }), all({ id: 'second' })]);
      assert.deepEqual(both.map(textOf), ['One.', 'Two.']);
      assert.deepEqual(scheduler.counts, { waiting: 0, running: 0 });
    });
  });

  it('frees the slot of a request that is cancelled while it runs', async () => {
    await withSchedule(async ({ server, ask, collect: all }, scheduler) => {
      server.reply(noResponse('silence'), text('Two.'));
      const controller = new AbortController();
      const first = collect(ask({}, controller.signal));
      await server.received(1);
      const second = all();
      controller.abort();
      assert.equal(outcomeOf(await first).kind, 'cancelled');
      assert.equal(textOf(await second), 'Two.');
      assert.equal(scheduler.counts.running, 0);
    });
  });

  it('frees the slot of a request that is left while a stage above still decides', async () => {
    const { router } = createRouterKit();
    const scheduler = new RequestScheduler({ clock: systemClock, maxConcurrent: () => 1 });
    const schedule = { scheduler, laneOf: () => Promise.resolve('lane') };
    await withGateway(
      async ({ ask, server }) => {
        server.reply(text('One.'));
        for await (const event of ask({ routing: { userText: 'Fix the typo' } })) {
          if (event.type !== 'routed') {
            break;
          }
        }
        assert.equal(scheduler.counts.running, 0);
      },
      { gateway: { schedule, router } },
    );
    scheduler.dispose();
    router.dispose();
  });

  it('never sends what was cancelled while it waited', async () => {
    await withSchedule(async ({ server, ask }, scheduler) => {
      server.reply(noResponse('silence'));
      const [running, waiting] = [new AbortController(), new AbortController()];
      const first = collect(ask({}, running.signal));
      await server.received(1);
      const second = collect(ask({}, waiting.signal));
      while (scheduler.counts.waiting === 0) {
        await new Promise(setImmediate);
      }
      waiting.abort();
      assert.equal(outcomeOf(await second).kind, 'cancelled');
      running.abort();
      await first;
      assert.equal(server.messageRequests.length, 1);
    });
  });

  it('says in the record of a request how long it waited', async () => {
    await withSchedule(async ({ collect: all }, _, log) => {
      await all();
      const [record] = log.all();
      const decision = record?.decisions.find(({ by }) => by === 'schedule');
      assert.match(decision?.text ?? '', /^Sent at once\.$/);
    });
  });
});
