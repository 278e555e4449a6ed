import assert from 'node:assert/strict';
import { type CatalogueModel, loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type {
  AssistantBlock,
  Message,
  ToolResultBlock,
} from '../../../../src/core/model/message.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import {
  toAnthropicRequest,
  toCompatibleRequest,
  type WireRequest,
} from '../../../../src/core/model/wire.ts';
import { knownModels } from '../../../support/messagesServerModels.ts';
import { checkMessages } from '../../../support/messagesServerRules.ts';
import { ThinkingSigner } from '../../../support/messagesServerThinking.ts';
import { aRequest, userText } from './gatewayKit.ts';

const catalogue = await loadCatalogue();

function model(id: string): CatalogueModel {
  const found = catalogue.find(id);
  assert.ok(found, id);
  return found;
}

function toWire(overrides: Partial<ModelRequest> = {}): WireRequest {
  const request = aRequest(overrides);
  return toAnthropicRequest(request, catalogue.find(request.model));
}

function toLocal(overrides: Partial<ModelRequest> = {}): WireRequest {
  return toCompatibleRequest(aRequest(overrides));
}

const ephemeral = { type: 'ephemeral' };
const hello = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }];

describe('toAnthropicRequest', () => {
  it('sends a chat with thinking in view and two cache markers', () => {
    assert.deepEqual(toWire(), {
      model: 'claude-sonnet-5-5',
      max_tokens: 1_000,
      stream: true,
      cache_control: ephemeral,
      diagnostics: { previous_message_id: null },
      thinking: { type: 'adaptive', display: 'summarized' },
      system: [{ type: 'text', text: 'You help with code.', cache_control: ephemeral }],
      messages: hello,
    });
  });

  it('sends only what an unknown model surely takes', () => {
    const wire = toWire({
      model: 'claude-next',
      effort: 'high',
      maxOutputTokens: 500_000,
      thinking: 'least',
      outputSchema: { type: 'object', additionalProperties: false },
    });
    assert.equal(wire.thinking, undefined);
    assert.equal(wire.output_config, undefined);
    assert.equal(wire.max_tokens, 500_000);
  });

  it('asks for thinking only where the model takes it adaptive', () => {
    assert.equal(toWire({ model: 'claude-haiku-4-5' }).thinking, undefined);
    for (const { id, thinking } of catalogue.models) {
      assert.equal(toWire({ model: id }).thinking !== undefined, thinking.includes('adaptive'), id);
    }
  });

  it('sends effort only where the model has it', () => {
    assert.deepEqual(toWire({ effort: 'xhigh' }).output_config, { effort: 'xhigh' });
    assert.equal(toWire({ effort: 'low', model: 'claude-haiku-4-5' }).output_config, undefined);
    assert.equal(toWire().output_config, undefined);
  });

  it('asks for no more output than the model gives', () => {
    const request = { maxOutputTokens: 1_000_000, model: 'claude-haiku-4-5' };
    assert.equal(toWire(request).max_tokens, model('claude-haiku-4-5').maxOutputTokens);
  });

  it('lets the automatic cache marker and diagnostics to chats', () => {
    const wire = toWire({ surface: 'completion', previousMessageId: 'msg_1' });
    assert.equal(wire.cache_control, undefined);
    assert.equal(wire.diagnostics, undefined);
    const chat = toWire({ previousMessageId: 'msg_1' });
    assert.deepEqual(chat.diagnostics, { previous_message_id: 'msg_1' });
  });

  it('marks what stays the same from key to key in a completion', () => {
    const content = ['context', 'cursor'].map((text) => ({ type: 'text', text }) as const);
    const wire = toWire({ surface: 'completion', messages: [{ role: 'user', content }] });
    assert.deepEqual(wire.messages[0]?.content, [
      { type: 'text', text: 'context', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'cursor' },
    ]);
  });

  it('asks for an hour with all of its markers or with none', () => {
    const wire = toWire({ promptCacheLifetime: '1h' });
    const hour = { type: 'ephemeral', ttl: '1h' };
    assert.deepEqual(wire.cache_control, hour);
    assert.deepEqual(wire.system, [{ type: 'text', text: aRequest().system, cache_control: hour }]);
  });

  it('thinks as little as each model allows, at an effort that allows it', () => {
    const least = (id: string, effort?: 'max'): unknown[] => {
      const wire = toWire({ model: id, thinking: 'least', ...(effort ? { effort } : {}) });
      return [wire.thinking?.type, wire.output_config?.effort];
    };
    assert.deepEqual(least('claude-haiku-5-5', 'max'), ['disabled', 'low']);
    assert.deepEqual(least('claude-sonnet-5-5', 'max'), ['between_tools', 'low']);
    assert.deepEqual(least('claude-opus-5-5'), ['adaptive', 'low']);
    assert.deepEqual(least('claude-haiku-4-5'), ['disabled', undefined]);
  });

  it('asks no model for what it does not take', () => {
    const headers = { 'anthropic-version': '2026-10-21', 'content-type': 'application/json' };
    const outputSchema = { type: 'object', additionalProperties: false };
    for (const { id } of knownModels.filter((known) => catalogue.find(known.id))) {
      for (const effort of ['low', 'medium', 'high', 'xhigh', 'max'] as const) {
        for (const thinking of ['default', 'least'] as const) {
          for (const maxOutputTokens of [0, 1_000]) {
            const wire = toWire({ model: id, effort, thinking, maxOutputTokens, outputSchema });
            const error = checkMessages({ ...wire }, headers, new ThinkingSigner());
            assert.equal(error, undefined, `${id} ${effort} ${thinking} ${maxOutputTokens}`);
          }
        }
      }
    }
  });

  it('asks for a form where one is given', () => {
    const outputSchema = { type: 'object', additionalProperties: false };
    const format = { type: 'json_schema', schema: outputSchema };
    assert.deepEqual(toWire({ outputSchema }).output_config, { format });
    assert.deepEqual(toWire({ outputSchema, thinking: 'least' }).output_config, {
      effort: 'low',
      format,
    });
  });

  it('warms with markers of its own, without a stream, thinking or a form', () => {
    const wire = toWire({ maxOutputTokens: 0, effort: 'high', outputSchema: { type: 'string' } });
    assert.deepEqual(wire, {
      model: 'claude-sonnet-5-5',
      max_tokens: 0,
      output_config: { effort: 'high' },
      system: [{ type: 'text', text: 'You help with code.', cache_control: ephemeral }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: ephemeral }] },
      ],
    });
  });

  it('sends no system where there is none', () => {
    assert.equal('system' in toWire({ system: '' }), false);
    assert.equal('system' in toWire({ system: ' \n' }), false);
  });

  it('sorts tools by name and keeps their schemas', () => {
    const schema = { type: 'object', properties: { path: { type: 'string' } } };
    const tool = (name: string): ModelRequest['tools'][number] => ({
      name,
      description: name,
      inputSchema: schema,
    });
    const tools = [tool('write'), tool('Read'), tool('edit')];
    const expected = ['Read', 'edit', 'write'].map((name) => ({
      name,
      description: name,
      input_schema: schema,
    }));
    assert.deepEqual(toWire({ tools }).tools, expected);
    assert.deepEqual(toWire({ tools: [...tools].reverse() }).tools, expected);
    assert.equal('tools' in toWire(), false);
  });

  it('drops stop sequences that the API rejects', () => {
    assert.deepEqual(toWire({ stopSequences: ['\n', '</fill>', ''] }).stop_sequences, ['</fill>']);
    assert.equal('stop_sequences' in toWire({ stopSequences: ['\n'] }), false);
  });

  it('gives equal bytes for equal requests', () => {
    assert.equal(JSON.stringify(toWire()), JSON.stringify(toWire()));
  });
});

