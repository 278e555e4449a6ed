/**
 * What measuring costs: a span and a figure by themselves, a turn of the agent and a key in the editor
 * with it and without, and how much memory the spans take that are kept.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { toDisposable } from '../../src/base/lifecycle.ts';
import type { ModelGateway } from '../../src/core/model/request.ts';
import { Metrics } from '../../src/core/telemetry/metrics.ts';
import { Telemetry } from '../../src/core/telemetry/telemetry.ts';
import type { TraceScope } from '../../src/core/telemetry/traceScope.ts';
import type { Tracing } from '../../src/core/telemetry/tracing.ts';
import { runAgent } from '../support/agentRun.ts';
import { FakeEditor } from '../support/fakeEditor.ts';
import { answerInWords, createWholeCompletions } from '../support/wholeCompletions.ts';
import { createKit } from '../unit/core/completion/engineKit.ts';
import { median, printReport, rounded } from './support.ts';

const spanCount = 100_000;
const metricCount = 200_000;
const batches = 9;
const agentRounds = 60;
const turnsPerRun = 4;
const keyRounds = 80;
const keysPerRun = 400;
const wholeKeysPerRun = 60;

function createTelemetry(keptSpans?: number): Telemetry {
  return new Telemetry({
    clock: systemClock,
    version: '0.0.0',
    isEnabled: () => true,
    capturesContent: () => false,
    onProblem: (error) => {
      throw error;
    },
    ...(keptSpans === undefined ? {} : { keptSpans }),
  });
}

/** Nanoseconds for each of `count` calls, the median of some runs after one to warm up. */
function nanosecondsEach(count: number, work: (index: number) => void): number {
  const durations: number[] = [];
  for (let batch = 0; batch <= batches; batch += 1) {
    const start = performance.now();
    for (let index = 0; index < count; index += 1) {
      work(index);
    }
    durations.push(performance.now() - start);
  }
  return (median(durations.slice(1)) * 1_000_000) / count;
}

function spanCosts(): Record<string, number> {
  const telemetry = createTelemetry();
  const root = telemetry.begin('turn');
  const withSpan = (scope: TraceScope | undefined) => (index: number) => {
    scope?.enter('tool.run', { 'slipstream.size': index, 'slipstream.tool.status': 'done' });
  };
  const onNs = nanosecondsEach(spanCount, withSpan(root));
  const offNs = nanosecondsEach(spanCount, withSpan(undefined));
  telemetry.dispose();
  return { spanNs: rounded(onNs), spanOffNs: rounded(offNs, 2) };
}

function metricCosts(): Record<string, number> {
  const metrics = new Metrics(systemClock);
  const key = {
    name: 'duration',
    operation: 'turn',
    surface: 'chat',
    model: 'm',
    tier: '',
  } as const;
  const ns = nanosecondsEach(metricCount, (index) => metrics.record(key, 1 + (index % 1_000)));
  const series = 2_000;
  const before = usedHeap();
  const other = new Metrics({ ...systemClock, wallTime: () => 0 });
  for (let index = 0; index < series / 4; index += 1) {
    for (let value = 1; value < 40; value += 1) {
      other.record({ ...key, operation: `operation ${index}` }, value * value);
    }
  }
  const bytes = (usedHeap() - before) / (series / 4);
  return { metricNs: rounded(ns), seriesBytes: rounded(bytes + 0 * other.sequence) };
}

/** With the attributes that spans of the agent have: two, and eighteen for one in ten. */
function ringMemory(): Record<string, number> {
  const before = usedHeap();
  const telemetry = createTelemetry(spanCount);
  for (let request = 0; request < spanCount / 10; request += 1) {
    const scope = telemetry.begin('chat claude-sonnet-5-5', {
      attributes: requestAttributes(request),
    });
    for (let phase = 0; phase < 9; phase += 1) {
      scope?.enter('http.send', { 'slipstream.attempt': phase, 'slipstream.size': request });
    }
    scope?.end();
  }
  const bytes = usedHeap() - before;
  const kept = telemetry.spans.all().length;
  telemetry.dispose();
  return { keptSpans: kept, megabytes: rounded(bytes / 1e6), bytesEach: rounded(bytes / kept) };
}

