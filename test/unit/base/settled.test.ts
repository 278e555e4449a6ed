import assert from 'node:assert/strict';
import { settled } from '../../../src/base/settled.ts';

describe('settled', () => {
  const { signal } = new AbortController();

  it('gives what the promise resolves with', async () => {
    assert.equal(await settled(Promise.resolve(1), signal), 1);
  });

  it('rejects with what the promise rejects with', async () => {
    const failure = new Error('no');
    await assert.rejects(settled(Promise.reject(failure), signal), failure);
  });

  it('gives undefined as soon as the signal aborts, before or while it waits', async () => {
    const controller = new AbortController();
    const waiting = settled(new Promise(() => undefined), controller.signal);
    controller.abort();
    assert.equal(await waiting, undefined);
    assert.equal(await settled(Promise.resolve(1), controller.signal), undefined);
  });
});
