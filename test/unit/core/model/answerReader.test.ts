import assert from 'node:assert/strict';
import {
  AnswerReader,
  ProtocolError,
  StreamedError,
} from '../../../../src/core/model/answerReader.ts';
import type { ModelEvent, Outcome } from '../../../../src/core/model/request.ts';

interface Reading {
  readonly events: ModelEvent[];
  readonly outcome: Outcome;
}

const start = { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: {} } };
const stop = { type: 'message_stop' };

function read(raw: readonly object[]): Reading {
  const reader = new AnswerReader('requested');
  const events: ModelEvent[] = [];
  for (const one of raw) {
    for (let event = reader.read(one); event; event = reader.takePending()) {
      events.push(event);
    }
  }
  const outcome = reader.finish();
  for (let event = reader.takePending(); event; event = reader.takePending()) {
    events.push(event);
  }
  return { events, outcome };
}

function begin(content_block: object, index = 0): object {
  return { type: 'content_block_start', index, content_block };
}

function delta(value: object, index = 0): object {
  return { type: 'content_block_delta', index, delta: value };
}

function end(index = 0): object {
  return { type: 'content_block_stop', index };
}

function stopped(stop_reason: unknown, more: object = {}): object {
  return { type: 'message_delta', delta: { stop_reason, ...more } };
}

type BlockEnded = Extract<ModelEvent, { readonly type: 'blockEnded' }>;

function lastBlock(raw: readonly object[]): BlockEnded | undefined {
  return read([start, ...raw, stop]).events.findLast((event) => event.type === 'blockEnded');
}

const toolStart = { type: 'tool_use', id: 't', name: 'read_file', input: {} };

function toolInput(...json: string[]): BlockEnded | undefined {
  const deltas = json.map((partial_json) => delta({ type: 'input_json_delta', partial_json }));
  return lastBlock([begin(toolStart), ...deltas, end()]);
}

function toolEnded(input: object, more: object = {}): object {
  const block = { type: 'tool_use', id: 't', name: 'read_file', input };
  return { type: 'blockEnded', index: 0, block, ...more };
}