function requestAttributes(request: number): Record<string, string | number> {
  const attributes: Record<string, string | number> = { 'slipstream.request.surface': 'chat' };
  for (let index = 0; index < 9; index += 1) {
    attributes[`gen_ai.usage.figure_${index}`] = request * index;
    attributes[`gen_ai.request.text_${index}`] = `request-${request}-${index}`;
  }
  return attributes;
}

/** CPU of this process for some work, milliseconds: less noisy than time on a machine with others. */
async function cpuMs(work: () => Promise<void>): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}

/** A run of the agent over real sockets, with thinking, searches, reads and edits. */
function agentMs(telemetry: Telemetry | undefined): Promise<number> {
  return cpuMs(async () => {
    await runAgent({ turns: turnsPerRun, isAlone: true, ...(telemetry ? { telemetry } : {}) });
  });
}

interface Overhead {
  /** CPU of the work without measuring, milliseconds. */
  readonly offMs: number;
  readonly onMs: number;
  /** Of each round, the median. */
  readonly measuredPercent: number;
  /** In which the median of many such runs lies, at 95 % confidence. */
  readonly measuredRange: readonly [fromPercent: number, toPercent: number];
  /** The same of the work without measuring against itself: what is below that is noise. */
  readonly noisePercent: number;
}

/** The same work with measuring, without, and without once more, in an order that goes round. */
async function overheadOf(
  rounds: number,
  work: (isOn: boolean) => Promise<number>,
): Promise<Overhead> {
  const kinds = ['on', 'off', 'again'] as const;
  const spent: Record<(typeof kinds)[number], number[]> = { on: [], off: [], again: [] };
  await work(true);
  await work(false);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < kinds.length; turn += 1) {
      const kind = kinds[(round + turn) % kinds.length] ?? 'on';
      spent[kind].push(await work(kind === 'on'));
    }
  }
  const percents = (values: readonly number[]): readonly number[] =>
    values.map((value, at) => (value / (spent.off[at] ?? value) - 1) * 100);
  return {
    offMs: median(spent.off),
    onMs: median(spent.on),
    measuredPercent: rounded(median(percents(spent.on)), 2),
    measuredRange: rangeOfMedian(percents(spent.on)),
    noisePercent: rounded(median(percents(spent.again)), 2),
  };
}

/** By order statistics, which ask nothing of how the values are spread. */
function rangeOfMedian(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((left, right) => left - right);
  const width = 1.96 * Math.sqrt(sorted.length) * 0.5;
  const at = (rank: number): number => rounded(sorted[rank] ?? Number.NaN, 2);
  const first = Math.max(0, Math.floor(sorted.length / 2 - width));
  return [at(first), at(sorted.length - 1 - first)];
}

async function agentOverhead(spanNs: number): Promise<Record<string, unknown>> {
  const telemetry = createTelemetry();
  const { offMs, onMs, ...shares } = await overheadOf(agentRounds, (isOn) =>
    agentMs(isOn ? telemetry : undefined),
  );
  const turns = telemetry.traces().filter(({ root }) => root.name === 'turn');
  const spansPerTurn = median(turns.map(({ spans }) => spans.length));
  telemetry.dispose();
  return {
    turnCpuMs: rounded(offMs / turnsPerRun),
    turnOnCpuMs: rounded(onMs / turnsPerRun),
    spansPerTurn,
    ...shares,
    /** What its spans cost by themselves, of a turn whose model and network take no time. */
    spansPercent: rounded((spansPerTurn * spanNs * turnsPerRun) / (offMs * 10_000), 2),
  };
}

