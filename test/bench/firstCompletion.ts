/**
 * The very first completion of a window, in a TypeScript file of 2,000 lines with 15 others open, each
 * in a process of its own: by itself, and after what is done in the idle moment once the cursor stands in
 * code. The model answers at once, in the same process. Without VS Code, the store and the connection.
 */
import { execFile } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../../src/base/clock.ts';
import { warmCompletions } from '../../src/core/completion/completionWarming.ts';
import { coreSources } from '../support/coreSources.ts';
import { FakeEditor } from '../support/fakeEditor.ts';
import { repositoryDir } from '../support/paths.ts';
import { answerInWords, createWholeCompletions } from '../support/wholeCompletions.ts';
import { median, printReport, rounded } from './support.ts';

const runs = 5;
const lines = 2_000;
const openFiles = 15;
const kinds = ['cold', 'warmed'] as const;
type Kind = (typeof kinds)[number];

interface Measured {
  readonly firstCpuMs: number;
  readonly firstMs: number;
  readonly warmingCpuMs: number;
  /** The longest that nothing else had its turn while it was warmed. */
  readonly longestHoldMs: number;
}

const kind = kinds.find((one) => one === process.argv[2]);
if (kind) {
  console.log(JSON.stringify(await measure(kind)));
} else {
  const cold = await spread('cold');
  const warmed = await spread('warmed');
  const ratio = rounded(cold.firstCpuMs / warmed.firstCpuMs);
  printReport('firstCompletion', { lines, openFiles, runs, cold, warmed, ratio });
}

/** The medians of runs in processes of their own. */
async function spread(one: Kind): Promise<Measured> {
  const found: Measured[] = [];
  for (let run = 0; run < runs; run += 1) {
    const args = [fileURLToPath(import.meta.url), one];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    found.push(JSON.parse(stdout) as Measured);
  }
  const of = (name: keyof Measured): number => rounded(median(found.map((run) => run[name])));
  return {
    firstCpuMs: of('firstCpuMs'),
    firstMs: of('firstMs'),
    warmingCpuMs: of('warmingCpuMs'),
    longestHoldMs: of('longestHoldMs'),
  };
}

async function measure(one: Kind): Promise<Measured> {
  const files = coreSources();
  const text = files
    .map((file) => file.text)
    .join('\n')
    .split('\n')
    .slice(0, lines);
  const completions = await createWholeCompletions({
    clock: systemClock,
    gateway: { stream: () => answers() },
    folder: repositoryDir,
    nearby: files.slice(-openFiles).map((file) => ({
      documentId: `file://${file.path}`,
      path: file.path,
      languageId: 'typescript',
      version: 1,
      text: () => file.text,
    })),
  });
  const at = lines / 2;
  const before = new FakeEditor(
    [...text.slice(0, at), '¦', ...text.slice(at)].join('\n'),
    'long.ts',
  );
  const warming = one === 'warmed' ? await warm(completions, before) : undefined;
  // A blank line further down: of all it takes most.
  const down = lines / 2 + 100;
  const editor = new FakeEditor(
    [...text.slice(0, down), '  ¦', ...text.slice(down)].join('\n'),
    'long.ts',
  );
  const startMs = performance.now();
  const begun = process.cpuUsage();
  const { signal } = new AbortController();
  await completions.engine.complete({ spot: editor.spot(), trigger: 'automatic', signal });
  const firstCpuMs = cpuMsSince(begun);
  const firstMs = performance.now() - startMs;
  completions.dispose();
  return { firstCpuMs, firstMs, warmingCpuMs: 0, longestHoldMs: 0, ...warming };
}

async function warm(
  completions: Awaited<ReturnType<typeof createWholeCompletions>>,
  editor: FakeEditor,
): Promise<Pick<Measured, 'warmingCpuMs' | 'longestHoldMs'>> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await sleep(20);
  delays.reset();
  const begun = process.cpuUsage();
  await warmCompletions(completions, editor.spot().place, new AbortController().signal);
  const warmingCpuMs = cpuMsSince(begun);
  await sleep(20);
  delays.disable();
  return { warmingCpuMs, longestHoldMs: delays.max / 1e6 };
}

async function* answers() {
  yield* answerInWords('const one = other.map(({ value }) => value);');
}

function cpuMsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}