const thinking: AssistantBlock = { type: 'thinking', thinking: ' exactly\n', signature: 'c2ln' };
const redacted: AssistantBlock = { type: 'redacted_thinking', data: 'ZGF0YQ==' };
const use: AssistantBlock = { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a' } };
const opaque: AssistantBlock = { type: 'opaque', value: { type: 'future', a: [1, { b: 2 }] } };

function assistant(...content: AssistantBlock[]): Message {
  return { role: 'assistant', content };
}

function result(content: ToolResultBlock['content'], is_error?: boolean): Message {
  const block: ToolResultBlock = { type: 'tool_result', tool_use_id: 't1', content };
  return { role: 'user', content: [is_error === undefined ? block : { ...block, is_error }] };
}

function sent(...messages: Message[]): WireRequest['messages'] {
  return toWire({ messages }).messages;
}

describe('Messages on the wire', () => {
  it('go back verbatim, thinking and unknown blocks included', () => {
    const blocks = [thinking, redacted, { type: 'text', text: ' a ' } as const, use, opaque];
    const [, wire] = sent(userText('Hello'), assistant(...blocks), result('ok'));
    assert.deepEqual(wire?.content, [
      thinking,
      redacted,
      { type: 'text', text: ' a ' },
      use,
      { type: 'future', a: [1, { b: 2 }] },
    ]);
  });

  it('leave out empty text, and messages that it leaves empty', () => {
    const empty: AssistantBlock = { type: 'text', text: ' \n' };
    const wire = sent(userText('Hello'), assistant(empty), assistant(empty, use), result('ok'));
    assert.deepEqual(
      wire.map((message) => message.content.length),
      [1, 1, 1],
    );
  });

  it('leave out thinking that was cut off before its signature', () => {
    const cut: AssistantBlock = { type: 'thinking', thinking: 'half', signature: '' };
    assert.deepEqual(sent(userText('Hello'), assistant(cut, use), result('ok'))[1]?.content, [use]);
  });

  it('carry images, in results too', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw==' } as const;
    const image = { type: 'image', source } as const;
    const wire = sent({ role: 'user', content: [image] }, assistant(use), result([image]));
    assert.deepEqual(wire[0]?.content, [image]);
    assert.deepEqual(wire[2]?.content, [
      { type: 'tool_result', tool_use_id: 't1', content: [image] },
    ]);
  });

  it('carry results that are empty or errors', () => {
    const plain = { type: 'tool_result', tool_use_id: 't1' };
    const history = [userText('Hello'), assistant(use)];
    assert.deepEqual(sent(...history, result(''))[2]?.content, [plain]);
    assert.deepEqual(sent(...history, result([{ type: 'text', text: '' }]))[2]?.content, [plain]);
    assert.deepEqual(sent(...history, result('no', false))[2]?.content, [
      { ...plain, content: 'no' },
    ]);
    assert.deepEqual(sent(...history, result('no', true))[2]?.content, [
      { ...plain, content: 'no', is_error: true },
    ]);
  });

  it('carry no field that a stored block has beside its own', () => {
    const block = { type: 'text', text: 'Hello', id: 'b1' } as const;
    const wire = sent({ role: 'user', content: [block] });
    assert.deepEqual(wire, hello);
  });
});

describe('toCompatibleRequest', () => {
  it('sends the core alone', () => {
    assert.deepEqual(toLocal({ effort: 'high', model: 'qwen3-coder' }), {
      model: 'qwen3-coder',
      max_tokens: 1_000,
      stream: true,
      system: 'You help with code.',
      messages: hello,
    });
  });

  it('keeps thinking and unknown blocks from servers that did not make them', () => {
    const messages = [
      userText('Hello'),
      assistant(thinking, redacted, opaque, use),
      result('ok'),
      assistant(thinking),
      userText('Next'),
    ];
    assert.deepEqual(
      toLocal({ messages }).messages.map((message) => message.content),
      [
        [{ type: 'text', text: 'Hello' }],
        [use],
        [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }],
        [{ type: 'text', text: 'Next' }],
      ],
    );
  });
});
