/**
 * What one key costs in our own code, for files of 200, 2,000 and 20,000 lines: where the completion is
 * known, where its request is under way, and where a model must be asked, with the real prompts, syntax
 * and shaping and a model that answers at once; how long nothing else had its turn meanwhile. Beside it what every completion needs at least: the
 * text around the cursor, cut out of the document.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../src/base/clock.ts';
import { toDisposable } from '../../src/base/lifecycle.ts';
import type { ModelEvent, ModelGateway } from '../../src/core/model/request.ts';
import { FakeEditor } from '../support/fakeEditor.ts';
import { answerInWords, createWholeCompletions } from '../support/wholeCompletions.ts';
import { percentile, printReport, rounded } from './support.ts';

const keys = 200;
const warmUpKeys = 20;
const indent = '  ';
/** What is typed behind it, over and over. */
const line = 'const subtotal = lines.reduce((sum, one) => sum + one.price, 0);';

/** Time goes on by itself, and nothing is waited for: waits are not what is measured. */
const hastyClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback) => {
    const immediate = setImmediate(callback);
    return toDisposable(() => clearImmediate(immediate));
  },
};

/** Answers with what it is told, in deltas of a word each; or not at all until it is cancelled. */
class InstantModel implements ModelGateway {
  answer: string | undefined;

  async *stream(_: unknown, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    if (this.answer !== undefined) {
      yield* answerInWords(this.answer);
      return;
    }
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    yield { type: 'ended', outcome: { kind: 'cancelled' } };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'keystroke-'));
const report: Record<string, unknown> = {};
for (const lines of [200, 2_000, 20_000]) {
  report[`${lines} lines`] = await measureFile(lines);
}
rmSync(folder, { recursive: true });
printReport('keystroke', report);

async function measureFile(lines: number) {
  const kit = await createKit();
  try {
    const editor = new FakeEditor(textOf(lines), join(folder, `lines${lines}.ts`).slice(1));
    const floorMs = spread(measureFloor(editor));
    const reuseMs = spread(await measureReuse(kit, editor));
    const inFlightMs = spread(await measureInFlight(kit, editor));
    const before = process.cpuUsage();
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const coldMs = spread(await measureCold(kit, editor));
    loop.disable();
    const { user, system } = process.cpuUsage(before);
    // The monitor's own period is part of what it tells, nanoseconds.
    const longestMs = rounded(loop.max / 1e6 - 1);
    const coldCpuMs = rounded((user + system) / 1_000 / (keys + warmUpKeys));
    const ratio = { reuse: rounded(reuseMs.p50 / floorMs.p50) };
    return { floorMs, reuseMs, inFlightMs, coldMs, coldCpuMs, longestMs, ratio };
  } finally {
    kit.dispose();
  }
}

/** Functions of some length, with the cursor in the middle of the file. */
function textOf(lines: number): string {
  const some = (count: number, first: number): string =>
    Array.from({ length: count }, (_, index) => bodyLine(first + index)).join('\n');
  const half = Math.floor(lines / 2);
  return `${some(half, 0)}\nexport function current(lines) {\n${indent}¦\n}\n${some(half, half)}`;
}

function bodyLine(index: number): string {
  const name = `compute${Math.floor(index / 10)}`;
  const parts = [
    `export function ${name}(values: readonly number[], factor: number): number {`,
    '  let result = 0;',
    '  for (const value of values) {',
    `    if (value > ${index}) {`,
    '      result += value * factor; // what is above the limit counts',
    '    }',
    '  }',
    '  return result;',
    '}',
    '',
  ];
  return parts[index % 10] ?? '';
}

async function createKit() {
  const model = new InstantModel();
  const whole = await createWholeCompletions({ clock: hastyClock, gateway: model, folder });
  return { ...whole, model };
}

type Kit = Awaited<ReturnType<typeof createKit>>;

/** Presses keys of a line, over and over, and times what `work` does after each, milliseconds. */
async function timeKeys(
  editor: FakeEditor,
  work: (typed: string) => unknown,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let count = 0; count < keys + warmUpKeys; count += 1) {
    if (typedIn(editor) >= line.length) {
      clearLine(editor);
    }
    const start = performance.now();
    editor.type(line.charAt(typedIn(editor)));
    await work(line.slice(0, typedIn(editor)));
    times.push(performance.now() - start);
  }
  clearLine(editor);
  return times.slice(warmUpKeys);
}

function typedIn(editor: FakeEditor): number {
  return editor.character - indent.length;
}

function clearLine(editor: FakeEditor): void {
  editor.delete(typedIn(editor));
}

/** The text around the cursor and no more, from a document that is one string. */
function measureFloor(editor: FakeEditor): readonly number[] {
  const { text, offset } = editor.spot().place;
  return Array.from({ length: keys }, (_, index) => {
    const start = performance.now();
    const typed = text.slice(0, offset) + line.slice(0, index % line.length) + text.slice(offset);
    const around = typed.slice(offset - 4_000, offset) + typed.slice(offset, offset + 2_000);
    JSON.stringify(around);
    return performance.now() - start;
  });
}

async function measureReuse({ engine, model }: Kit, editor: FakeEditor) {
  editor.type(line.charAt(0));
  model.answer = line.slice(1);
  await engine.complete(query(editor));
  clearLine(editor);
  editor.type(line.charAt(0));
  const times = await timeKeys(editor, () => {
    engine.typed();
    engine.moved(editor.spot());
    const offers = engine.complete(query(editor));
    if (offers instanceof Promise && typedIn(editor) < line.length) {
      throw new Error('Not known, though it was answered.');
    }
  });
  engine.clear();
  return times;
}

async function measureInFlight({ engine, model }: Kit, editor: FakeEditor) {
  model.answer = undefined;
  editor.type(line.charAt(0));
  void engine.complete(query(editor));
  // Until it is under way.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const times = await timeKeys(editor, () => {
    engine.typed();
    engine.moved(editor.spot());
    void engine.complete(query(editor));
  });
  engine.clear();
  return times;
}

async function measureCold({ engine, model, syntax }: Kit, editor: FakeEditor) {
  const start = editor.spot().place.offset;
  const { id } = editor.document;
  const times = await timeKeys(editor, async (typed) => {
    // As the host tells it of each change, so that it need not look for it.
    const at = start + typed.length - 1;
    if (typed.length === 1) {
      syntax.changed(id, [{ start, end: start + line.length, text: '' }]);
    }
    syntax.changed(id, [{ start: at, end: at, text: typed.slice(-1) }]);
    model.answer = line.slice(typed.length) || ';';
    engine.typed();
    engine.moved(editor.spot());
    await engine.complete(query(editor));
    engine.clear();
  });
  return times;
}

function query(editor: FakeEditor) {
  return {
    spot: editor.spot(),
    trigger: 'automatic' as const,
    signal: new AbortController().signal,
  };
}

function spread(times: readonly number[]) {
  const at = (percent: number): number => rounded(percentile(times, percent));
  return { p50: at(50), p95: at(95), p99: at(99) };
}