describe('AnswerReader: blocks', () => {
  it('joins a tool input and parses it once at the end', () => {
    assert.deepEqual(toolInput('{"pa', 'th":"a', '.ts"}'), toolEnded({ path: 'a.ts' }));
  });

  it('takes an empty input for an empty object', () => {
    assert.deepEqual(toolInput(), toolEnded({}));
    assert.deepEqual(toolInput('', ' '), toolEnded({}));
  });

  it('takes the whole input from the start of the block, as some local servers send it', () => {
    const block = { ...toolStart, input: { path: 'b.ts' } };
    assert.deepEqual(lastBlock([begin(block), end()]), toolEnded({ path: 'b.ts' }));
  });

  it('says why an input is not usable, and goes on', () => {
    for (const json of ['{"path": "a', '{// no\n}', '[1]', '"text"', '5', 'null']) {
      const ended = toolInput(json);
      assert.ok(ended?.inputError, json);
      assert.deepEqual(ended.block, { type: 'tool_use', id: 't', name: 'read_file', input: {} });
    }
  });

  it('keeps thinking and its signature byte for byte', () => {
    const ended = lastBlock([
      begin({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: ' a\n' }),
      delta({ type: 'thinking_delta', thinking: 'b ' }),
      delta({ type: 'signature_delta', signature: 'c2ln' }),
      end(),
    ]);
    const block = { type: 'thinking', thinking: ' a\nb ', signature: 'c2ln' };
    assert.deepEqual(ended, { type: 'blockEnded', index: 0, block });
  });

  it('tells text that a block begins with', () => {
    const { events } = read([start, begin({ type: 'text', text: 'Hi' }), end(), stop]);
    assert.deepEqual(events[3], { type: 'textDelta', index: 0, text: 'Hi' });
    assert.deepEqual(events[4], {
      type: 'blockEnded',
      index: 0,
      block: { type: 'text', text: 'Hi' },
    });
  });

  it('keeps a block of an unknown type as it came', () => {
    const value = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    const { events } = read([
      start,
      begin(value),
      delta({ type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      end(),
      stop,
    ]);
    assert.deepEqual(events.slice(2), [
      { type: 'blockStarted', index: 0, block: { type: 'opaque' } },
      {
        type: 'blockEnded',
        index: 0,
        block: { type: 'opaque', value: { ...value, input: { query: 'x' } } },
      },
    ]);
  });

  it('reads blocks whose events are mixed', () => {
    const { events } = read([
      start,
      begin({ type: 'text', text: '' }, 0),
      begin(toolStart, 1),
      delta({ type: 'input_json_delta', partial_json: '{}' }, 1),
      delta({ type: 'text_delta', text: 'A' }, 0),
      end(1),
      end(0),
      stop,
    ]);
    const ended = events.filter((event) => event.type === 'blockEnded');
    assert.deepEqual(
      ended.map((event) => event.index),
      [1, 0],
    );
  });

  it('ends blocks that the server left open', () => {
    const open = [
      start,
      begin({ type: 'text', text: '' }),
      delta({ type: 'text_delta', text: 'A' }),
    ];
    const { events } = read([...open, stop]);
    assert.equal(events.at(-1)?.type, 'blockEnded');
  });

  it('ignores events and deltas that are newer than itself', () => {
    const known = [start, begin({ type: 'text', text: '' }), end(), stopped('end_turn'), stop];
    const withNew = [
      start,
      { type: 'future_event', index: 0 },
      { type: 'ping' },
      begin({ type: 'text', text: '' }),
      delta({ type: 'future_delta', text: 'x' }),
      delta({ type: 'citations_delta', citation: {} }),
      end(),
      stopped('end_turn'),
      stop,
    ];
    assert.deepEqual(read(withNew), read(known));
  });
});

describe('AnswerReader: ends and counts', () => {
  const cases: [reason: unknown, more: object, outcome: object][] = [
    ['end_turn', {}, { stopReason: 'end_turn', value: 'end_turn' }],
    ['tool_use', {}, { stopReason: 'tool_use', value: 'tool_use' }],
    ['max_tokens', {}, { stopReason: 'max_tokens', value: 'max_tokens' }],
    ['stop_sequence', {}, { stopReason: 'stop_sequence', value: 'stop_sequence' }],
    ['pause_turn', {}, { stopReason: 'pause_turn', value: 'pause_turn' }],
    [
      'refusal',
      { stop_details: { type: 'refusal', category: 'cyber' } },
      { stopReason: 'refusal', value: 'refusal', refusalCategory: 'cyber' },
    ],
    [
      'refusal',
      { stop_details: { type: 'refusal', category: null } },
      { stopReason: 'refusal', value: 'refusal' },
    ],
    [
      'model_context_window_exceeded',
      {},
      { stopReason: 'model_context_window_exceeded', value: 'model_context_window_exceeded' },
    ],
    ['newer_reason', {}, { stopReason: 'unknown', value: 'newer_reason' }],
    [null, {}, { stopReason: 'end_turn', value: '' }],
  ];
  for (const [reason, more, expected] of cases) {
    it(`ends with ${reason} ${JSON.stringify(more)}`, () => {
      const { outcome } = read([start, stopped(reason, more), stop]);
      assert.deepEqual(outcome, { kind: 'done', ...expected });
    });
  }

  it('takes a tool use for one, whatever a local server ends it with', () => {
    for (const reason of ['end_turn', null]) {
      const { outcome } = read([start, begin(toolStart), end(), stopped(reason), stop]);
      assert.equal(outcome.kind === 'done' && outcome.stopReason, 'tool_use');
    }
  });

  it('replaces counts with later ones and keeps those that are not given again', () => {
    const usage = { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 5 };
    const { events } = read([
      { type: 'message_start', message: { id: 'i', model: 'm', usage } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: {
          input_tokens: null,
          output_tokens: 40,
          output_tokens_details: { thinking_tokens: 30 },
        },
      },
      stop,
    ]);
    assert.deepEqual(events.at(-1), {
      type: 'usage',
      usage: {
        inputTokens: 10,
        outputTokens: 40,
        cacheReadTokens: 5,
        cacheWriteTokens: 0,
        thinkingTokens: 30,
      },
    });
  });

  it('says nothing about usage where the server does not', () => {
    const { events } = read([
      { type: 'message_start', message: { id: 'i', model: 'm' } },
      stopped('end_turn'),
      stop,
    ]);
    assert.deepEqual(events, [{ type: 'started', messageId: 'i', model: 'm' }]);
  });

  it('names the requested model where the server names none', () => {
    const { events } = read([{ type: 'message_start', message: {} }, stop]);
    assert.deepEqual(events[0], { type: 'started', messageId: '', model: 'requested' });
  });
});

describe('AnswerReader: broken protocol', () => {
  const broken: [name: string, raw: object[]][] = [
    ['a block before the start', [begin({ type: 'text', text: '' })]],
    ['a second start', [start, start]],
    ['a start without a message', [{ type: 'message_start' }]],
    ['a delta without a block', [start, delta({ type: 'text_delta', text: 'a' })]],
    ['a delta after its block', [start, begin({ type: 'text' }), end(), delta({ type: 'x' })]],
    ['an end without a block', [start, end()]],
    ['a block that begins twice', [start, begin({ type: 'text' }), begin({ type: 'text' })]],
    ['a block without a number', [start, { type: 'content_block_start', content_block: {} }]],
    ['a block without content', [start, { type: 'content_block_start', index: 0 }]],
  ];
  for (const [name, raw] of broken) {
    it(`rejects ${name}`, () => {
      assert.throws(() => read(raw), ProtocolError);
    });
  }

  it('survives deltas without a value', () => {
    const ended = lastBlock([
      begin({ type: 'text', text: '' }),
      { type: 'content_block_delta', index: 0 },
      delta({ type: 'text_delta' }),
      delta({ type: 'input_json_delta', partial_json: 5 }),
      end(),
    ]);
    assert.deepEqual(ended, { type: 'blockEnded', index: 0, block: { type: 'text', text: '' } });
  });

  it('throws an error event with its type', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    assert.throws(
      () => read([start, error]),
      (thrown) => thrown instanceof StreamedError && thrown.type === 'overloaded_error',
    );
    assert.throws(() => read([start, { type: 'error' }]), StreamedError);
  });
});
