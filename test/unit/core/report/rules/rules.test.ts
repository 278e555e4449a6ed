import assert from 'node:assert/strict';
import { rules } from '../../../../../src/core/report/recommendations.ts';
import type { EndpointTimes } from '../../../../../src/core/store/callFigures.ts';
import {
  historyStart,
  type MadeUpHistory,
  type MadeUpSeries,
  madeUpSample,
  madeUpSpan,
  madeUpTrace,
  reportHistory,
  requests,
  tokens,
} from '../../../../support/reportHistory.ts';

/** A history in which a rule speaks, and ones like it in which it does not. */
interface Case {
  readonly speaks: MadeUpHistory;
  /** A figure that must be in the evidence. */
  readonly evidence: RegExp;
  readonly silent: Readonly<Record<string, MadeUpHistory>>;
}

const minuteMs = 60_000;

function misses(cause: string, missed: number, all: number): readonly MadeUpSeries[] {
  return [
    { name: 'inputTokens', surface: 'chat', count: all, value: 1_000 },
    { name: 'promptCacheMiss', operation: `chat/${cause}`, count: missed, value: 1 },
  ];
}

/** As many of the same length. */
function pauses(count: number, pauseMs: number): readonly number[] {
  return Array.from({ length: count }, () => pauseMs);
}

function endpoint(name: string, medianMs: number, changes: Partial<EndpointTimes> = {}) {
  return { endpoint: name, surface: 'chat', model: 'sonnet', calls: 25, medianMs, ...changes };
}

function durations(operation: string, count: number, value: number): MadeUpSeries {
  return { name: 'duration', operation, count, value };
}

/** Connections in the chat that went one way. */
function way(tier: string, operation: string, count: number, value: number): MadeUpSeries {
  return { name: 'duration', operation, surface: 'chat', tier, count, value };
}

function failed(kind: string, count: number): readonly MadeUpSeries[] {
  return [
    { name: 'attempts', count: 100, value: 1 },
    { name: 'error', operation: `chat/${kind}`, count, value: 1 },
  ];
}

function samples(count: number, residentBytes: (at: number) => number) {
  return Array.from({ length: count }, (_, at) =>
    madeUpSample({ atMs: historyStart + at * 5_000, residentBytes: residentBytes(at) }),
  );
}

function delays(count: number, max: number) {
  return Array.from({ length: count }, (_, at) =>
    madeUpSample({
      atMs: historyStart + at * minuteMs,
      loopDelayMs: { p50: 1, p99: 20, max },
    }),
  );
}

const haiku = () => ({ name: 'Haiku', priceStepTokens: 100_000, windowTokens: 1_000_000 });
const smallWindow = () => ({ name: 'Local', windowTokens: 32_000 });

