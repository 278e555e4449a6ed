/**
 * Typing as it happened in this repository's history, at a person's rhythm and on a clock of its own:
 * how many requests ghost text makes, and for how many keys something is shown before the next one. A
 * model that is right, partly right and never right, at once and after 300 ms; beside it a plain client
 * that waits 350 ms after each key and then asks.
 */
import { delay } from '../../src/base/clock.ts';
import { CompletionEngine } from '../../src/core/completion/completionEngine.ts';
import type { ModelEvent, ModelGateway } from '../../src/core/model/request.ts';
import { keysOf, seededRandom } from '../support/editingSessions.ts';
import { FakeClock } from '../support/fakeClock.ts';
import type { FakeEditor } from '../support/fakeEditor.ts';
import { plainPrompts, plainShaping } from '../support/plainCompletions.ts';
import {
  answerOf,
  isRight,
  type ReplayModel,
  replayModels,
  takeHunks,
} from '../support/typedReplay.ts';
import { TypedText } from '../support/typedText.ts';
import { printReport, rounded } from './support.ts';

const keyCount = 200;
const runs = 5;
const plainDebounceMs = 350;

/** Answers with what is to be typed where the question was asked, or something else. */
type Ask = (signal: AbortSignal) => Promise<string | undefined>;

interface Client {
  /** Resolves with what is shown after a key, if anything. */
  key(editor: FakeEditor, signal: AbortSignal): Promise<string | undefined>;
  dispose(): void;
}

interface Figures {
  readonly requests: number;
  /** Keys after which something was shown before the next one. */
  readonly shown: number;
  /** Those of them where the beginning of it was what was then typed. */
  readonly shownRight: number;
  /** Of the whole replay, the clock and the model included. */
  readonly cpuMs: number;
}

// Enough for all runs, each of which takes others.
const hunks = takeHunks(keyCount * runs * 3);
const report: Record<string, unknown> = {};
for (const latencyMs of [0, 300]) {
  for (const model of replayModels) {
    report[`${model} after ${latencyMs} ms`] = {
      slipstream: await average((seed) => replay(engineClient, { model, latencyMs, seed })),
      plain: await average((seed) => replay(plainClient, { model, latencyMs, seed })),
    };
  }
}
printReport('replay', { keys: keyCount, runs, ...report });

async function average(run: (seed: number) => Promise<Figures>): Promise<Figures> {
  const all: Figures[] = [];
  for (let seed = 0; seed < runs; seed += 1) {
    all.push(await run(seed));
  }
  const mean = (figure: keyof Figures): number =>
    rounded(all.reduce((sum, one) => sum + one[figure], 0) / all.length);
  return {
    requests: mean('requests'),
    shown: mean('shown'),
    shownRight: mean('shownRight'),
    cpuMs: mean('cpuMs'),
  };
}

interface ReplayOptions {
  readonly model: ReplayModel;
  readonly latencyMs: number;
  readonly seed: number;
}

async function replay(
  createClient: (clock: FakeClock, ask: Ask) => Client,
  { model, latencyMs, seed }: ReplayOptions,
): Promise<Figures> {
  const clock = new FakeClock();
  const random = seededRandom(seed + 1);
  const counts = { requests: 0, shown: 0, shownRight: 0, keys: 0 };
  let rest = '';
  const client = createClient(clock, async (signal) => {
    counts.requests += 1;
    const answer = answerOf(model, rest, random);
    await delay(clock, latencyMs, signal);
    return signal.aborted ? undefined : answer;
  });
  const before = process.cpuUsage();
  for (const hunk of hunks.filter((_, index) => index % runs === seed)) {
    const text = new TypedText(hunk);
    const keys = keysOf(hunk, random).slice(0, keyCount - counts.keys);
    for (const [index, key] of keys.entries()) {
      text.press(key.text);
      rest = text.rest;
      const controller = new AbortController();
      let offer: string | undefined;
      client.key(text.editor, controller.signal).then((found) => {
        offer = found;
      }, reportError);
      await clock.advance(keys[index + 1]?.afterMs ?? 1_000);
      controller.abort();
      counts.keys += 1;
      counts.shown += offer === undefined ? 0 : 1;
      counts.shownRight += offer !== undefined && isRight(offer, rest) ? 1 : 0;
    }
  }
  const { user, system } = process.cpuUsage(before);
  client.dispose();
  return { ...counts, cpuMs: (user + system) / 1_000 };
}

function reportError(error: unknown): void {
  console.error(error);
  process.exitCode = 1;
}

function engineClient(clock: FakeClock, ask: Ask): Client {
  let ids = 0;
  const gateway: ModelGateway = { stream: (_, signal) => stream(ask, signal) };
  const engine = new CompletionEngine({
    clock,
    newId: () => `id${++ids}`,
    prompts: plainPrompts,
    promptVersion: 1,
    shaping: plainShaping,
    predictor: { learn: () => undefined, forget: () => undefined, predict: () => undefined },
    gateway,
    keeping: { load: async () => [], save: () => undefined },
    model: () => ({ id: 'model', isAutomatic: false }),
    minDebounceMs: () => 0,
    isLocalEnabled: () => false,
    isLocalWhileSlow: () => false,
    onFailure: () => undefined,
    onInternalError: reportError,
  });
  return {
    key: async (editor, signal) => {
      engine.typed();
      const spot = editor.spot();
      engine.moved(spot);
      return (await engine.complete({ spot, trigger: 'automatic', signal }))[0]?.text;
    },
    dispose: () => engine.dispose(),
  };
}

async function* stream(ask: Ask, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const text = await ask(signal);
  if (text === undefined) {
    yield { type: 'ended', outcome: { kind: 'cancelled' } };
    return;
  }
  yield { type: 'textDelta', index: 0, text };
  const stopReason = 'end_turn';
  yield { type: 'ended', outcome: { kind: 'done', stopReason, value: stopReason } };
}

/** Waits, asks and shows; a key in between cancels. */
function plainClient(clock: FakeClock, ask: Ask): Client {
  return {
    key: async (_, signal) => {
      await delay(clock, plainDebounceMs, signal);
      return signal.aborted ? undefined : ask(signal);
    },
    dispose: () => undefined,
  };
}
