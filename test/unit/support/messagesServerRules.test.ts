import assert from 'node:assert/strict';
import {
  ask,
  ephemeral,
  image,
  type Json,
  marked,
  plain,
  png,
  result,
  talk,
  tool,
  use,
  user,
  withServer,
} from './messagesServerKit.ts';

const format = (schema: Json): Json => ({ format: { type: 'json_schema', schema } });

const rejected: [name: string, body: Json, message: RegExp][] = [
  ['temperature', { ...plain, temperature: 1 }, /temperature: Extra inputs are not permitted/],
  ['top_p', { ...plain, top_p: 1 }, /top_p: Extra inputs/],
  ['top_k', { ...plain, top_k: 5 }, /top_k: Extra inputs/],
  ['an unknown field', { ...plain, thread: {} }, /thread: Extra inputs/],
  ['no messages', { ...plain, messages: [] }, /at least one message/],
  ['an assistant first', talk(), /at least one message/],
  [
    'a first message that is not the user’s',
    { ...plain, messages: [{ role: 'assistant', content: 'a' }, user] },
    /first message must use the "user" role/,
  ],
  ['prefill', talk('a', 'b'), /must end with a user message/],
  ['an unknown role', { ...plain, messages: [{ role: 'tool', content: 'a' }] }, /role/],
  ['empty text', talk([{ type: 'text', text: '' }]), /must be non-empty/],
  ['blank text', talk([{ type: 'text', text: ' \n' }]), /non-whitespace/],
  ['an empty message', talk([]), /non-empty content/],
  ['a message with a field more', { ...plain, messages: [{ ...user, id: 'x' }] }, /Extra inputs/],
  ['a block with a field more', talk([{ type: 'text', text: 'a', id: 'x' }]), /Extra inputs/],
  ['a block of an unknown type', talk([{ type: 'opaque', value: {} }]), /Input tag 'opaque'/],
  ['a tool use of the user', talk([use('t')]), /Input tag 'tool_use'/],
  ['a document of the assistant', talk('a', [{ type: 'document' }], 'b'), /Input tag 'document'/],
  ['citations of the user', talk([{ type: 'text', text: 'a', citations: [{}] }]), /citations/],
  ['a tool use without a result', talk('a', [use('t')], 'b'), /without `tool_result` blocks/],
  ['one result of two', talk('a', [use('t'), use('u')], [result('t')]), /: u$/],
  ['a result without a use', talk([result('t')]), /unexpected `tool_use_id`/],
  ['a result for another use', talk('a', [use('t')], [result('t'), result('x')]), /unexpected/],
  ['two results for a use', talk('a', [use('t')], [result('t'), result('t')]), /single result/],
  [
    'a result after text',
    talk('a', [use('t')], [{ type: 'text', text: 'b' }, result('t')]),
    /must come first/,
  ],
  [
    'a tool input that is no object',
    talk('a', [{ ...use('t'), input: [] }], [result('t')]),
    /dict/,
  ],
  [
    'empty text in a result',
    talk('a', [use('t')], [result('t', [{ type: 'text', text: '' }])]),
    /non-empty/,
  ],
  ['too many tokens', { ...plain, max_tokens: 128_001 }, /128001 > 128000/],
  [
    'no number of tokens',
    { model: plain['model'], messages: [user] },
    /max_tokens: Field required/,
  ],
  ['no tokens in a stream', { ...plain, max_tokens: 0, stream: true }, /with stream/],
  [
    'no tokens and thinking',
    { ...plain, max_tokens: 0, thinking: { type: 'adaptive' } },
    /with thinking/,
  ],
  [
    'no tokens in a form',
    { ...plain, max_tokens: 0, output_config: format({ type: 'string' }) },
    /with output_config.format/,
  ],
  [
    'a form with an open object',
    { ...plain, output_config: format({ type: 'array', items: { type: 'object' } }) },
    /additionalProperties/,
  ],
  ['a blank stop sequence', { ...plain, stop_sequences: ['\n'] }, /non-whitespace/],
  ['a bad tool name', { ...plain, tools: [tool({ name: 'a b' })] }, /should match pattern/],
  [
    'a long tool name',
    { ...plain, tools: [tool({ name: 'a'.repeat(65) })] },
    /should match pattern/,
  ],
  ['two tools of a name', { ...plain, tools: [tool(), tool()] }, /must be unique/],
  [
    'a schema that is no object',
    { ...plain, tools: [tool({ input_schema: { type: 'array' } })] },
    /Input should be 'object'/,
  ],
  [
    'a schema of alternatives',
    { ...plain, tools: [tool({ input_schema: { type: 'object', anyOf: [] } })] },
    /anyOf/,
  ],
  ['a tool with a field more', { ...plain, tools: [tool({ inputSchema: {} })] }, /Extra inputs/],
  [
    'thinking with a budget',
    { ...plain, thinking: { type: 'enabled', budget_tokens: 2_000 } },
    /enabled is not supported/,
  ],
  [
    'thinking turned off',
    { ...plain, thinking: { type: 'disabled' } },
    /disabled is not supported/,
  ],
  [
    'adaptive thinking on an old model',
    { ...plain, model: 'claude-haiku-4-5', thinking: { type: 'adaptive' } },
    /adaptive is not supported/,
  ],
  [
    'a small budget',
    { ...plain, model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 10 } },
    /at least 1024/,
  ],
  [
    'no thinking at high effort',
    {
      ...plain,
      model: 'claude-haiku-5-5',
      thinking: { type: 'disabled' },
      output_config: { effort: 'max' },
    },
    /not supported at effort max/,
  ],
  [
    'an unknown display',
    { ...plain, thinking: { type: 'adaptive', display: 'updates' } },
    /display/,
  ],
  ['a forced tool', { ...plain, tools: [tool()], tool_choice: { type: 'any' } }, /tool_choice/],
  [
    'effort where there is none',
    { ...plain, model: 'claude-haiku-4-5', output_config: { effort: 'low' } },
    /does not support the effort/,
  ],
  ['an unknown effort', { ...plain, output_config: { effort: 'huge' } }, /effort: Input should be/],
  ['fast mode on Sonnet', { ...plain, speed: 'fast' }, /fast mode is not supported/],
  [
    'five cache markers',
    talk(['a', 'b', 'c', 'd', 'e'].map((one) => marked(one))),
    /maximum of 4 blocks/,
  ],
  [
    'four and the automatic one',
    { ...talk(['a', 'b', 'c', 'd'].map((one) => marked(one))), cache_control: ephemeral },
    /Found 5/,
  ],
  [
    'a long marker after a short one',
    talk([marked('a'), marked('b', { type: 'ephemeral', ttl: '1h' })]),
    /must not come after/,
  ],
  [
    'a marker on thinking',
    talk('a', [{ type: 'thinking', thinking: 'a', signature: 's', cache_control: ephemeral }], 'b'),
    /thinking/,
  ],
  [
    'thinking without a signature',
    talk('a', [{ type: 'thinking', thinking: 'a' }], 'b'),
    /signature: Field required/,
  ],
  [
    'thinking it did not sign',
    talk('a', [{ type: 'thinking', thinking: 'a', signature: 'x' }], 'b'),
    /cannot be modified/,
  ],
  ['an image of another kind', image({ media_type: 'image/bmp', data: png }), /media_type/],
  ['an image that is none', image({ data: 'aGVsbG8=' }), /does not appear to be image\/png/],
  ['an image without data', image({ data: '' }), /invalid base64/],
  [
    'an image that is too large',
    image({
      data: Buffer.concat([Buffer.from(png, 'base64'), Buffer.alloc(6_000_000)]).toString('base64'),
    }),
    /exceeds 5 MB/,
  ],
  [
    'a prompt that is too long',
    { ...talk('a '.repeat(400_000)), model: 'claude-haiku-4-5' },
    /prompt is too long/,
  ],
  [
    'a system message first',
    { ...plain, messages: [{ role: 'system', content: 'a' }, user] },
    /must follow a user message/,
  ],
];

