import assert from 'node:assert/strict';
import { CancelledError, UserError } from '../../../../../src/base/errors.ts';
import { type BatchClient, BatchError } from '../../../../../src/core/model/batches/batchClient.ts';
import { isEnded, nextStep } from '../../../../../src/core/model/batches/bulkJob.ts';
import { settle } from '../../../../support/fakeClock.ts';
import { failure, text } from '../../../../support/messagesServerScript.ts';
import {
  type BulkKit,
  type BulkWindow,
  batchClient,
  jobOf,
  statesOf,
  withBulk,
} from './bulkKit.ts';

function number(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1));
}

function creations({ server }: BulkKit): number {
  return server.requests.filter(
    ({ method, path }) => method === 'POST' && path === '/v1/messages/batches',
  ).length;
}

function ended(window: BulkWindow, id: string): () => boolean {
  return () => isEnded(jobOf(window.store, id));
}

describe('A job over many files', () => {
  it('joins shuffled, failed, expired and cancelled results by their ids', () =>
    withBulk(20, async (kit) => {
      const window = await kit.openWindow();
      kit.server.batches.respond = ({ customId }) => {
        switch (number(customId) % 5) {
          case 0:
            return failure(500, 'api_error', { message: 'Overheated' });
          case 1:
            return 'expired';
          case 2:
            return 'canceled';
          default:
            return text(`About ${customId}`);
        }
      };
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => kit.server.batches.ids.length === 1, 'the batch');
      kit.server.batches.finishAll();
      await kit.until(ended(window, job.id), 'the end');

      const items = window.store.items(job.id);
      assert.deepEqual(statesOf(items), { errored: 4, expired: 4, canceled: 4, succeeded: 8 });
      for (const item of items.filter(({ state }) => state === 'succeeded')) {
        assert.equal(window.store.answer(item.id), `About ${item.id}`);
      }
      assert.match(items[0]?.problem ?? '', /Overheated/);
      await kit.until(() => window.ended.length > 0, 'the announcement');
      assert.deepEqual(window.ended, [job.id]);
      assert.deepEqual(window.used.map(({ id }) => number(id) % 5 > 2).filter(Boolean).length, 8);
      assert.equal(new Set(window.used.map(({ id }) => id)).size, 8);
      assert.equal(creations(kit), 1);
      assert.deepEqual(window.errors, []);
    }));

  it('sends what the strict server takes, and tells of a request that it rejects', () =>
    withBulk(3, async (kit) => {
      const window = await kit.openWindow({ maxOutputTokens: () => -10_000 });
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => kit.server.batches.ids.length === 1, 'the batch');
      kit.server.batches.finishAll();
      await kit.until(ended(window, job.id), 'the end');
      const [item] = window.store.items(job.id);
      assert.equal(item?.state, 'errored');
      assert.match(item?.problem ?? '', /max_tokens/);
    }));

  it('asks the provider to compute where the user wants it, and not to stream', () =>
    withBulk(1, async (kit) => {
      const window = await kit.openWindow({ inferenceGeo: () => 'eu' });
      window.runner.resume([kit.add(window)]);
      await kit.until(() => kit.server.batches.ids.length === 1, 'the batch');
      const [request] = kit.server.batches.requestsOf(kit.server.batches.ids[0] ?? '');
      assert.equal(request?.params['inference_geo'], 'eu');
      assert.ok(!('stream' in (request?.params ?? {})));
      assert.match(JSON.stringify(request?.params['system']), /"ttl":"1h"/);
    }));

  it('counts what it may still cost until the provider tells', () =>
    withBulk(4, async (kit) => {
      const window = await kit.openWindow();
      const job = kit.add(window, { estimateUsd: 8 });
      kit.add(window, { estimateUsd: 100, hasBatches: false });
      assert.equal(window.store.pendingUsd(), 8);
      window.store.settle(job.id, [{ id: `${job.id}-1`, state: 'succeeded', answer: 'Yes.' }]);
      assert.equal(window.store.pendingUsd(), 6);
      window.store.remove(job.id);
      assert.equal(window.store.pendingUsd(), 0);
    }));

  it('sends as many batches as the limits ask for', () =>
    withBulk(7, async (kit) => {
      const window = await kit.openWindow();
      const job = kit.add(window, { filesPerBatch: 3 });
      window.runner.resume([job]);
      await kit.until(() => kit.server.batches.ids.length === 3, 'three batches');
      const sizes = kit.server.batches.ids.map((id) => kit.server.batches.requestsOf(id).length);
      assert.deepEqual(sizes, [3, 3, 1]);
      kit.server.batches.finish(kit.server.batches.ids[1] ?? '');
      await kit.until(() => jobOf(window.store, job.id).counts.succeeded === 3, 'the second');
      kit.server.batches.finish(kit.server.batches.ids[0] ?? '');
      kit.server.batches.finish(kit.server.batches.ids[2] ?? '');
      await kit.until(ended(window, job.id), 'the end');
      assert.deepEqual(statesOf(window.store.items(job.id)), { succeeded: 7 });
    }));

  it('asks less and less often, and no more than every five minutes', () =>
    withBulk(1, async (kit) => {
      const times: number[] = [];
      const client = batchClient(kit);
      const watched: BatchClient = {
        ...client,
        retrieve: async (_connection, id) => {
          times.push(kit.clock.now());
          return { id, isEnded: false, createdAtMs: 0, requestCount: 1, doneCount: 0 };
        },
      };
      const window = await kit.openWindow({ client: watched });
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => times.length === 1, 'the first question');
      await kit.clock.advance(2 * 3_600_000);
      const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
      assert.equal(gaps[0], 5_000);
      assert.ok(gaps.every((gap, n) => gap >= (gaps[n - 1] ?? 0)));
      assert.equal(gaps.at(-1), 300_000);
    }));

  it('goes on in another window after each kind of interruption', () =>
    withBulk(4, async (kit) => {
      const first = await kit.openWindow();
      const job = kit.add(first, { filesPerBatch: 2 });
      first.close();

      const second = await kit.openWindow();
      second.runner.resume(second.store.jobs('/home/ada/shop'));
      await kit.until(() => kit.server.batches.ids.length === 2, 'both batches');
      await kit.until(
        () => jobOf(second.store, job.id).batches.every(({ state }) => state === 'sent'),
        'both kept',
      );
      second.close();
      kit.server.batches.finish(kit.server.batches.ids[0] ?? '');

      const third = await kit.openWindow();
      third.runner.resume(third.store.jobs('/home/ada/shop'));
      await kit.until(() => jobOf(third.store, job.id).counts.succeeded === 2, 'the first half');
      third.close();
      kit.server.batches.finishAll();

      const fourth = await kit.openWindow();
      fourth.runner.resume(fourth.store.jobs('/home/ada/shop'));
      await kit.until(ended(fourth, job.id), 'the end');
      await kit.until(() => fourth.ended.length === 1, 'the announcement');
      fourth.close();

      const fifth = await kit.openWindow();
      fifth.runner.resume(fifth.store.jobs('/home/ada/shop'));
      await settle();
      assert.deepEqual(fifth.ended, [], 'told only once');
      assert.equal(creations(kit), 2);
      assert.deepEqual(statesOf(fifth.store.items(job.id)), { succeeded: 4 });
    }));
});

