import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import {
  type AssistantMessageRecord,
  resultPreviewCharacters,
} from '../../../../src/core/store/records.ts';
import { assistantMessage, threadRecord, toolResult, userMessage } from './records.ts';
import { type ContractStore, committed } from './testStore.ts';

/** What every store of threads does, whatever it keeps them in. */
export function threadStoreContract(createStore: () => Promise<ContractStore>): void {
  let test: ContractStore;

  beforeEach(async () => {
    test = await createStore();
    await committed(test.store, test.store.createThread(threadRecord('a')));
  });

  afterEach(() => test.dispose());

  it('gives back every field of every kind of block after reopening', async () => {
    const question = userMessage('a', 0, {
      content: [
        { type: 'text', text: 'What is \u0000 in “this” 🖼? \ud83d' },
        {
          type: 'image',
          source: { type: 'base64', media_type: 'image/png', data: 'iVBO'.repeat(900) },
        },
      ],
      text: 'What is \u0000 in “this” 🖼? \ud83d',
      chips: [{ kind: 'file', label: 'cart.ts', path: '/w/cart.ts', startLine: 3, endLine: 9 }],
    });
    const answer = assistantMessage('a', 1, {
      content: [
        { type: 'thinking', thinking: 'Hm, \u0000', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
        { type: 'opaque', value: { type: 'newer', z: 1, a: [{ b: null }] } },
        { type: 'text', text: '' },
        {
          type: 'tool_use',
          id: 'u1',
          name: 'read_file',
          input: { path: 'z', a: { b: [1.5, '\ud83d'] } },
        },
        { type: 'tool_use', id: 'u1', name: 'read_file', input: null },
        { type: 'text', text: 'Done.' },
      ],
      toolResults: [
        toolResult('u1', {
          status: 'failed',
          content: [
            { type: 'text', text: 'a\u0000b' },
            { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'R0lG' } },
          ],
          changedPaths: ['/w/a.ts'],
        }),
      ],
      usage: {
        inputTokens: 1,
        outputTokens: 2,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        thinkingTokens: 5,
      },
      costUsd: undefined,
      notice: {
        severity: 'warning',
        text: 'Cut.',
        actions: [{ label: 'Go on', action: 'continueTurn' }],
      },
      unfinishedThinking: 'and then',
    });
    await committed(test.store, test.store.putMessage(question), test.store.putMessage(answer));
    const reopened = await test.reopen();
    assert.deepEqual(await reopened.readHistory('a'), [question, answer]);
  });

  it('keeps the order of keys in a tool input, which the prompt cache depends on', async () => {
    const input = { zebra: 1, apple: { y: 1, x: 2 }, '10': 'b', '9': 'a' };
    const content = [{ type: 'tool_use', id: 'u', name: 'n', input } as const];
    await committed(test.store, test.store.putMessage(assistantMessage('a', 1, { content })));
    const [message] = await test.store.readHistory('a');
    assert.equal(JSON.stringify(message?.content), JSON.stringify(content));
  });

  it('opens a thread whose tool input is nested deeper than SQLite reads JSON', async () => {
    let input: unknown = 'deep';
    for (let depth = 0; depth < 3_000; depth += 1) {
      input = [input];
    }
    const content = [{ type: 'tool_use', id: 'u', name: 'n', input } as const];
    await committed(test.store, test.store.putMessage(assistantMessage('a', 1, { content })));
    const page = await test.store.readPage('a', { limit: 5 });
    assert.equal(JSON.stringify(page.messages[0]?.content), JSON.stringify(content));
  });

  it('replaces a message with fewer tool uses and results', async () => {
    const uses = ['u1', 'u2', 'u3'].map(
      (id) => ({ type: 'tool_use', id, name: 'n', input: {} }) as const,
    );
    const first = assistantMessage('a', 1, {
      content: uses,
      toolResults: uses.map(({ id }) => toolResult(id)),
    });
    const second = assistantMessage('a', 1, {
      content: uses.slice(2),
      toolResults: [toolResult('u3')],
    });
    await committed(test.store, test.store.putMessage(first));
    await committed(test.store, test.store.putMessage(second));
    assert.deepEqual(await test.store.readHistory('a'), [second]);
  });

  it('refuses what belongs to nothing, and keeps what was queued with it', async () => {
    const good = test.store.putMessage(userMessage('a', 0));
    const orphans = [
      test.store.putMessage(userMessage('unknown', 0)),
      test.store.putToolResult('unknown', toolResult('u')),
      test.store.appendDelta({ messageId: 'unknown', blockIndex: 0, kind: 'text', text: 'x' }),
      test.store.updateThread('unknown', { title: 'x' }),
      test.store.createThread(threadRecord('a')),
      test.store.putMessage(userMessage('a', 0, { turnId: 'other' })),
    ];
    const outcomes = Promise.allSettled(orphans);
    await committed(test.store, good);
    for (const outcome of await outcomes) {
      assert.equal(outcome.status, 'rejected');
    }
    assert.deepEqual(await test.store.readHistory('a'), [userMessage('a', 0)]);
  });

  it('keeps a thread that was renamed, priced and deleted as it was told', async () => {
    const usage = { ...threadRecord('a').usage, outputTokens: 7 };
    await committed(
      test.store,
      test.store.updateThread('a', { title: 'New\u0000 name', isTitleByUser: true }),
      test.store.updateThread('a', { usage, costUsd: undefined, updatedAt: 5_000 }),
      test.store.updateThread('a', { updatedAt: 4_000, systemPrompt: 'P\u0000' }),
      test.store.updateThread('a', {}),
    );
    const expected = threadRecord('a', {
      title: 'New name',
      isTitleByUser: true,
      usage,
      costUsd: undefined,
      updatedAt: 5_000,
      systemPrompt: 'P\u0000',
    });
    assert.deepEqual(await (await test.reopen()).readThread('a'), expected);
    await committed(test.store, test.store.deleteThread('a'));
    assert.equal(await test.store.readThread('a'), undefined);
    await committed(test.store, test.store.restoreThread('a'));
    assert.deepEqual(await test.store.readThread('a'), expected);
  });

  it('keeps drafts of threads that were never sent, and which thread was in view', async () => {
    const draft = { text: 'half a \ud83d', chips: [], images: [] };
    await committed(
      test.store,
      test.store.saveDraft('new', 'w', { ...draft, text: 'h' }),
      test.store.saveDraft('new', 'w', draft),
      test.store.saveCurrentThread('w', 'a'),
      test.store.saveCurrentThread('other', 'new'),
    );
    const reopened = await test.reopen();
    assert.deepEqual(await reopened.readDraft('new'), draft);
    assert.equal(await reopened.readDraft('a'), undefined);
    assert.equal(await reopened.readCurrentThread('w'), 'a');
    assert.equal(await reopened.readCurrentThread('other'), 'new');
    assert.equal(await reopened.readCurrentThread('unknown'), undefined);
    await committed(reopened, reopened.deleteThread('a'));
    assert.equal(await reopened.readCurrentThread('w'), undefined);
  });

  describe('an answer that was left running', () => {
    const running: Partial<AssistantMessageRecord> = {
      state: 'running',
      content: [],
      toolResults: [],
    };

    beforeEach(async () => {
      const { store } = test;
      await committed(
        store,
        store.putMessage(assistantMessage('a', 1, running)),
        store.appendDelta({ messageId: 'a-1', blockIndex: 0, kind: 'thinking', text: 'Let me ' }),
        store.appendDelta({ messageId: 'a-1', blockIndex: 1, kind: 'text', text: 'It is \ud83d' }),
        store.appendDelta({ messageId: 'a-1', blockIndex: 0, kind: 'thinking', text: 'think.' }),
      );
      await committed(
        store,
        store.appendDelta({ messageId: 'a-1', blockIndex: 1, kind: 'text', text: '\ude00 here.' }),
      );
    });

    it('comes back interrupted, with its text and without thinking that cannot be sent', async () => {
      const reopened = await test.reopen();
      const expected = assistantMessage('a', 1, {
        ...running,
        state: 'interrupted',
        content: [{ type: 'text', text: 'It is 😀 here.' }],
        unfinishedThinking: 'Let me think.',
      });
      assert.deepEqual(await reopened.readHistory('a'), [expected]);
      assert.deepEqual((await reopened.readPage('a', { limit: 1 })).messages, [expected]);
      assert.deepEqual(await reopened.readHistory('a'), [expected], 'reading changes nothing');
    });

    it('does not repeat text of blocks that were kept whole since', async () => {
      const content = [
        { type: 'thinking', thinking: 'Let me think.', signature: 's' },
        { type: 'text', text: 'It is 😀 here.' },
      ] as const;
      const { store } = test;
      await committed(store, store.putMessage(assistantMessage('a', 1, { ...running, content })));
      assert.deepEqual((await store.readHistory('a'))[0]?.content, content);
    });

    it('leaves nothing behind once it is done', async () => {
      const { store } = test;
      await committed(store, store.putMessage(assistantMessage('a', 1)));
      await committed(store, store.putMessage(assistantMessage('a', 1, running)));
      assert.deepEqual((await store.readHistory('a'))[0]?.content, []);
    });
  });

  describe('results of tools', () => {
    const long = 'line\n'.repeat(10_000);

    beforeEach(async () => {
      const content = ['u1', 'u2', 'u3'].map(
        (id) => ({ type: 'tool_use', id, name: 'n', input: {} }) as const,
      );
      const toolResults = [
        toolResult('u1', { content: long }),
        toolResult('u2', {
          content: [
            { type: 'text', text: long },
            { type: 'text', text: 'end' },
          ],
        }),
      ];
      await committed(
        test.store,
        test.store.putMessage(assistantMessage('a', 1, { content, toolResults })),
      );
    });

    it('are cut in pages and whole for the model', async () => {
      const [paged] = (await test.store.readPage('a', { limit: 1 })).messages;
      assert.ok(paged?.role === 'assistant');
      for (const result of paged.toolResults) {
        assert.equal(result.content, long.slice(0, resultPreviewCharacters + 1));
      }
      const [whole] = await test.store.readHistory('a');
      assert.ok(whole?.role === 'assistant');
      assert.equal(whole.toolResults[0]?.content, long);
      assert.deepEqual(await test.store.readToolResult('a', 'u2'), whole.toolResults[1]);
    });

    it('name images instead of carrying them in a page', async () => {
      const image = {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
      } as const;
      const result = toolResult('u3', { content: [{ type: 'text', text: 'A chart:' }, image] });
      await committed(test.store, test.store.putToolResult('a-1', result));
      const [paged] = (await test.store.readPage('a', { limit: 1 })).messages;
      assert.ok(paged?.role === 'assistant');
      assert.equal(paged.toolResults[2]?.content, 'A chart:\n[image]');
      assert.deepEqual(await test.store.readToolResult('a', 'u3'), result);
    });

    it('keep their place when one is replaced', async () => {
      await committed(
        test.store,
        test.store.putToolResult('a-1', toolResult('u1', { status: 'denied' })),
      );
      const [whole] = await test.store.readHistory('a');
      assert.ok(whole?.role === 'assistant');
      assert.deepEqual(
        whole.toolResults.map(({ toolUseId, status }) => [toolUseId, status]),
        [
          ['u1', 'denied'],
          ['u2', 'done'],
        ],
      );
    });

    it('are found by the latest use where an id comes again', async () => {
      const again = assistantMessage('a', 2, {
        toolResults: [toolResult('u1', { content: 'new' })],
      });
      await committed(test.store, test.store.putMessage(again));
      assert.equal((await test.store.readToolResult('a', 'u1'))?.content, 'new');
      assert.equal(await test.store.readToolResult('a', 'u9'), undefined);
      assert.equal(await test.store.readToolResult('b', 'u1'), undefined);
    });
  });

  describe('with a second window on the same file', () => {
    it('sees what the other wrote', async () => {
      const other = await test.openOther();
      try {
        await committed(
          other.store,
          other.store.putMessage(userMessage('a', 0, { text: 'from there' })),
        );
        assert.deepEqual(await test.store.readHistory('a'), [
          userMessage('a', 0, { text: 'from there' }),
        ]);
        const { threads } = await test.store.listThreads({
          workspace: 'w',
          text: 'there',
          limit: 5,
        });
        assert.deepEqual(
          threads.map(({ id }) => id),
          ['a'],
        );
      } finally {
        await other.close();
      }
    });

    it('refuses to mix two conversations, until the thread has been read again', async () => {
      const other = await test.openOther();
      const theirs = userMessage('a', 0, { id: 'theirs' });
      try {
        await committed(other.store, other.store.putMessage(theirs));
      } finally {
        await other.close();
      }
      const { store } = test;
      const refused = [
        store.putMessage(userMessage('a', 0)),
        store.putMessage(assistantMessage('a', 1)),
        store.setAsideFrom('a', 0),
      ];
      const outcomes = Promise.allSettled(refused);
      await committed(
        store,
        store.createThread(threadRecord('b')),
        store.putMessage(userMessage('b', 0)),
      );
      for (const outcome of await outcomes) {
        assert.ok(outcome.status === 'rejected' && outcome.reason instanceof UserError);
        assert.match(outcome.reason.message, /another window/);
      }
      await store.readPage('a', { limit: 5 });
      await assert.rejects(
        Promise.all([store.putMessage(assistantMessage('a', 1)), store.flush()]),
        UserError,
        'a page does not bring the whole thread up to date',
      );
      assert.deepEqual(await store.readHistory('a'), [theirs]);
      await committed(store, store.putMessage(assistantMessage('a', 1)));
      assert.equal((await store.readHistory('a')).length, 2);
    });
  });
}
