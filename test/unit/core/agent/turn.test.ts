import assert from 'node:assert/strict';
import type { Answer, AnswerObserver } from '../../../../src/core/agent/answer.ts';
import { runTurn, type TurnEnd, type TurnPrompts } from '../../../../src/core/agent/turn.ts';
import type { AssistantBlock, ToolUseBlock } from '../../../../src/core/model/message.ts';
import type { ModelEvent, ModelRequest, Outcome } from '../../../../src/core/model/request.ts';
import {
  aborted,
  blockEvents,
  done,
  failed,
  type ModelScript,
  reply,
  ScriptedModel,
  start,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';

const silent: AnswerObserver = {
  routed: () => undefined,
  started: () => undefined,
  thinkingDropped: () => undefined,
  retrying: () => undefined,
  blockStarted: () => undefined,
  textAppended: () => undefined,
  inputAppended: () => undefined,
  blockEnded: () => undefined,
  usageChanged: () => undefined,
};

interface Run {
  readonly end: TurnEnd;
  readonly answers: readonly Answer[];
  /** Ids of the calls in each round. */
  readonly rounds: readonly (readonly string[])[];
  readonly refused: readonly string[];
  readonly inputErrors: ReadonlyMap<string, string>;
  readonly asked: number;
}

interface RunOptions {
  readonly maxRounds?: number;
  readonly controller?: AbortController;
  readonly prompts?: TurnPrompts;
  readonly onTools?: (uses: readonly ToolUseBlock[]) => void;
}

/** Runs a turn against these answers of the model. */
async function run(scripts: readonly ModelScript[], options: RunOptions = {}): Promise<Run> {
  const model = new ScriptedModel(...scripts);
  const answers: Answer[] = [];
  const rounds: string[][] = [];
  const refused: string[] = [];
  let inputErrors: ReadonlyMap<string, string> = new Map();
  const controller = options.controller ?? new AbortController();
  const end = await runTurn(
    {
      model,
      thread: {
        beginAnswer: () => silent,
        endAnswer: (answer) => answers.push(answer),
      },
      tools: {
        run: async (uses, errors) => {
          rounds.push(uses.map((use) => use.id));
          inputErrors = errors;
          options.onTools?.(uses);
        },
        refuse: (uses) => refused.push(...uses.map((use) => use.id)),
      },
      maxRounds: options.maxRounds ?? 20,
      prompts: options.prompts ?? prompts,
    },
    controller.signal,
  );
  return { end, answers, rounds, refused, inputErrors, asked: model.requests.length };
}

const request: ModelRequest = {
  id: 'request',
  surface: 'chat',
  priority: 'interactive',
  model: 'model-1',
  system: '',
  tools: [],
  messages: [],
  maxOutputTokens: 100,
};

/** Everything fits. */
const prompts: TurnPrompts = {
  next: async () => ({ kind: 'request', request }),
  answered: () => undefined,
  makeRoom: async () => false,
};

/** An answer that breaks off: whole blocks, then these events, then the outcome. */
function broken(
  blocks: readonly AssistantBlock[],
  rest: readonly ModelEvent[],
  outcome: Outcome,
): ModelScript {
  return function* breakOff(request) {
    yield* start(request);
    for (const [index, block] of blocks.entries()) {
      yield* blockEvents(index, block);
    }
    yield* rest;
    yield { type: 'ended', outcome };
  };
}

const half: readonly ModelEvent[] = [
  { type: 'blockStarted', index: 1, block: { type: 'text' } },
  { type: 'textDelta', index: 1, text: 'half an ' },
  { type: 'textDelta', index: 1, text: 'answer' },
];

describe('a turn', () => {
  const ends: readonly (readonly [string, ModelScript, TurnEnd])[] = [
    ['end_turn', reply([text('Hi.')]), { kind: 'done' }],
    ['stop_sequence', reply([text('Hi.')], done('stop_sequence')), { kind: 'done' }],
    ['a reason newer than this code', reply([text('Hi.')], done('unknown')), { kind: 'done' }],
    ['no visible text', reply([thinking('hm'), text(' ')]), { kind: 'emptyAnswer' }],
    ['nothing at all', reply([]), { kind: 'emptyAnswer' }],
    ['max_tokens', reply([text('Hi')], done('max_tokens')), { kind: 'outputLimit' }],
    ['max_tokens in thinking', reply([thinking('h')], done('max_tokens')), { kind: 'outputLimit' }],
    [
      'model_context_window_exceeded',
      reply([text('Hi')], done('model_context_window_exceeded')),
      { kind: 'windowFull' },
    ],
    ['refusal', reply([text('I')], done('refusal')), { kind: 'refused' }],
    [
      'refusal with a category',
      reply([], done('refusal', 'cyber')),
      { kind: 'refused', category: 'cyber' },
    ],
    ['cancelled', reply([text('H')], { kind: 'cancelled' }), { kind: 'cancelled' }],
  ];
  for (const [reason, script, end] of ends) {
    it(`ends once, after one request, on ${reason}`, async () => {
      const result = await run([script]);
      assert.deepEqual(result.end, end);
      assert.equal(result.asked, 1);
      assert.equal(result.answers.length, 1);
      assert.deepEqual(result.rounds, []);
    });
  }

  it('runs the calls of each round and asks again, until the model is done', async () => {
    const result = await run([
      reply([thinking('a'), toolUse('1', 'x', { n: 1 }), toolUse('2', 'x', { n: 2 })]),
      reply([toolUse('3', 'x', { n: 3 })]),
      reply([text('There.')]),
    ]);
    assert.deepEqual(result.end, { kind: 'done' });
    assert.deepEqual(result.rounds, [['1', '2'], ['3']]);
  });

  it('runs calls that come with end_turn or a reason newer than this code', async () => {
    const result = await run([
      reply([toolUse('1', 'x')], done('end_turn')),
      reply([toolUse('2', 'y')], done('unknown')),
      reply([text('There.')]),
    ]);
    assert.deepEqual(result.rounds, [['1'], ['2']]);
    assert.deepEqual(result.end, { kind: 'done' });
  });

  it('does not run the calls of a refused answer', async () => {
    const result = await run([reply([toolUse('1', 'x')], done('refusal'))]);
    assert.deepEqual(result.rounds, []);
    assert.equal(result.end.kind, 'refused');
  });

  it('resumes a paused answer five times, and no more', async () => {
    const pause = reply([text('…')], done('pause_turn'));
    const patient = await run([pause, pause, pause, pause, pause, reply([text('Done.')])]);
    assert.deepEqual(patient.end, { kind: 'done' });
    const endless = await run([pause, pause, pause, pause, pause, pause]);
    assert.deepEqual(endless.end, { kind: 'roundLimit', rounds: 6 });
  });

  it('counts pauses anew after a round of tools', async () => {
    const pause = reply([text('…')], done('pause_turn'));
    const four = [pause, pause, pause, pause];
    const result = await run([...four, reply([toolUse('1', 'x')]), ...four, reply([text('.')])]);
    assert.deepEqual(result.end, { kind: 'done' });
  });

  it('runs the whole calls of an answer cut by the output limit, and drops the half one', async () => {
    const cut: ModelEvent[] = [
      { type: 'blockStarted', index: 1, block: { type: 'tool_use', id: 'cut', name: 'x' } },
      { type: 'inputDelta', index: 1, json: '{"path": "a' },
      {
        type: 'blockEnded',
        index: 1,
        block: { type: 'tool_use', id: 'cut', name: 'x', input: {} },
        inputError: 'Unexpected end.',
      },
    ];
    const script = broken([toolUse('whole', 'x')], cut, done('max_tokens'));
    const result = await run([script, reply([text('On I go.')])]);
    assert.deepEqual(result.rounds, [['whole']]);
    assert.deepEqual(result.answers[0]?.content, [toolUse('whole', 'x')]);
    const alone = await run([broken([text('So')], cut, done('max_tokens'))]);
    assert.deepEqual(alone.end, { kind: 'outputLimit' });
    assert.deepEqual(alone.answers[0]?.content, [text('So')]);
  });

  it('keeps a call with unreadable input that is not the last block: later thinking holds it', async () => {
    const script: ModelScript = function* spoilt(request) {
      yield* start(request);
      const block = toolUse('spoilt', 'x');
      yield { type: 'blockEnded', index: 0, block, inputError: 'Bad.' };
      yield* blockEvents(1, thinking('on that'));
      yield* blockEvents(2, text('…'));
      yield { type: 'ended', outcome: done('max_tokens') };
    };
    const result = await run([script, reply([text('Fine.')])]);
    assert.deepEqual(result.rounds, [['spoilt']]);
    assert.equal(result.inputErrors.get('spoilt'), 'Bad.');
  });

  it('tells the tools which input could not be read', async () => {
    const script: ModelScript = function* spoilt(request) {
      yield* start(request);
      const block = toolUse('spoilt', 'x');
      yield { type: 'blockEnded', index: 0, block, inputError: 'Bad.' };
      yield { type: 'ended', outcome: done('tool_use') };
    };
    const result = await run([script, reply([text('Fine.')])]);
    assert.deepEqual([...result.inputErrors], [['spoilt', 'Bad.']]);
  });

  it('stops at the limit of rounds with every call of the last one answered', async () => {
    const scripts = [1, 2, 3].map((n) => reply([toolUse(`${n}`, 'x', { n })]));
    const result = await run(scripts, { maxRounds: 3 });
    assert.deepEqual(result.end, { kind: 'roundLimit', rounds: 3 });
    assert.deepEqual(result.rounds, [['1'], ['2'], ['3']]);
  });

  it('stops before the same call runs a third time in a row, and answers it and its neighbours', async () => {
    const same = (id: string): AssistantBlock => toolUse(id, 'search', { text: 'a' });
    const result = await run([
      reply([same('1')]),
      reply([same('2')]),
      reply([same('3'), toolUse('4', 'other')]),
    ]);
    assert.deepEqual(result.end, { kind: 'repetition', toolName: 'search' });
    assert.deepEqual(result.rounds, [['1'], ['2']]);
    assert.deepEqual(result.refused, ['3', '4']);
  });

  it('lets calls be repeated with something else in between', async () => {
    const same = (id: string): AssistantBlock => toolUse(id, 'search', { text: 'a' });
    const result = await run([
      reply([same('1')]),
      reply([same('2')]),
      reply([toolUse('3', 'edit')]),
      reply([same('4')]),
      reply([same('5')]),
      reply([text('.')]),
    ]);
    assert.deepEqual(result.end, { kind: 'done' });
  });

  it('keeps the text of an answer that fails half way, and drops thinking and calls without end', async () => {
    const open: ModelEvent[] = [
      ...half,
      { type: 'blockStarted', index: 2, block: { type: 'tool_use', id: 'open', name: 'x' } },
      { type: 'inputDelta', index: 2, json: '{}' },
      { type: 'blockStarted', index: 3, block: { type: 'thinking' } },
      { type: 'thinkingDelta', index: 3, text: 'and ' },
      { type: 'thinkingDelta', index: 3, text: 'then' },
    ];
    const result = await run([broken([thinking('hm')], open, failed({ kind: 'connection' }))]);
    assert.ok(result.end.kind === 'failed' && result.end.hasBegun);
    assert.deepEqual(result.answers[0]?.content, [thinking('hm'), text('half an answer')]);
    assert.equal(result.answers[0]?.unfinishedThinking, 'and then');
    assert.deepEqual(result.rounds, []);
  });

  it('says of a failure whether there is something to go on from', async () => {
    const nothing = await run([reply([], failed({ kind: 'overloaded' }))]);
    assert.ok(nothing.end.kind === 'failed' && !nothing.end.hasBegun);
    const afterTools = await run([
      reply([toolUse('1', 'x')]),
      reply([], failed({ kind: 'overloaded' })),
    ]);
    assert.ok(afterTools.end.kind === 'failed' && afterTools.end.hasBegun);
    assert.deepEqual(afterTools.rounds, [['1']], 'the tool ran once');
  });

  it('asks nothing more once it was stopped while tools ran', async () => {
    const controller = new AbortController();
    const result = await run([reply([toolUse('1', 'x')])], {
      controller,
      onTools: () => controller.abort(),
    });
    assert.deepEqual(result.end, { kind: 'cancelled' });
    assert.equal(result.answers.length, 1);
  });

  it('ends as cancelled when stopped while the answer streams, with the text so far', async () => {
    const controller = new AbortController();
    const script: ModelScript = async function* endless(request, signal) {
      yield* start(request);
      yield* half;
      await aborted(signal);
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
    };
    const running = run([script], { controller });
    await settle();
    controller.abort();
    const result = await running;
    assert.deepEqual(result.end, { kind: 'cancelled' });
    assert.deepEqual(result.answers[0]?.content, [text('half an answer')]);
  });

  it('ends as cancelled when stopped before the first request', async () => {
    const controller = new AbortController();
    controller.abort();
    const result = await run([], { controller });
    assert.deepEqual(result.end, { kind: 'cancelled' });
    assert.equal(result.answers.length, 1);
  });

  it('keeps what had come when the model’s stream throws, and lets the bug out', async () => {
    const answers: Answer[] = [];
    const bug = new Error('a bug');
    const script: ModelScript = function* buggy(request) {
      yield* start(request);
      yield* half;
      throw bug;
    };
    const turn = runTurn(
      {
        model: new ScriptedModel(script),
        thread: {
          beginAnswer: () => silent,
          endAnswer: (answer) => answers.push(answer),
        },
        tools: { run: async () => undefined, refuse: () => undefined },
        maxRounds: 1,
        prompts,
      },
      new AbortController().signal,
    );
    await assert.rejects(turn, bug);
    assert.deepEqual(answers[0]?.content, [text('half an answer')]);
  });
});