describe('A batch of which nobody knows whether it arrived', () => {
  it('is found again where its answer got lost, and never sent twice', () =>
    withBulk(3, async (kit) => {
      kit.server.batches.losesNextAnswer = true;
      const window = await kit.openWindow();
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(
        () => jobOf(window.store, job.id).batches[0]?.state === 'sent',
        'the batch to be found',
      );
      kit.server.batches.finishAll();
      await kit.until(ended(window, job.id), 'the end');
      assert.equal(creations(kit), 1);
      assert.deepEqual(statesOf(window.store.items(job.id)), { succeeded: 3 });
    }));

  it('is found by the window that comes after one that was killed', () =>
    withBulk(3, async (kit) => {
      const killed = await kit.openWindow();
      const job = kit.add(killed);
      const untilMs = kit.clock.wallTime() + 60_000;
      const lease = { owner: 'killed', nowMs: kit.clock.wallTime(), untilMs };
      const hashes = new Map(killed.store.items(job.id).map(({ id, hash }) => [id, hash]));
      assert.ok(killed.store.beginSending(job.id, 0, hashes, lease));
      const client = batchClient(kit);
      const connection = {
        kind: 'anthropic',
        endpoint: kit.server.endpoint,
        apiKey: kit.server.apiKey,
      } as const;
      const entries = [...hashes.keys()].map((custom_id) => ({
        custom_id,
        params: {
          model: job.model,
          max_tokens: 10,
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        } as const,
      }));
      await client.create(connection, entries, new AbortController().signal);
      killed.close();

      const next = await kit.openWindow();
      next.runner.resume([job]);
      await kit.until(() => jobOf(next.store, job.id).batches[0]?.state === 'sent', 'the batch');
      kit.server.batches.finishAll();
      await kit.until(ended(next, job.id), 'the end');
      assert.equal(creations(kit), 1);
      assert.deepEqual(statesOf(next.store.items(job.id)), { succeeded: 3 });
    }));

  it('is left to the user where the provider has none, and sent again at their word alone', () =>
    withBulk(3, async (kit) => {
      const window = await kit.openWindow();
      const job = kit.add(window);
      const nowMs = kit.clock.wallTime();
      const hashes = new Map(window.store.items(job.id).map(({ id, hash }) => [id, hash]));
      window.store.beginSending(job.id, 0, hashes, { owner: 'gone', nowMs, untilMs: nowMs + 1 });
      window.runner.resume([job]);
      await kit.until(() => nextStep(jobOf(window.store, job.id)).kind === 'decide', 'a question');
      assert.equal(creations(kit), 0);
      await settle();

      window.store.setBatch(job.id, 0, 'waiting');
      await kit.until(() => {
        window.runner.resume([job]);
        return creations(kit) === 1;
      }, 'the sending');
    }));

  it('is left to the user where two of the provider’s could be it', () =>
    withBulk(2, async (kit) => {
      const window = await kit.openWindow();
      const other = kit.add(window);
      const job = kit.add(window);
      const nowMs = kit.clock.wallTime();
      for (const { id } of [other, job]) {
        const hashes = new Map(window.store.items(id).map((item) => [item.id, item.hash]));
        window.store.beginSending(id, 0, hashes, { owner: 'gone', nowMs, untilMs: nowMs + 1 });
      }
      window.runner.resume([job]);
      await kit.until(() => nextStep(jobOf(window.store, job.id)).kind === 'decide', 'a question');
    }));

  it('that the provider refused waits or fails, according to why', () =>
    withBulk(2, async (kit) => {
      const client = batchClient(kit);
      let tries = 0;
      const refusing: BatchClient = {
        ...client,
        create: (...args) => {
          tries += 1;
          const message = 'Too much right now.';
          return tries < 3
            ? Promise.reject(
                new BatchError({ kind: 'rateLimited', message, status: 429, canRetry: true }, true),
              )
            : client.create(...args);
        },
      };
      const window = await kit.openWindow({ client: refusing });
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => kit.server.batches.ids.length === 1, 'the third try');
      assert.equal(tries, 3);

      const strict = await kit.openWindow({
        client: {
          ...client,
          create: () =>
            Promise.reject(
              new BatchError(
                { kind: 'invalidRequest', message: 'Never.', status: 400, canRetry: false },
                true,
              ),
            ),
        },
      });
      const hopeless = kit.add(strict);
      strict.runner.resume([hopeless]);
      await kit.until(ended(strict, hopeless.id), 'the end');
      assert.equal(strict.store.items(hopeless.id)[0]?.problem, 'Never.');
    }));
});

