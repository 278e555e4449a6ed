import assert from 'node:assert/strict';
import {
  type AgentHarness,
  createAgentHarness,
  draft,
  editAccess,
  type FakeTool,
  reply,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';
import { createTestStore } from '../store/testStore.ts';
import { endless } from './threadKit.ts';

const data = 'iVBORw0KGgo=';
const image = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data },
} as const;

const tools: Readonly<Record<string, FakeTool>> = {
  read: { run: async () => ({ text: 'é\r\n\u0000'.repeat(5_000) }) },
  look: { run: async () => ({ text: 'an image', images: [image] }) },
  fail: { run: async () => ({ text: 'no', isError: true }) },
  edit: { kind: 'write', access: editAccess },
};

/** A thread with everything in it: rounds, images, unknown blocks, a denial, a stop, a retry. */
async function converse({ service, model, settled }: AgentHarness): Promise<void> {
  model.add(
    reply([
      thinking('A', 'signature+/='),
      { type: 'redacted_thinking', data: 'AAAA' },
      toolUse('1', 'read', { b: 1, a: { z: null, y: 1.5 } }),
      toolUse('2', 'look'),
      toolUse('3', 'fail'),
      toolUse('4', 'edit'),
    ]),
    reply([{ type: 'opaque', value: { type: 'new', z: 1, a: null } }, text('So.')]),
    endless,
    reply([text('Dropped.')]),
    reply([text('Kept.')]),
  );
  await service.send('t', {
    text: 'one',
    chips: [],
    images: [{ mediaType: 'image/png', data, label: 'x' }],
  });
  await settle();
  await service.decide('t', 'any:4', 'deny');
  await settled('t');
  await service.send('t', draft('two'));
  await settle();
  await service.stop('t');
  const turnId = await service.send('t', draft('three'));
  await settled('t');
  await service.retry('t', turnId);
  await settled('t');
}

describe('a thread in the real store', () => {
  it('comes back as it was: the same view, and the same bytes to the model', async () => {
    const kept = await createTestStore();
    try {
      const before = createAgentHarness({ store: kept.store, tools });
      await converse(before);
      assert.deepEqual(before.troubles, []);
      const live = await before.view('t');
      await before.service.stopAll();

      const after = createAgentHarness({ store: await kept.reopen(), tools });
      const restored = await after.view('t');
      assert.deepEqual(JSON.parse(JSON.stringify(restored)), JSON.parse(JSON.stringify(live)));
      after.model.add(reply([text('Still here.')]));
      await after.service.send('t', draft('four'));
      await after.settled('t');
      const last = before.model.requests.at(-1);
      const next = after.model.requests[0];
      assert.equal(next?.system, last?.system);
      const sent = JSON.stringify(last?.messages).slice(0, -1);
      assert.ok(JSON.stringify(next?.messages).startsWith(sent));
      assert.deepEqual(before.troubles, []);
      assert.deepEqual(after.troubles, []);
    } finally {
      kept.dispose();
    }
  });

  it('loses nothing that was said before the window was closed in the middle of a turn', async () => {
    const kept = await createTestStore();
    try {
      const before = createAgentHarness({ store: kept.store, tools });
      before.model.add(endless);
      await before.service.send('t', draft('go'));
      await settle();
      await before.service.stopAll();
      const after = createAgentHarness({ store: await kept.reopen(), tools });
      const answer = (await after.view('t')).messages.at(-1);
      assert.ok(answer?.role === 'assistant');
      assert.equal(answer.state, 'stopped');
      assert.deepEqual(
        answer.blocks.map((block) => block.type !== 'tool' && block.text),
        ['Let me see.', 'It is '],
      );
      assert.deepEqual(before.troubles, []);
    } finally {
      kept.dispose();
    }
  });
});