describe('The scripted Messages API', () => {
  it('rejects what the real one rejects, in its shape', () =>
    withServer(async (server) => {
      for (const [name, body, message] of rejected) {
        const reply = await ask(server, body);
        assert.equal(reply.status, 400, name);
        const error = reply.body['error'] as Json;
        assert.equal(error['type'], 'invalid_request_error', name);
        assert.match(String(error['message']), message, name);
        assert.equal(reply.body['type'], 'error');
        assert.equal(reply.body['request_id'], reply.headers.get('request-id'));
      }
    }));

  const accepted: [name: string, body: Json][] = [
    ['a plain question', plain],
    ['roles that repeat', { ...plain, messages: [user, user] }],
    [
      'a tool round',
      talk('a', [use('t'), use('u')], [result('u'), result('t'), { type: 'text', text: 'b' }]),
    ],
    [
      'results in two messages of the user',
      {
        ...plain,
        messages: [
          user,
          { role: 'assistant', content: [use('t')] },
          { role: 'user', content: [result('t')] },
          user,
        ],
      },
    ],
    [
      'four markers, the long one first',
      talk([marked('a', { type: 'ephemeral', ttl: '1h' }), marked('b'), marked('c'), marked('d')]),
    ],
    ['a system message within', { ...plain, messages: [user, { role: 'system', content: 'a' }] }],
    ['an image', image({ data: png })],
    [
      'every option of a current model',
      {
        ...plain,
        system: [marked('a')],
        tools: [tool()],
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'max' },
        stop_sequences: ['end'],
        metadata: { user_id: 'u' },
        diagnostics: { previous_message_id: null },
      },
    ],
    ['a warmed prompt', { ...plain, max_tokens: 0, system: [marked('a')] }],
    [
      'a form of closed objects',
      { ...plain, output_config: format({ type: 'object', additionalProperties: false }) },
    ],
    [
      'no thinking at low effort',
      {
        ...plain,
        model: 'claude-haiku-5-5',
        thinking: { type: 'disabled' },
        output_config: { effort: 'low' },
      },
    ],
  ];
  it('accepts what the real one accepts', () =>
    withServer(async (server) => {
      for (const [name, body] of accepted) {
        const reply = await ask(server, body);
        assert.equal(reply.status, 200, `${name}: ${JSON.stringify(reply.body)}`);
      }
    }));

  it('lets in its own key alone, and known models', () =>
    withServer(async (server) => {
      assert.equal((await ask(server, plain, { authorization: 'Bearer other' })).status, 401);
      assert.equal(
        (await ask(server, plain, { authorization: '', 'x-api-key': server.apiKey })).status,
        401,
      );
      assert.equal((await ask(server, { ...plain, model: 'gpt-5' })).status, 404);
    }));

  it('asks for a version and for JSON', () =>
    withServer(async (server) => {
      assert.equal((await ask(server, plain, { 'anthropic-version': '2020-01-01' })).status, 400);
      assert.equal((await ask(server, '{"model":')).status, 400);
      assert.equal((await ask(server, plain, { 'content-type': 'text/plain' })).status, 400);
      const old = await ask(
        server,
        { ...plain, temperature: 1 },
        { 'anthropic-version': '2023-06-01' },
      );
      assert.equal(old.status, 200);
    }));

  it('rejects a body that is too large', () =>
    withServer(async (server) => {
      const reply = await ask(server, talk('a'.repeat(33 * 1024 * 1024)));
      assert.equal(reply.status, 413);
      assert.equal((reply.body['error'] as Json)['type'], 'request_too_large');
    }));
});
