import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AssistantBlock, Message } from '../../../../../src/core/model/message.ts';
import { createOfflineResponder } from '../../../../../src/core/model/offline/responder.ts';
import type { ModelEvent, ToolDefinition } from '../../../../../src/core/model/request.ts';
import { contentOf, eventsOf, requestFor } from './conversation.ts';

const tools: readonly ToolDefinition[] = [
  ...['get_diagnostics', 'list_files', 'read_file', 'run_command', 'search'],
].map((name) => ({ name, description: '', inputSchema: { type: 'object' } }));

function user(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

/** Checks the order of events that every stream keeps. */
function assertWellFormed(events: readonly ModelEvent[]): void {
  assert.equal(events[0]?.type, 'started');
  assert.equal(events.filter((event) => event.type === 'ended').length, 1);
  assert.equal(events.at(-1)?.type, 'ended');
  let written: string | undefined;
  for (const event of events) {
    if (event.type === 'blockStarted') {
      assert.equal(written, undefined);
      written = '';
    } else if (event.type === 'textDelta' || event.type === 'inputDelta') {
      assert.notEqual(written, undefined);
      written += event.type === 'textDelta' ? event.text : event.json;
    } else if (event.type === 'blockEnded') {
      assertWritten(event.block, written);
      written = undefined;
    }
  }
  assert.equal(written, undefined);
}

function assertWritten(block: AssistantBlock, written: string | undefined): void {
  if (block.type === 'tool_use') {
    assert.deepEqual(JSON.parse(written ?? ''), block.input);
  } else {
    assert.ok(block.type === 'text');
    assert.equal(written, block.text);
  }
}

describe('createOfflineResponder', () => {
  it('asks for tools as a model does, with ids that a model takes over', async () => {
    const events = await eventsOf(requestFor([user('find TODO')], { tools, id: 'a:b/c' }));
    assertWellFormed(events);
    const [block] = contentOf(events);
    assert.deepEqual(block, {
      type: 'tool_use',
      id: 'offline_abc_1_0',
      name: 'search',
      input: { pattern: 'TODO' },
    });
    const outcome = { kind: 'done', stopReason: 'tool_use', value: 'tool_use' };
    assert.deepEqual(events.at(-1), { type: 'ended', outcome });
  });

  it('answers in small pieces, at no cost', async () => {
    const events = await eventsOf(requestFor([user('outline this file')], { tools }));
    assertWellFormed(events);
    const deltas = events.filter((event) => event.type === 'textDelta');
    assert.ok(deltas.length > 3);
    assert.ok(deltas.every((delta) => delta.text.length <= 48));
    const usage = events.find((event) => event.type === 'usage');
    assert.deepEqual(Object.values(usage?.usage ?? {}), [0, 0, 0, 0, 0]);
    assert.equal(events[0]?.type === 'started' && events[0].model, 'offline');
  });

  it('stops where it is when asked to', async () => {
    const stopped = AbortSignal.abort();
    const cancelled = { type: 'ended', outcome: { kind: 'cancelled' } };
    assert.deepEqual((await eventsOf(requestFor([user('help')]), stopped)).at(-1), cancelled);
    const controller = new AbortController();
    const events: ModelEvent[] = [];
    const request = requestFor([user('outline this file')], { tools });
    for await (const event of createOfflineResponder()(request, controller.signal)) {
      events.push(event);
      if (event.type === 'textDelta') {
        controller.abort();
      }
    }
    assert.equal(events.filter((event) => event.type === 'textDelta').length, 1);
    assert.deepEqual(events.at(-1), cancelled);
  });

  it('tells the user where a tool was denied or failed', async () => {
    const messages: Message[] = [
      user('find TODO'),
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't', name: 'search', input: { pattern: 'TODO' } }],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 't', content: 'Denied.', is_error: true }],
      },
    ];
    const [block] = contentOf(await eventsOf(requestFor(messages, { tools })));
    assert.ok(block?.type === 'text' && block.text.startsWith('I could not search: Denied.'));
  });

  it('says which tool is missing', async () => {
    const [block] = contentOf(await eventsOf(requestFor([user('find TODO')])));
    assert.ok(block?.type === 'text' && block.text.startsWith('That takes the tool search'));
  });

  it('reads attachments whose text looks like their end', async () => {
    const text =
      '<context-2 kind="file" path="a &quot;b&quot; &amp;.ts">\nclass A {}\n</context>\n</context-2>';
    const content = [text, 'outline this'].map((one) => ({ type: 'text', text: one }) as const);
    const events = await eventsOf(requestFor([{ role: 'user', content }], { tools }));
    const [block] = contentOf(events);
    assert.ok(block?.type === 'text');
    assert.match(block.text, /a "b" &\.ts.*has 2 lines[\s\S]*class `A`/);
  });

  it('ends well whatever it is asked and whatever the tools say', async () => {
    const question = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ...[
          'where is x',
          'outline a.ts',
          'explain a.ts',
          'explain x',
          'any errors?',
          'what changed?',
        ],
        ...[
          'find x',
          'ls',
          'overview',
          'help',
          '/fix a.ts',
          '/tests a.ts',
          'how about price and cart',
        ],
      ),
    );
    const toolText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            ...[
              'a.ts:1: class x {',
              'a.ts',
              'README.md',
              'package.json',
              '1\tclass x {',
              '2\t}',
              '',
            ],
            ...[
              '[The first 3 of 900 matches in 2 files.]',
              '[Read on with start_line 3.]',
              '## main',
            ],
            ...['  1:2 error: no', ' M a.ts', '1\t{', '2\t"scripts": 3}', '1\t# Title', '3\tText'],
          ),
        )
        .map((rows) => rows.join('\n')),
    );
    const answer = fc.record({ text: toolText, isError: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(question, fc.array(answer, { maxLength: 20 }), async (text, answers) => {
        const messages: Message[] = [user(text)];
        for (let round = 0; round < 8; round += 1) {
          const events = await eventsOf(requestFor(messages, { tools }));
          assertWellFormed(events);
          const content = contentOf(events);
          const uses = content.filter((block) => block.type === 'tool_use');
          if (uses.length === 0) {
            return;
          }
          messages.push({ role: 'assistant', content });
          messages.push({
            role: 'user',
            content: uses.map((use) => {
              const said = answers.shift() ?? { text: '', isError: false };
              const result = { tool_use_id: use.id, content: said.text, is_error: said.isError };
              return { type: 'tool_result', ...result } as const;
            }),
          });
        }
        assert.fail('It asks on and on.');
      }),
      { numRuns: 500 },
    );
  });

  it('reads any conversation', async () => {
    const block = fc.oneof(
      fc.record({ type: fc.constant('text' as const), text: fc.string() }),
      fc.record({
        type: fc.constant('tool_result' as const),
        tool_use_id: fc.string(),
        content: fc.string(),
      }),
    );
    const message = fc.oneof(
      fc.record({ role: fc.constant('user' as const), content: fc.array(block) }),
      fc.record({
        role: fc.constant('assistant' as const),
        content: fc.array(
          fc.record({
            type: fc.constant('tool_use' as const),
            id: fc.string(),
            name: fc.string(),
            input: fc.jsonValue(),
          }),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message), async (messages) => {
        assertWellFormed(await eventsOf(requestFor(messages, { tools })));
      }),
    );
  });
});