const cases: Readonly<Record<string, Case>> = {
  'promptCache.tools': {
    speaks: { series: misses('tools_changed', 10, 50) },
    evidence: /10 of 50/,
    silent: {
      'few misses': { series: misses('tools_changed', 2, 50) },
      'another cause': { series: misses('messages_changed', 10, 50) },
      'few requests': { series: misses('tools_changed', 5, 10) },
    },
  },
  'promptCache.system': {
    speaks: { series: misses('system_changed', 10, 50) },
    evidence: /10 of 50/,
    silent: { 'few misses': { series: misses('system_changed', 2, 50) } },
  },
  'promptCache.model': {
    speaks: { series: misses('model_changed', 6, 50) },
    evidence: /6 of 50/,
    silent: { 'few misses': { series: misses('model_changed', 1, 50) } },
  },
  'promptCache.lifetime': {
    speaks: {
      pauses: pauses(30, 12 * minuteMs),
      settings: { 'promptCache.lifetime': '5m' },
    },
    evidence: /100 % of the pauses/,
    silent: {
      'short pauses': {
        pauses: pauses(30, minuteMs),
        settings: { 'promptCache.lifetime': '5m' },
      },
      'pauses longer than an hour': {
        pauses: pauses(30, 90 * minuteMs),
        settings: { 'promptCache.lifetime': '5m' },
      },
      'Slipstream chooses already': { pauses: pauses(30, 12 * minuteMs) },
    },
  },
  'waiting.proxy': {
    speaks: {
      hasProxy: true,
      series: [
        durations('connect', 40, 200),
        { name: 'timeToFirstToken', count: 40, value: 1_000 },
      ],
      seriesBefore: [durations('connect', 40, 20)],
    },
    evidence: /200 ms on average, against 20 ms before: 18 %/,
    silent: {
      'no proxy': {
        series: [
          durations('connect', 40, 200),
          { name: 'timeToFirstToken', count: 40, value: 1_000 },
        ],
        seriesBefore: [durations('connect', 40, 20)],
      },
      'a quick proxy': {
        hasProxy: true,
        series: [
          durations('connect', 40, 40),
          { name: 'timeToFirstToken', count: 40, value: 1_000 },
        ],
        seriesBefore: [durations('connect', 40, 20)],
      },
      'a proxy that was there before, too': {
        hasProxy: true,
        series: [
          durations('connect', 40, 900),
          { name: 'timeToFirstToken', count: 40, value: 1_000 },
        ],
        seriesBefore: [durations('connect', 40, 900)],
      },
    },
  },
  'waiting.proxyOrDirect': {
    speaks: {
      hasProxy: true,
      ways: [
        way('proxy', 'connect', 40, 900),
        way('direct', 'connect', 30, 50),
        way('direct', 'http.send', 30, 250),
      ],
    },
    evidence: /after (89\d|90\d) ms .* \(40 requests\), and after (29\d|30\d) ms without it \(30\)/,
    silent: {
      'no proxy any more': {
        ways: [way('proxy', 'connect', 40, 900), way('direct', 'connect', 30, 50)],
      },
      'alike on both ways': {
        hasProxy: true,
        ways: [
          way('proxy', 'connect', 40, 320),
          way('direct', 'connect', 30, 50),
          way('direct', 'http.send', 30, 250),
        ],
      },
      'few on the other way': {
        hasProxy: true,
        ways: [way('proxy', 'connect', 40, 900), way('direct', 'connect', 5, 50)],
      },
      'the other way for another purpose alone': {
        hasProxy: true,
        ways: [
          way('proxy', 'connect', 40, 900),
          { ...way('direct', 'connect', 30, 50), surface: 'completion' },
        ],
      },
    },
  },
  'waiting.proxyAlways': {
    speaks: { hasProxy: true, ways: [way('proxy', 'connect', 60, 1_500)] },
    evidence: /60 requests of the last 30 days .* after 1\.5 s or more/,
    silent: {
      'no proxy any more': { ways: [way('proxy', 'connect', 60, 1_500)] },
      'some answers come soon': {
        hasProxy: true,
        ways: [way('proxy', 'connect', 60, 1_500), way('proxy', 'connect', 10, 300)],
      },
      'few requests': { hasProxy: true, ways: [way('proxy', 'connect', 10, 1_500)] },
      'as long without it': {
        hasProxy: true,
        ways: [
          way('proxy', 'connect', 60, 1_500),
          way('direct', 'connect', 30, 60),
          way('direct', 'http.send', 30, 1_400),
        ],
      },
      'another rule has told of it': {
        hasProxy: true,
        series: [
          durations('connect', 40, 1_500),
          { name: 'timeToFirstToken', count: 40, value: 2_000 },
        ],
        seriesBefore: [durations('connect', 40, 20)],
        ways: [way('proxy', 'connect', 60, 1_500)],
      },
    },
  },
  'waiting.queue': {
    speaks: { series: [durations('queue.wait', 40, 900)] },
    evidence: /waited 9\d\d ms .* at most 8/,
    silent: {
      'short waits': { series: [durations('queue.wait', 40, 5)] },
      'few waits': { series: [durations('queue.wait', 5, 900)] },
    },
  },
  'waiting.approvals': {
    speaks: { series: [durations('approval.wait', 30, 10_000), durations('turn', 30, 20_000)] },
    evidence: /30 questions took 5 min to answer, 50 %/,
    silent: {
      'quick answers': {
        series: [durations('approval.wait', 30, 1_000), durations('turn', 30, 20_000)],
      },
      'few questions': {
        series: [durations('approval.wait', 3, 10_000), durations('turn', 3, 20_000)],
      },
    },
  },
  'waiting.tool': {
    speaks: { series: [durations('execute_tool run_command', 30, 9_000)] },
    evidence: /ran 30 times and took (8\.9|9\.0|9\.1) s/,
    silent: {
      'a quick tool': { series: [durations('execute_tool search', 30, 40)] },
      'used rarely': { series: [durations('execute_tool run_command', 3, 9_000)] },
      'slow, but no tool': { series: [durations('turn', 30, 9_000)] },
    },
  },
  'waiting.endpoint': {
    speaks: { endpoints: [endpoint('us.example:443', 400), endpoint('eu.example:443', 1_400)] },
    evidence: /1\.4 s at the median there in 25 requests, and 400 ms/,
    silent: {
      alike: { endpoints: [endpoint('us.example:443', 400), endpoint('eu.example:443', 500)] },
      'one alone': { endpoints: [endpoint('us.example:443', 4_000)] },
      'few of the slow one': {
        endpoints: [
          endpoint('us.example:443', 400),
          endpoint('eu.example:443', 1_400, { calls: 3 }),
        ],
      },
      'another model there': {
        endpoints: [
          endpoint('us.example:443', 400, { model: 'haiku' }),
          endpoint('eu.example:443', 1_400),
        ],
      },
      'for another purpose': {
        endpoints: [
          endpoint('us.example:443', 400, { surface: 'completion' }),
          endpoint('eu.example:443', 1_400),
        ],
      },
    },
  },
  'waiting.loop': {
    speaks: { process: delays(25, 400) },
    evidence: /late 25 times while Slipstream did nothing, by 400 ms/,
    silent: {
      'no delay': { process: delays(25, 20) },
      'while Slipstream worked': {
        process: delays(25, 400),
        traces: [madeUpTrace(madeUpSpan({ startMs: historyStart, durationMs: 30 * minuteMs }))],
      },
    },
  },
  'waiting.retries': {
    speaks: { series: [durations('retry.wait', 25, 2_000), durations('chat', 100, 3_000)] },
    evidence: /25 waits took 50 s, 17 %/,
    silent: {
      'few waits': { series: [durations('retry.wait', 3, 2_000), durations('chat', 10, 3_000)] },
      'short waits': { series: [durations('retry.wait', 25, 100), durations('chat', 100, 3_000)] },
    },
  },
  'spending.priceStep': {
    speaks: {
      model: haiku,
      requests: [...requests(10, { usage: tokens(95_000, 10) }), ...requests(30)],
    },
    evidence: /10 of 40 prompts had more than 85k/,
    silent: {
      'short prompts': { model: haiku, requests: requests(40) },
      'no step': { requests: requests(40, { usage: tokens(95_000, 10) }) },
    },
  },
  'spending.longContext': {
    speaks: { model: smallWindow, requests: requests(30, { usage: tokens(24_000, 10) }) },
    evidence: /100 % of the requests/,
    silent: {
      'short threads': { model: smallWindow, requests: requests(30) },
      'an unknown window': { requests: requests(30, { usage: tokens(24_000, 10) }) },
    },
  },
  'spending.autoCompact': {
    speaks: {
      requests: requests(30, { usage: tokens(200_000, 10) }),
      settings: { 'context.autoCompact': false },
    },
    evidence: /30 prompts had more than 100k/,
    silent: {
      'it is on': { requests: requests(30, { usage: tokens(200_000, 10) }) },
      'short prompts': { requests: requests(30), settings: { 'context.autoCompact': false } },
    },
  },
  'spending.effort': {
    speaks: {
      requests: requests(30, { usage: tokens(1_000, 1_000, 900) }),
      settings: { effort: 'max' },
    },
    evidence: /90 % of the 30k tokens.*“max”/,
    silent: {
      'the default effort': { requests: requests(30, { usage: tokens(1_000, 1_000, 900) }) },
      'little thinking': {
        requests: requests(30, { usage: tokens(1_000, 1_000, 100) }),
        settings: { effort: 'max' },
      },
    },
  },
  'spending.fast': {
    speaks: {
      series: [
        { name: 'cost', surface: 'chat', count: 30, value: 0.1 },
        { name: 'cost', surface: 'summary', count: 30, value: 0.05 },
      ],
      settings: { speed: 'fast' },
    },
    evidence: /33 % of the cost/,
    silent: {
      'standard speed': { series: [{ name: 'cost', surface: 'summary', count: 30, value: 0.05 }] },
      'nothing in the background': {
        series: [{ name: 'cost', surface: 'chat', count: 30, value: 0.1 }],
        settings: { speed: 'fast' },
      },
    },
  },
  'spending.pinned': {
    speaks: {
      requests: requests(30, { model: 'claude-opus-5-5', usage: tokens(2_000, 100) }),
      series: [{ name: 'cost', model: 'claude-opus-5-5', count: 30, value: 0.02 }],
      settings: { model: 'claude-opus-5-5' },
    },
    evidence: /100 % of its 30 requests.*\$0\.60/,
    silent: {
      'no pin': { requests: requests(30, { model: 'claude-opus-5-5' }) },
      'long questions': {
        requests: requests(30, { model: 'claude-opus-5-5', usage: tokens(20_000, 2_000) }),
        settings: { model: 'claude-opus-5-5' },
      },
    },
  },
  'spending.month': {
    speaks: {
      spent: { dayUsd: 10, monthUsd: 60 },
      settings: { 'budget.monthUsd': 250 },
    },
    evidence: /\$60\.00 of \$250\.00 are spent after 5 of 31 days/,
    silent: {
      'a slow pace': { spent: { dayUsd: 1, monthUsd: 6 }, settings: { 'budget.monthUsd': 250 } },
      'no limit': { spent: { dayUsd: 10, monthUsd: 60 }, settings: { 'budget.monthUsd': 0 } },
      'the limit is reached': {
        spent: { dayUsd: 10, monthUsd: 260 },
        settings: { 'budget.monthUsd': 250 },
      },
    },
  },
  'spending.cacheOff': {
    speaks: {
      series: [{ name: 'outputTokens', surface: 'completion', count: 40, value: 20 }],
      settings: { 'cache.enabled': false },
    },
    evidence: /40 completions and code actions/,
    silent: {
      'it is on': {
        series: [{ name: 'outputTokens', surface: 'completion', count: 40, value: 20 }],
      },
      'the chat alone': {
        series: [{ name: 'outputTokens', surface: 'chat', count: 40, value: 20 }],
        settings: { 'cache.enabled': false },
      },
    },
  },
  'reliability.rateLimited': {
    speaks: { series: failed('rateLimited', 8) },
    evidence: /8 of 100/,
    silent: {
      'two of many': { series: failed('rateLimited', 2) },
      'another failure': { series: failed('stalled', 8) },
    },
  },
  'reliability.overloaded': {
    speaks: { series: failed('overloaded', 8) },
    evidence: /8 of 100/,
    silent: { 'two of many': { series: failed('overloaded', 2) } },
  },
  'reliability.stalled': {
    speaks: { series: failed('stalled', 8) },
    evidence: /8 of 100/,
    silent: { 'two of many': { series: failed('stalled', 2) } },
  },
  'reliability.connection': {
    speaks: { series: failed('connection', 8) },
    evidence: /8 of 100/,
    silent: { 'two of many': { series: failed('connection', 2) } },
  },
  'reliability.edits': {
    speaks: {
      series: [
        durations('edit.match', 40, 1),
        { name: 'error', operation: 'edit.match/missing', count: 12, value: 1 },
      ],
    },
    evidence: /12 of 40 edits.*30 %/,
    silent: {
      'few fail': {
        series: [
          durations('edit.match', 40, 1),
          { name: 'error', operation: 'edit.match/missing', count: 2, value: 1 },
        ],
      },
      'white space is tolerated already': {
        series: [
          durations('edit.match', 40, 1),
          { name: 'error', operation: 'edit.match/missing', count: 12, value: 1 },
        ],
        settings: { 'edit.matching': 'whitespaceTolerant' },
      },
    },
  },
  'reliability.memory': {
    speaks: { process: samples(100, (at) => 200_000_000 + at * 5_000_000) },
    evidence: /grew by 375 MB/,
    silent: {
      'it goes up and down': {
        process: samples(100, (at) => (at % 20 === 0 ? 200_000_000 : 700_000_000)),
      },
      'a short time': { process: samples(30, (at) => 200_000_000 + at * 50_000_000) },
    },
  },
  'editor.rarelyAccepted': {
    speaks: { completions: [{ languageId: 'yaml', offered: 200, accepted: 4 }] },
    evidence: /4 of 200.*2 %/,
    silent: {
      'often accepted': { completions: [{ languageId: 'yaml', offered: 200, accepted: 60 }] },
      'rarely offered': { completions: [{ languageId: 'yaml', offered: 20, accepted: 0 }] },
    },
  },
  'editor.debounce': {
    speaks: {
      series: [
        { name: 'attempts', surface: 'completion', count: 100, value: 1 },
        { name: 'cancelled', surface: 'completion', count: 70, value: 1 },
        { name: 'timeToFirstToken', surface: 'completion', count: 30, value: 300 },
      ],
    },
    evidence: /70 % of 100.*3\d\d|29\d ms/,
    silent: {
      'most are used': {
        series: [
          { name: 'attempts', surface: 'completion', count: 100, value: 1 },
          { name: 'cancelled', surface: 'completion', count: 20, value: 1 },
          { name: 'timeToFirstToken', surface: 'completion', count: 80, value: 300 },
        ],
      },
      'the pause is long already': {
        series: [
          { name: 'attempts', surface: 'completion', count: 100, value: 1 },
          { name: 'cancelled', surface: 'completion', count: 70, value: 1 },
          { name: 'timeToFirstToken', surface: 'completion', count: 30, value: 300 },
        ],
        settings: { 'completion.debounceMinMs': 500 },
      },
    },
  },
  'editor.cacheSmall': {
    speaks: {
      series: [
        { name: 'cacheHit', operation: 'cache.lookup', tier: 'memory', count: 30, value: 1 },
        { name: 'cacheHit', operation: 'cache.lookup', tier: 'disk', count: 20, value: 1 },
      ],
    },
    evidence: /40 % of 50.*32 MB/,
    silent: {
      'memory answers': {
        series: [
          { name: 'cacheHit', operation: 'cache.lookup', tier: 'memory', count: 50, value: 1 },
          { name: 'cacheHit', operation: 'cache.lookup', tier: 'disk', count: 2, value: 1 },
        ],
      },
    },
  },
  'editor.prefetchOff': {
    speaks: {
      series: [{ name: 'timeToFirstToken', surface: 'chat', count: 30, value: 2_500 }],
      settings: { 'prefetch.enabled': false },
    },
    evidence: /2\.5 s at the median/,
    silent: {
      'it is on': {
        series: [{ name: 'timeToFirstToken', surface: 'chat', count: 30, value: 2_500 }],
      },
      'answers begin at once': {
        series: [{ name: 'timeToFirstToken', surface: 'chat', count: 30, value: 300 }],
        settings: { 'prefetch.enabled': false },
      },
    },
  },
};

describe('The rules of the performance report', () => {
  it('are at least twenty, each with a name of its own and a case here', () => {
    const ids = rules.map(({ id }) => id);
    assert.ok(ids.length >= 20);
    assert.deepEqual([...new Set(ids)].sort(), Object.keys(cases).sort());
  });

  it('say nothing where nothing was measured', () => {
    for (const { id, check } of rules) {
      assert.equal(check(reportHistory()), undefined, id);
    }
  });

  for (const { id, check } of rules) {
    const one = cases[id];
    it(`${id} names evidence, gain and action where it applies`, () => {
      const found = check(reportHistory(one?.speaks));
      assert.ok(found);
      assert.match(found.evidence, one?.evidence ?? /^$/);
      assert.ok(found.gain.endsWith('.') && found.title !== '' && found.action.label !== '');
    });
    for (const [name, history] of Object.entries(one?.silent ?? {})) {
      it(`${id} is silent with ${name}`, () =>
        assert.equal(check(reportHistory(history)), undefined));
    }
  }
});
