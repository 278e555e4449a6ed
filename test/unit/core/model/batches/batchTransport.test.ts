import assert from 'node:assert/strict';
import { systemClock } from '../../../../../src/base/clock.ts';
import { CancelledError } from '../../../../../src/base/errors.ts';
import { type BatchClient, BatchError } from '../../../../../src/core/model/batches/batchClient.ts';
import type { BatchEntry } from '../../../../../src/core/model/batches/batchParams.ts';
import { createBatchTransport } from '../../../../../src/core/model/batches/batchTransport.ts';
import { MessagesServer } from '../../../../support/messagesServer.ts';

const never = new AbortController().signal;

function entry(custom_id: string): BatchEntry {
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] as const;
  return { custom_id, params: { model: 'claude-haiku-5-5', max_tokens: 10, messages } };
}

describe('The Message Batches API on the wire', () => {
  let server: MessagesServer;
  let client: BatchClient;

  beforeEach(async () => {
    server = await MessagesServer.start();
    client = createBatchTransport({ clock: systemClock, version: '9.8.7' });
  });

  afterEach(() => server.stop());

  const connection = () =>
    ({ kind: 'anthropic', endpoint: server.endpoint, apiKey: server.apiKey }) as const;

  async function refused(call: Promise<unknown>): Promise<BatchError> {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof BatchError, String(error));
    return error;
  }

  it('tells whether a server has batches', async () => {
    assert.equal(await client.isOffered(connection(), never), true);
    server.batches.isOffered = false;
    assert.equal(await client.isOffered(connection(), never), false);
    const locked = { ...connection(), apiKey: 'wrong' };
    assert.equal((await refused(client.isOffered(locked, never))).failure.kind, 'authentication');
  });

  it('lists all batches since a time, over as many pages as it takes', async () => {
    const times = Array.from({ length: 230 }, (_, n) => Date.UTC(2030, 0, 1) + n * 1_000);
    for (const time of times) {
      server.batches.wallTime = () => time;
      await client.create(connection(), [entry('a')], never);
    }
    const listed = await client.list(connection(), times[10] ?? 0, never);
    assert.equal(listed.length, 220);
    assert.equal(listed.at(-1)?.createdAtMs, times[10]);
  });

  it('reads results without following an address that the answer names', async () => {
    const { id } = await client.create(connection(), [entry('a'), entry('b')], never);
    server.batches.finishAll();
    const ids: string[] = [];
    for await (const result of client.results(connection(), id, never)) {
      assert.ok(result.kind === 'succeeded');
      assert.ok(result.usage.inputTokens > 0);
      ids.push(result.id);
    }
    assert.deepEqual(ids.sort(), ['a', 'b']);
  });

  it('knows what was certainly not taken from what may have been', async () => {
    const twice = await refused(client.create(connection(), [entry('a'), entry('a')], never));
    assert.equal(twice.isRefused, true);
    server.batches.losesNextAnswer = true;
    const lost = await refused(client.create(connection(), [entry('a')], never));
    assert.equal(lost.isRefused, false);
    assert.equal(server.batches.ids.length, 1, 'sent once');
    const { endpoint } = connection();
    await server.stop();
    const gone = { kind: 'anthropic', endpoint, apiKey: 'k' } as const;
    assert.equal((await refused(client.create(gone, [entry('a')], never))).isRefused, true);
    server = await MessagesServer.start();
  });

  it('leaves when it is told to', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(client.list(connection(), 0, signal), CancelledError);
  });
});
