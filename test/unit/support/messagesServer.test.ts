import assert from 'node:assert/strict';
import type { MessagesServer } from '../../support/messagesServer.ts';
import { startServerProcess } from '../../support/messagesServerProcess.ts';
import {
  answer,
  failure,
  noResponse,
  text,
  thinking,
  toolUse,
} from '../../support/messagesServerScript.ts';
import {
  ask,
  ephemeral,
  type Json,
  marked,
  plain,
  talk,
  tool,
  user,
  withServer,
} from './messagesServerKit.ts';

describe('Thinking on the scripted Messages API', () => {
  async function think(server: MessagesServer, body: Json): Promise<Json[]> {
    server.reply([thinking('a'), text('b')]);
    return (await ask(server, body)).body['content'] as Json[];
  }

  it('is accepted again while everything before it is unchanged', () =>
    withServer(async (server) => {
      const first = await think(server, talk('one'));
      const second = await think(server, talk('one', first, 'two'));
      assert.equal((await ask(server, talk('one', first, 'two', second, 'three'))).status, 200);
      const withMarker = talk([marked('one')], first, 'two', second, 'three');
      assert.equal((await ask(server, withMarker)).status, 200, 'markers may move');
      const isPlain = (block: Json): boolean => block['type'] !== 'thinking';
      const late = talk('one', first.filter(isPlain), 'two', second, 'three');
      assert.equal((await ask(server, late)).status, 200, 'thinking may go from the start');
    }));

  it('is rejected once anything before it has changed', () =>
    withServer(async (server) => {
      const first = await think(server, talk('one'));
      const second = await think(server, talk('one', first, 'two'));
      const third = await think(server, talk('one', first, 'two', second, 'three'));
      const changed: [name: string, body: Json][] = [
        ['an earlier message', talk('ONE', first, 'two')],
        ['the system', { ...talk('one', first, 'two'), system: 'new' }],
        ['the tools', { ...talk('one', first, 'two'), tools: [tool()] }],
        ['the thinking', talk('one', [{ ...first[0], thinking: 'x' }, first[1]], 'two')],
        ['an earlier answer', talk('one', [{ type: 'text', text: 'x' }], 'two', second, 'three')],
        [
          'what is missing in the middle',
          talk('one', first, 'two', second.slice(1), 'three', third, 'four'),
        ],
      ];
      for (const [name, body] of changed) {
        assert.equal((await ask(server, body)).status, 400, name);
      }
    }));
});

describe('What the scripted Messages API tells a test', () => {
  it('records requests and counts connections', () =>
    withServer(async (server) => {
      server.reply(failure(529, 'overloaded_error'));
      await ask(server, plain);
      await ask(server, plain);
      assert.deepEqual(
        server.messageRequests.map((request) => request.status),
        [529, 200],
      );
      assert.deepEqual(server.messageRequests[0]?.body, plain);
      assert.equal(server.connections.total, 2);
      server.reset();
      assert.equal(server.requests.length, 0);
    }));

  it('sees a client that leaves', () =>
    withServer(async (server) => {
      server.reply(noResponse('silence'));
      const controller = new AbortController();
      const headers = {
        authorization: `Bearer ${server.apiKey}`,
        'anthropic-version': '2026-10-21',
        'content-type': 'application/json',
      };
      const asked = fetch(`${server.endpoint}/v1/messages`, {
        method: 'POST',
        headers,
        body: JSON.stringify(plain),
        signal: controller.signal,
      });
      const request = await server.received(1);
      controller.abort();
      await assert.rejects(asked);
      await request.closed;
      assert.equal(request.isAborted, true);
      await server.connectionsAtMost(0);
    }));

  it('paces a stream', () =>
    withServer(async (server) => {
      server.reply(answer(text('x'.repeat(100)), { deltaCharacters: 10, deltasPerSecond: 200 }));
      const started = performance.now();
      const reply = await ask(server, { ...plain, stream: true });
      assert.match(String(reply.body['content']), /message_stop/);
      assert.ok(performance.now() - started >= 40, 'ten deltas at 200 a second');
    }));

  it('counts tokens, and what the prompt cache would read', () =>
    withServer(async (server) => {
      const long = { ...plain, system: [marked('word '.repeat(1_000))], cache_control: ephemeral };
      const usage = async (body: Json): Promise<Json> =>
        (await ask(server, body)).body['usage'] as Json;
      const first = await usage(long);
      const again = await usage(long);
      const changed = await usage({ ...long, messages: [{ role: 'user', content: 'Other' }] });
      const short = await usage({ ...plain, cache_control: ephemeral });
      assert.equal(first['cache_read_input_tokens'], 0);
      assert.ok(Number(first['cache_creation_input_tokens']) > 1_000);
      assert.equal(again['cache_read_input_tokens'], first['cache_creation_input_tokens']);
      assert.ok(Number(changed['cache_read_input_tokens']) > 1_000, 'the system is still known');
      assert.equal(short['cache_creation_input_tokens'], 0, 'too short to be cached');
      const counted = await ask(
        server,
        { model: plain['model'], messages: [user] },
        {},
        '/v1/messages/count_tokens',
      );
      assert.ok(Number(counted.body['input_tokens']) > 0);
    }));

  it('lists its models', () =>
    withServer(async (server) => {
      const response = await fetch(`${server.endpoint}/v1/models`, {
        headers: { authorization: `Bearer ${server.apiKey}`, connection: 'close' },
      });
      const { data } = (await response.json()) as { data: Json[] };
      assert.ok(data.some((model) => model['id'] === 'claude-sonnet-5-5'));
    }));

  it('answers with tool uses and their stop reason', () =>
    withServer(async (server) => {
      server.reply([text('a'), toolUse('read', { path: 'b' })]);
      const { body } = await ask(server, plain);
      assert.equal(body['stop_reason'], 'tool_use');
    }));

  it('runs in a process of its own', async () => {
    const server = await startServerProcess(text('From afar.'));
    try {
      const response = await fetch(`${server.endpoint}/v1/models`, {
        headers: { authorization: `Bearer ${server.apiKey}`, connection: 'close' },
      });
      assert.equal(response.status, 200);
      await response.text();
    } finally {
      await server.stop();
    }
  });
});