describe('Two windows with one job', () => {
  it('have one of them work on it, and the other when the first is gone', () =>
    withBulk(3, async (kit) => {
      const polls = [0, 0];
      const windows = await Promise.all(
        polls.map((_, n) => {
          const client = batchClient(kit);
          return kit.openWindow({
            client: {
              ...client,
              retrieve: (...args) => {
                polls[n] = (polls[n] ?? 0) + 1;
                return client.retrieve(...args);
              },
            },
          });
        }),
      );
      const [one, two] = windows;
      assert.ok(one && two);
      const job = kit.add(one);
      one.runner.resume([job]);
      two.runner.resume([job]);
      await kit.until(() => (polls[0] ?? 0) >= 4, 'the first window');
      assert.equal(polls[1], 0);
      assert.equal(creations(kit), 1);

      one.close();
      await kit.until(() => (polls[1] ?? 0) >= 1, 'the second window');
      kit.server.batches.finishAll();
      await kit.until(ended(two, job.id), 'the end');
      await kit.until(() => two.ended.length === 1, 'the announcement');
      assert.equal(creations(kit), 1);
      assert.deepEqual(one.ended, []);
    }));

  it('cancel it from either', () =>
    withBulk(3, async (kit) => {
      const one = await kit.openWindow();
      const two = await kit.openWindow();
      const job = kit.add(one);
      one.runner.resume([job]);
      await kit.until(
        () => jobOf(one.store, job.id).batches[0]?.state === 'sent',
        'the batch to be kept',
      );
      two.runner.cancel(job);
      const [id = ''] = kit.server.batches.ids;
      await kit.until(() => kit.server.batches.isCancelled(id), 'the cancellation');
      // One request was too far to be stopped.
      kit.server.batches.respond = ({ customId }) =>
        number(customId) === 1 ? text('Done all the same.') : 'canceled';
      kit.server.batches.finishAll();
      await kit.until(ended(two, job.id), 'the end');
      assert.deepEqual(statesOf(two.store.items(job.id)), { canceled: 2, succeeded: 1 });
      assert.equal(one.used.length + two.used.length, 1);
    }));

  it('send nothing of a job that was cancelled before', () =>
    withBulk(3, async (kit) => {
      const window = await kit.openWindow();
      const job = kit.add(window);
      window.runner.cancel(job);
      await kit.until(ended(window, job.id), 'the end');
      assert.equal(creations(kit), 0);
      assert.deepEqual(statesOf(window.store.items(job.id)), { canceled: 3 });
    }));
});

