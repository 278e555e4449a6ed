import assert from 'node:assert/strict';
import type { AssistantBlock, Message } from '../../../../src/core/model/message.ts';
import type { ModelEvent, ToolDefinition } from '../../../../src/core/model/request.ts';
import type { RequestRecord } from '../../../support/messagesServerHttp.ts';
import {
  answer,
  raw,
  rawBlock,
  redactedThinking,
  text,
  thinking,
  toolUse,
} from '../../../support/messagesServerScript.ts';
import {
  blocksOf,
  collect,
  failureOf,
  outcomeOf,
  textOf,
  typesOf,
  userText,
  withGateway,
} from './gatewayKit.ts';
import { done, scriptedNext, started } from './scriptedNext.ts';

const readFile: ToolDefinition = {
  name: 'read_file',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

function assistant(events: readonly ModelEvent[]): Message {
  return { role: 'assistant', content: blocksOf(events) };
}

function resultOf(blocks: readonly AssistantBlock[]): Message {
  const uses = blocks.filter((block) => block.type === 'tool_use');
  return {
    role: 'user',
    content: uses.map((use) => ({
      type: 'tool_result',
      tool_use_id: use.id,
      content: `1: the content of a file\n`.repeat(200),
    })),
  };
}

function usageIn(events: readonly ModelEvent[]): { cacheReadTokens: number } | undefined {
  return events.findLast((event) => event.type === 'usage')?.usage;
}

describe('The gateway against a strict server', () => {
  it('goes through a tool loop, sending thinking back as it came', () =>
    withGateway(async ({ server, collect: ask, internalErrors }) => {
      server.reply(
        [thinking('Which file?'), redactedThinking(), toolUse('read_file', { path: 'a.ts' })],
        [
          thinking('Two at once.'),
          text('Two more.'),
          toolUse('read_file', {}),
          toolUse('read_file', { path: 'b' }),
        ],
        [thinking(), text('Done.')],
      );
      const messages: Message[] = [userText('What is in a.ts?')];
      const round = async (): Promise<ModelEvent[]> => {
        const events = await ask({ messages: [...messages], tools: [readFile] });
        messages.push(assistant(events));
        return events;
      };
      const first = await round();
      assert.deepEqual(outcomeOf(first), {
        kind: 'done',
        stopReason: 'tool_use',
        value: 'tool_use',
      });
      messages.push(resultOf(blocksOf(first)));
      messages.push(resultOf(blocksOf(await round())));
      const last = await round();
      assert.equal(textOf(last), 'Done.');
      assert.deepEqual(
        server.messageRequests.map((request) => request.status),
        [200, 200, 200],
      );
      assert.deepEqual(internalErrors, []);
    }));

  it('sends a prefix that the prompt cache finds again', () =>
    withGateway(async ({ server, collect: ask }) => {
      const system = 'You help with code. '.repeat(200);
      server.respond(() => [thinking(), text('An answer.')]);
      const messages: Message[] = [userText('First')];
      const first = await ask({ system, messages, tools: [readFile] });
      const second = await ask({
        system,
        messages: [...messages, assistant(first), userText('Second')],
        tools: [readFile],
      });
      assert.equal(usageIn(first)?.cacheReadTokens, 0);
      assert.ok((usageIn(second)?.cacheReadTokens ?? 0) > 1_000);
    }));

  it('strips thinking and goes on where the history has changed', () =>
    withGateway(async ({ server, collect: ask }) => {
      server.respond(() => [thinking(), text('An answer.')]);
      const first = await ask({ messages: [userText('Before')] });
      const changed = [userText('After'), assistant(first), userText('Next')];
      const events = await ask({ messages: changed });
      assert.equal(textOf(events), 'An answer.');
      assert.deepEqual(
        server.messageRequests.map((request) => request.status),
        [200, 400, 200],
      );
      assert.doesNotMatch(JSON.stringify(server.messageRequests[2]?.body), /signature/);
    }));

  it('sends a block of an unknown type back as it came', () =>
    withGateway(async ({ server, collect: ask }) => {
      const block = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
      server.reply([thinking(), rawBlock(block), text('A')], text('B'));
      const first = await ask();
      const messages = [userText('Hello'), assistant(first), userText('Next')];
      assert.equal(textOf(await ask({ messages })), 'B');
      const sent = server.messageRequests[1]?.body?.['messages'] as { content: unknown[] }[];
      assert.deepEqual(sent[1]?.content[1], block);
    }));

  it('says what the provider rejects', () =>
    withGateway(async ({ collect: ask }) => {
      const failure = failureOf(await ask({ messages: [] }));
      assert.equal(failure.kind, 'invalidRequest');
      assert.equal(failure.status, 400);
      assert.match(failure.requestId ?? '', /^req_/);
      assert.match(failure.message, /It says: messages: at least one message is required/);
    }));

  it('tells a key that is wrong, and takes a new one for the next request', () =>
    withGateway(async (kit) => {
      const good = kit.connection;
      kit.connection = { ...good, apiKey: 'sk-wrong' };
      assert.match(failureOf(await kit.collect()).message, /The key was not accepted/);
      kit.connection = { kind: 'anthropic', endpoint: good.endpoint };
      assert.match(failureOf(await kit.collect()).message, /asks for a key/);
      assert.equal(kit.server.messageRequests[1]?.headers.authorization, undefined);
      kit.connection = good;
      assert.equal(outcomeOf(await kit.collect()).kind, 'done');
    }));

  it('does not send a key that is none, nor show it', () =>
    withGateway(async (kit) => {
      kit.connection = { ...kit.connection, apiKey: 'sk-se\ncret' };
      const found = failureOf(await kit.collect());
      assert.equal(found.kind, 'authentication');
      assert.doesNotMatch(JSON.stringify([found, kit.internalErrors]), /cret/);
      assert.deepEqual(kit.internalErrors, []);
      assert.equal(kit.server.requests.length, 0);
      kit.connection = { ...kit.connection, apiKey: ` ${kit.server.apiKey}\n` };
      assert.equal(outcomeOf(await kit.collect()).kind, 'done');
    }));

  it('says that an address is none', () =>
    withGateway(async (kit) => {
      kit.connection = { kind: 'anthropic', endpoint: 'not an address', apiKey: 'k' };
      const events = await kit.collect();
      assert.deepEqual(typesOf(events), ['ended']);
      assert.match(failureOf(events).message, /“not an address” is not an address/);
    }));

  it('names a model that is not there', () =>
    withGateway(async ({ collect: ask }) => {
      const failure = failureOf(await ask({ model: 'claude-none' }));
      assert.equal(failure.status, 404);
      assert.match(failure.message, /does not offer the model claude-none/);
    }));

  it('runs a lot of requests at once', () =>
    withGateway(async ({ server, collect: ask }) => {
      server.respond((request) => text(String(request.body?.['max_tokens'])));
      const sizes = Array.from({ length: 24 }, (_, index) => 100 + index);
      const answers = await Promise.all(sizes.map((maxOutputTokens) => ask({ maxOutputTokens })));
      assert.deepEqual(answers.map(textOf), sizes.map(String));
    }));
});

function header(request: RequestRecord | undefined, name: string): unknown {
  return request?.headers[name];
}

describe('What the gateway sends', () => {
  it('names Slipstream, the key and the newest version of the API', () =>
    withGateway(async ({ server, collect: ask }) => {
      await ask();
      const [request] = server.messageRequests;
      assert.equal(header(request, 'user-agent'), 'Slipstream/9.8.7');
      assert.equal(header(request, 'authorization'), `Bearer ${server.apiKey}`);
      assert.equal(header(request, 'anthropic-version'), '2026-10-21');
      assert.equal(header(request, 'anthropic-beta'), undefined);
      assert.equal(header(request, 'x-api-key'), undefined);
    }));

  it('takes nothing from the environment that it was not told', () =>
    withGateway(async ({ server, collect: ask }) => {
      const names = [
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_AUTH_TOKEN',
        'ANTHROPIC_BASE_URL',
        'ANTHROPIC_PROFILE',
      ];
      const before = names.map((name) => process.env[name]);
      for (const name of names) {
        process.env[name] = 'http://127.0.0.1:9/from-the-environment';
      }
      try {
        assert.equal(outcomeOf(await ask()).kind, 'done');
      } finally {
        for (const [index, name] of names.entries()) {
          restore(name, before[index]);
        }
      }
      assert.equal(header(server.messageRequests[0], 'authorization'), `Bearer ${server.apiKey}`);
    }));

  it('takes an address with a slash or /v1 at its end', () =>
    withGateway(async (kit) => {
      for (const end of ['/', '/v1', '/v1/']) {
        kit.connection = { ...kit.connection, endpoint: kit.server.endpoint + end };
        assert.equal(outcomeOf(await kit.collect()).kind, 'done', end);
      }
    }));

  it('sends no trace headers', () =>
    withGateway(async ({ server, collect: ask }) => {
      await ask();
      assert.equal(header(server.messageRequests[0], 'traceparent'), undefined);
    }));

  it('writes nothing to the console, not even of what it cannot read', () =>
    withGateway(async ({ server, collect: ask }) => {
      const fault = { kind: 'reset', after: { deltas: 1 } } as const;
      server.reply(
        answer(text('A secret.'), { unknownEvents: true, fault }),
        raw(200, 'event: message_start\ndata: {"a secret\n\n', { 'x-should-retry': 'false' }),
      );
      const written = await whileListening(async () => {
        await ask();
        await ask();
      });
      assert.deepEqual(written, []);
    }));
});

async function whileListening(run: () => Promise<void>): Promise<unknown[]> {
  const written: unknown[] = [];
  const names = ['log', 'debug', 'info', 'warn', 'error'] as const;
  const before = names.map((name) => console[name]);
  for (const name of names) {
    console[name] = (...values: unknown[]) => written.push(values);
  }
  try {
    await run();
  } finally {
    for (const [index, name] of names.entries()) {
      console[name] = before[index] ?? console[name];
    }
  }
  return written;
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}

describe('The gateway offline and with local servers', () => {
  it('asks the built-in responder while nothing is configured', () => {
    const script = scriptedNext([started, done]);
    return withGateway(
      async ({ server, collect: ask }) => {
        assert.deepEqual(await ask(), [started, done]);
        assert.equal(server.requests.length, 0);
        assert.equal(script.requests.length, 1);
      },
      {
        gateway: {
          connection: { current: () => Promise.resolve({ kind: 'offline' }) },
          offline: script.next,
        },
      },
    );
  });

  it('fails as one outcome where the settings cannot be read', () =>
    withGateway(
      async ({ collect: ask, internalErrors }) => {
        assert.equal(failureOf(await ask()).kind, 'internal');
        assert.equal(internalErrors.length, 1);
      },
      { gateway: { connection: { current: () => Promise.reject(new Error('no settings')) } } },
    ));

  it('speaks plainly to a local server and forgives what it leaves out', () =>
    withGateway(
      async ({ server, collect: ask }) => {
        const input = { path: 'src/a.ts', text: 'x'.repeat(2_000) };
        server.reply(
          answer([text('Let me see.'), toolUse('read_file', input)], {
            omitUsage: true,
            deltaCharacters: 100_000,
            stopReason: 'end_turn',
          }),
          answer(text('Half'), { stopReason: 'length' }),
        );
        const events = await ask({ model: 'qwen3-coder:30b', effort: 'high', tools: [readFile] });
        assert.deepEqual(
          events.filter((event) => event.type === 'inputDelta').length,
          1,
          'the whole input in one delta',
        );
        const use = blocksOf(events)[1];
        assert.deepEqual(use?.type === 'tool_use' && use.input, input);
        assert.deepEqual(outcomeOf(events), {
          kind: 'done',
          stopReason: 'tool_use',
          value: 'end_turn',
        });
        assert.ok(!typesOf(events).includes('usage'));
        const body = server.messageRequests[0]?.body ?? {};
        assert.deepEqual(Object.keys(body).sort(), [
          'max_tokens',
          'messages',
          'model',
          'stream',
          'system',
          'tools',
        ]);
        assert.deepEqual(outcomeOf(await ask({ model: 'qwen3-coder:30b' })), {
          kind: 'done',
          stopReason: 'unknown',
          value: 'length',
        });
      },
      { kind: 'compatible', server: { isStrict: false } },
    ));

  it('needs no key for a local server', () =>
    withGateway(
      async (kit) => {
        kit.connection = { kind: 'compatible', endpoint: kit.server.endpoint };
        assert.equal(outcomeOf(await kit.collect({ model: 'qwen' })).kind, 'done');
        assert.equal(header(kit.server.messageRequests[0], 'authorization'), undefined);
      },
      { kind: 'compatible', server: { isStrict: false } },
    ));

  it('goes through the fetch of the host where there is one', () => {
    const asked: string[] = [];
    return withGateway(
      async ({ server, collect: ask }) => {
        server.reply(answer(text('äöü'.repeat(50)), { chunking: 'splitCharacters' }));
        assert.equal(textOf(await ask()), 'äöü'.repeat(50));
        assert.deepEqual(asked, [`${server.endpoint}/v1/messages`]);
      },
      {
        gateway: {
          hostFetch: () => (input, init) => {
            asked.push(String(input));
            // Closed with its answer: the pool of the global fetch is not ours to empty.
            const headers = new Headers(init?.headers);
            headers.set('connection', 'close');
            return fetch(input, { ...init, headers });
          },
        },
      },
    );
  });

  it('ends what runs when it is disposed', () =>
    withGateway(async ({ server, gateway, ask }) => {
      server.reply(answer(text('A'), { fault: { kind: 'stall', after: { deltas: 1 } } }));
      const events: ModelEvent[] = [];
      for await (const event of ask()) {
        events.push(event);
        if (event.type === 'textDelta') {
          gateway.dispose();
        }
      }
      assert.deepEqual(outcomeOf(events), { kind: 'cancelled' });
      await server.connectionsAtMost(0);
      assert.equal(outcomeOf(await collect(ask())).kind, 'cancelled');
    }));
});
