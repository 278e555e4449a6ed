import assert from 'node:assert/strict';
import type { ThreadService } from '../../../../src/core/agent/threadService.ts';
import { type FollowParts, followThread } from '../../../../src/host/team/followThread.ts';
import type { HostEvent } from '../../../../src/shared/protocol.ts';
import { createAgentHarness, draft, reply, text } from '../../../support/agentHarness.ts';
import { threadRecord, userMessage } from '../../core/store/records.ts';

describe('The panel of a thread that others go on with', () => {
  let told: string[];
  let parts: FollowParts & { readonly chat: { threadId: string | undefined } };
  let service: ThreadService<string>;
  /** Runs while a thread is read again. */
  let meanwhile: () => void;
  let id: string;

  beforeEach(async () => {
    told = [];
    meanwhile = () => undefined;
    const harness = createAgentHarness();
    const { model, store } = harness;
    service = harness.service as unknown as ThreadService<string>;
    ({ id } = await service.create(() => undefined));
    model.add(reply([text('Hi.')]));
    await service.send(id, draft('hello'));
    await harness.settled(id);
    await store.createThread(threadRecord('fork'));
    await store.putMessage(userMessage('fork', 0));
    parts = {
      chat: {
        threadId: id,
        send: (event: HostEvent) => told.push(event.type),
        show: (thread) => {
          parts.chat.threadId = thread.id;
          told.push(`show ${thread.id === 'fork' ? 'fork' : 'another'}`);
        },
      },
      threads: {
        refresh: async (threadId, taken) => {
          meanwhile();
          await service.refresh(threadId, taken);
        },
        open: (threadId, taken) => service.open(threadId, taken),
      },
      notifications: { info: (message) => told.push(message) },
    };
  });

  it('shows what they said', async () => {
    await followThread(parts, { threadId: id });
    assert.deepEqual(told, ['thread/refreshed']);
  });

  it('goes on with what was said here, and says why', async () => {
    await followThread(parts, { threadId: id, forkId: 'fork' });
    assert.equal(told[0], 'show fork');
    assert.match(told[1] ?? '', /Somebody else went on/);
  });

  it('stays with the thread that the user opened meanwhile', async () => {
    meanwhile = () => {
      parts.chat.threadId = 'elsewhere';
    };
    await followThread(parts, { threadId: id, forkId: 'fork' });
    assert.deepEqual(told, []);
    assert.equal(parts.chat.threadId, 'elsewhere');
  });

  it('tells where to find what was said in a thread that was taken away', async () => {
    parts.chat.threadId = 'elsewhere';
    await followThread(parts, { threadId: id, forkId: 'fork', lostTo: 'anna' });
    assert.match(told.join(), /^anna no longer shares a thread .* in the history\.$/);
  });

  it('shows a new one in place of one that was deleted, rather than under its name', async () => {
    await service.remove(id);
    await followThread(parts, { threadId: id });
    assert.deepEqual(told, ['show another']);
  });
});