/** CPU for keys in the editor: half are answered by what is known, half ask a model. */
async function keysMs(tracing: Tracing | undefined): Promise<number> {
  const kit = createKit(tracing ? { tracing } : {});
  const work = async (): Promise<void> => {
    for (let key = 0; key < keysPerRun; key += 1) {
      const editor = new FakeEditor(`const value${key} = compute(¦);\nend`);
      await kit.ask(editor, 'first, second');
      editor.type('f');
      kit.now(editor);
    }
  };
  const spentMs = await cpuMs(work);
  kit.engine.dispose();
  return spentMs;
}

async function keyOverhead(): Promise<Record<string, unknown>> {
  const telemetry = createTelemetry();
  const { offMs, onMs, ...shares } = await overheadOf(keyRounds, (isOn) =>
    keysMs(isOn ? telemetry : undefined),
  );
  telemetry.dispose();
  const keys = keysPerRun * 2;
  return {
    /** The engine's own work for a key, without VS Code, a prompt, a model or a network. */
    engineCpuUs: rounded((offMs * 1_000) / keys),
    addedCpuUs: rounded(((onMs - offMs) * 1_000) / keys, 2),
    ...shares,
  };
}

/** Time goes on by itself, and nothing is waited for: waits are not what is measured. */
const hastyClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback) => {
    const immediate = setImmediate(callback);
    return toDisposable(() => clearImmediate(immediate));
  },
};

/** In a file of 2,000 lines, each key of which asks a model that answers at once. */
async function createWholeKeys() {
  const own: { tracing: Tracing | undefined } = { tracing: undefined };
  const typed = 'const subtotal = lines.reduce((sum, one) => sum + one.price, 0);';
  const gateway: ModelGateway = {
    async *stream() {
      yield* answerInWords(typed);
    },
  };
  const kit = await createWholeCompletions({
    clock: hastyClock,
    gateway,
    folder: '/folder',
    tracing: {
      begin: (...asked) => own.tracing?.begin(...asked),
      count: (key) => own.tracing?.count(key),
    },
  });
  const half = 'function compute(value) {\n  return value + 1;\n}\n'.repeat(333);
  const editor = new FakeEditor(`${half}\nfunction current(lines) {\n  ¦\n}\n${half}`, 'a.ts');
  const work = async (): Promise<void> => {
    for (let key = 0; key < wholeKeysPerRun; key += 1) {
      editor.type(typed.charAt(key % typed.length));
      kit.engine.typed();
      const { signal } = new AbortController();
      await kit.engine.complete({ spot: editor.spot(), trigger: 'automatic', signal });
      kit.engine.clear();
    }
    editor.delete(wholeKeysPerRun);
  };
  return {
    dispose: kit.dispose,
    spend: (tracing: Tracing | undefined): Promise<number> => {
      own.tracing = tracing;
      return cpuMs(work);
    },
  };
}

async function wholeKeyOverhead(): Promise<Record<string, unknown>> {
  const telemetry = createTelemetry();
  const keys = await createWholeKeys();
  const { offMs, onMs, ...shares } = await overheadOf(keyRounds, (isOn) =>
    keys.spend(isOn ? telemetry : undefined),
  );
  keys.dispose();
  telemetry.dispose();
  return {
    /** With the real prompt, syntax and shaping; without VS Code, a network and the request's own path. */
    keyCpuUs: rounded((offMs * 1_000) / wholeKeysPerRun),
    addedCpuUs: rounded(((onMs - offMs) * 1_000) / wholeKeysPerRun, 2),
    ...shares,
  };
}

function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const spans = spanCosts();
printReport('telemetry', {
  each: { ...spans, ...metricCosts() },
  ring: ringMemory(),
  agentTurn: await agentOverhead(spans['spanNs'] ?? Number.NaN),
  keystroke: await keyOverhead(),
  wholeKey: await wholeKeyOverhead(),
});
