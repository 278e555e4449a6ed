import assert from 'node:assert/strict';
import type { MessagesServer } from '../../support/messagesServer.ts';
import { ask, type Json, marked, plain, tool, user, withServer } from './messagesServerKit.ts';

const long = 'word '.repeat(1_000);
const minuteMs = 60_000;

/** Read and written tokens of a request's prompt, those for an hour apart. */
async function cached(server: MessagesServer, body: Json): Promise<[number, number, number]> {
  const usage = (await ask(server, body)).body['usage'] as Json;
  const created = usage['cache_creation'] as Json;
  return [
    Number(usage['cache_read_input_tokens']),
    Number(created['ephemeral_5m_input_tokens']),
    Number(created['ephemeral_1h_input_tokens']),
  ];
}

describe('The prompt cache of the scripted Messages API', () => {
  let nowMs = 0;
  const withClock = (test: (server: MessagesServer) => Promise<void>): Promise<void> =>
    withServer(test, { now: () => nowMs });

  it('keeps a prompt for as long as was asked, from its last use on', () =>
    withClock(async (server) => {
      const short = { ...plain, system: [marked(long)] };
      const hour = { ...plain, system: [marked(`${long}!`, { type: 'ephemeral', ttl: '1h' })] };
      const [, tokens] = await cached(server, short);
      assert.ok(tokens > 1_000);
      assert.deepEqual((await cached(server, hour)).slice(0, 2), [0, 0]);
      nowMs += 4 * minuteMs;
      assert.deepEqual(await cached(server, short), [tokens, 0, 0]);
      nowMs += 4 * minuteMs;
      assert.deepEqual(await cached(server, short), [tokens, 0, 0], 'its use made it young');
      nowMs += 5 * minuteMs;
      assert.deepEqual(await cached(server, short), [0, tokens, 0], 'too old');
      assert.ok((await cached(server, hour))[0] > 1_000, 'an hour has not passed');
    }));

  it('finds for a question what was put there without one', () =>
    withClock(async (server) => {
      const system = [marked(long)];
      const reply = await ask(server, { ...plain, system, max_tokens: 0 });
      assert.deepEqual(
        [
          reply.body['content'],
          reply.body['stop_reason'],
          (reply.body['usage'] as Json)['output_tokens'],
        ],
        [[], 'max_tokens', 0],
      );
      const thinking = { type: 'adaptive', display: 'summarized' };
      assert.ok((await cached(server, { ...plain, system, thinking }))[0] > 1_000);
      const none = { thinking: { type: 'between_tools' } };
      const messages = [{ role: 'user', content: [marked(long)] }];
      await ask(server, { ...plain, messages, max_tokens: 0 });
      assert.equal((await cached(server, { ...plain, messages, ...none }))[0], 0);
    }));

  it('says where a prompt departed from the one before', () =>
    withServer(async (server) => {
      const body = { ...plain, system: 'a', tools: [tool()], messages: [user] };
      const said = async (changes: Json, previous: unknown): Promise<unknown> => {
        const diagnostics = { previous_message_id: previous };
        const reply = await ask(server, { ...body, diagnostics, ...changes });
        assert.equal(reply.status, 200);
        const found = reply.body['diagnostics'] as Json | null;
        return (found?.['cache_miss_reason'] as Json | undefined)?.['type'] ?? found;
      };
      const diagnostics = { previous_message_id: null };
      const { id } = (await ask(server, { ...body, diagnostics })).body;
      const more = [user, { role: 'assistant', content: 'Hello' }, user];
      assert.equal(await said({ messages: more }, null), null);
      assert.equal(await said({ messages: more }, id), null);
      assert.equal(
        await said({ messages: [{ role: 'user', content: 'b' }] }, id),
        'messages_changed',
      );
      assert.equal(await said({ system: 'b' }, id), 'system_changed');
      assert.equal(await said({ tools: [tool({ description: 'b' })] }, id), 'tools_changed');
      assert.equal(await said({ model: 'claude-opus-5-5' }, id), 'model_changed');
      assert.equal(await said({ output_config: { effort: 'low' } }, id), 'unavailable');
      assert.equal(await said({}, 'msg_other'), 'previous_message_not_found');
      assert.equal((await ask(server, body)).body['diagnostics'], null);
    }));
});
