import assert from 'node:assert/strict';
import { CancelledError } from '../../../../src/base/errors.ts';
import { WorkerHost } from '../../../../src/core/worker/workerHost.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const { signal } = new AbortController();

describe('WorkerHost', () => {
  let clock: FakeClock;
  let host: WorkerHost<string, string>;

  beforeEach(() => {
    clock = new FakeClock();
    const entry = new URL('echoWorker.ts', import.meta.url);
    host = new WorkerHost({ entry, clock, idleMs: 1_000 });
  });

  afterEach(() => host.dispose());

  it('starts with the first request and answers each', async () => {
    assert.equal(host.isRunning, false);
    const answers = await Promise.all(['a', 'b', 'c'].map((one) => host.run(one, signal)));
    assert.deepEqual(answers, ['a, too', 'b, too', 'c, too']);
  });

  it('ends when nothing came for a while, and starts again', async () => {
    await host.run('a', signal);
    await clock.advance(999);
    assert.equal(host.isRunning, true);
    await host.run('b', signal);
    await clock.advance(999);
    assert.equal(host.isRunning, true);
    await clock.advance(1);
    assert.equal(host.isRunning, false);
    assert.equal(await host.run('c', signal), 'c, too');
  });

  it('does not end while something runs', async () => {
    await host.run('a', signal);
    const controller = new AbortController();
    const hanging = host.run('hang', controller.signal);
    await clock.advance(5_000);
    assert.equal(host.isRunning, true);
    controller.abort();
    await assert.rejects(hanging, CancelledError);
  });

  it('tells why a request failed, and goes on', async () => {
    await assert.rejects(host.run('fail', signal), /It failed/);
    assert.equal(await host.run('a', signal), 'a, too');
  });

  it('fails what ran in a worker that died, and starts another', async () => {
    await assert.rejects(host.run('die', signal), /ended with code 3/);
    assert.equal(host.isRunning, false);
    assert.equal(await host.run('a', signal), 'a, too');
  });

  it('ends the thread with the last request that is cancelled, not with one of several', async () => {
    const controllers = [new AbortController(), new AbortController()];
    const runs = controllers.map((controller) => host.run('hang', controller.signal));
    controllers[0]?.abort();
    await assert.rejects(runs[0] ?? Promise.resolve(), CancelledError);
    assert.equal(host.isRunning, true);
    controllers[1]?.abort();
    await assert.rejects(runs[1] ?? Promise.resolve(), CancelledError);
    assert.equal(host.isRunning, false);
    await assert.rejects(host.run('a', controllers[0]?.signal ?? signal), CancelledError);
  });

  it('cancels what runs when it is disposed of, and takes no more', async () => {
    const hanging = host.run('hang', signal);
    host.dispose();
    await assert.rejects(hanging, CancelledError);
    await assert.rejects(host.run('a', signal), CancelledError);
    assert.equal(host.isRunning, false);
  });
});