describe('A job without batches', () => {
  it('asks about its files one by one', () =>
    withBulk(9, async (kit) => {
      kit.server.respond(({ body }) => text(`Seen ${JSON.stringify(body).match(/file\d/)?.[0]}`));
      const window = await kit.openWindow();
      const job = kit.add(window, { hasBatches: false });
      window.runner.resume([job]);
      await kit.until(ended(window, job.id), 'the end');
      assert.equal(kit.server.messageRequests.length, 9);
      for (const [n, item] of window.store.items(job.id).entries()) {
        assert.equal(window.store.answer(item.id), `Seen file${n}`);
      }
      assert.deepEqual(window.used, [], 'the gateway keeps account of single requests');
    }));

  it('tells of files that are gone and of failures, and goes on', () =>
    withBulk(4, async (kit) => {
      const window = await kit.openWindow();
      const job = kit.add(window, { hasBatches: false });
      kit.files.delete('/home/ada/shop/src/file2.ts');
      kit.server.respond(({ body }) =>
        JSON.stringify(body).includes('file1')
          ? failure(400, 'invalid_request_error', { message: 'No.' })
          : text('Fine.'),
      );
      window.runner.resume([job]);
      await kit.until(ended(window, job.id), 'the end');
      assert.deepEqual(
        window.store.items(job.id).map(({ state }) => state),
        ['succeeded', 'errored', 'errored', 'succeeded'],
      );
    }));

  it('goes on in another window, and asks again only what was on its way', () =>
    withBulk(12, async (kit) => {
      const first = await kit.openWindow();
      const job = kit.add(first, { hasBatches: false });
      first.runner.resume([job]);
      await kit.until(() => jobOf(first.store, job.id).counts.succeeded >= 5, 'five answers');
      first.close();
      const second = await kit.openWindow();
      second.runner.resume([job]);
      await kit.until(ended(second, job.id), 'the end');
      assert.deepEqual(statesOf(second.store.items(job.id)), { succeeded: 12 });
      const atOnce = 4;
      assert.ok(kit.server.messageRequests.length <= 12 + atOnce);
    }));

  it('stops asking when it is cancelled', () =>
    withBulk(40, async (kit) => {
      const window = await kit.openWindow();
      const job = kit.add(window, { hasBatches: false });
      kit.server.respond(() => {
        if (kit.server.messageRequests.length === 4) {
          window.runner.cancel(job);
        }
        return text('Fine.');
      });
      window.runner.resume([job]);
      await kit.until(ended(window, job.id), 'the end');
      assert.ok(kit.server.messageRequests.length < 12);
    }));
});

describe('A job whose server is not connected', () => {
  it('waits and says so, and asks no other server', () =>
    withBulk(2, async (kit) => {
      const window = await kit.openWindow({
        connection: {
          current: async () => ({ kind: 'anthropic', endpoint: 'http://127.0.0.1:9', apiKey: 'k' }),
        },
      });
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => window.runner.problem(job.id) !== undefined, 'the problem');
      assert.match(window.runner.problem(job.id) ?? '', /not connected/);
      assert.equal(kit.server.requests.length, 0);
    }));

  it('tells mistakes of ours apart from what may pass', () =>
    withBulk(2, async (kit) => {
      const wrong = (): Promise<never> => Promise.reject(new TypeError('A bug.'));
      const window = await kit.openWindow({ client: { ...batchClient(kit), create: wrong } });
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => window.errors.length === 1, 'the error');
      assert.ok(!(window.errors[0] instanceof UserError));
      assert.ok(!(window.errors[0] instanceof CancelledError));
    }));
});
