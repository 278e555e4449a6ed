import assert from 'node:assert/strict';
import { threadOf } from '../../../src/host/eventThread.ts';
import type { HostEvent } from '../../../src/shared/protocol.ts';
import { createAgentHarness } from '../../support/agentHarness.ts';

describe('The thread of an event', () => {
  it('is the one that it tells of', () => {
    assert.equal(threadOf({ type: 'thread/renamed', threadId: 'one', title: 'One' }), 'one');
  });

  it('is the one that was read again, so that it does not take the place of another', async () => {
    const { service } = createAgentHarness();
    const events: HostEvent[] = [];
    const { id } = await service.create((thread) => events.push({ type: 'thread/opened', thread }));
    assert.deepEqual(events.map(threadOf), [id]);
  });

  it('is none for what is about the panel', () => {
    assert.equal(threadOf({ type: 'history/show' }), undefined);
  });
});
