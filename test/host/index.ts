import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { hostLineMark } from './marks.ts';

/** A real editor answers in milliseconds, but the first look at a language takes seconds. */
const testTimeoutMs = 30_000;

/** What `describeWith` adds to a title, as `scripts/lib/countingReporter.cjs` reads it. */
const leftOut = /^(.*) \(not run: (.*) is not installed\)$/;

/** What a run counted, in the form of the other stages. */
export interface HostCounts {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly { readonly title: string; readonly program: string }[];
}

/**
 * What VS Code calls inside the extension host: runs every test file beside this one's bundle.
 * `SLIPSTREAM_TEST_GROUP` picks the folder, `SLIPSTREAM_TEST_GREP` the tests, and the counts go to
 * `SLIPSTREAM_TEST_COUNTS`. `SLIPSTREAM_TEST_COLOR` asks for coloured output.
 */
export async function run(): Promise<void> {
  markConsoleLines();
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: testTimeoutMs,
    reporter: 'spec',
    color: Boolean(process.env['SLIPSTREAM_TEST_COLOR']),
  });
  const grep = process.env['SLIPSTREAM_TEST_GREP'];
  if (grep) {
    mocha.grep(grep);
  }
  const folder = join(__dirname, process.env['SLIPSTREAM_TEST_GROUP'] ?? '');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.test.cjs'))) {
    mocha.addFile(join(folder, name));
  }
  const stats = await runAll(mocha);
  const countsFile = process.env['SLIPSTREAM_TEST_COUNTS'];
  if (countsFile) {
    writeFileSync(countsFile, JSON.stringify(stats));
  }
  if (stats.failed > 0) {
    throw new Error(`${stats.failed} of the tests in VS Code failed.`);
  }
}

function runAll(mocha: Mocha): Promise<HostCounts> {
  return new Promise((resolve) => {
    const notRun: { title: string; program: string }[] = [];
    const runner = mocha.run(() => {
      const { passes: passed = 0, failures: failed = 0 } = runner.stats ?? {};
      resolve({ passed, failed, notRun });
    });
    runner.on('pending', (test) => {
      const [, title, program] = leftOut.exec(test.parent?.title ?? '') ?? [];
      if (title && program) {
        notRun.push({ title, program });
      }
    });
  });
}

/**
 * Everything printed from now on, by tests and extension alike, reaches the terminal. The console is
 * replaced as a whole, because VS Code makes its methods read-only.
 */
function markConsoleLines(): void {
  const original = globalThis.console;
  const marked: Console = Object.create(original);
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    const print = (...args: unknown[]): void => original[level](hostLineMark + format(...args));
    Object.defineProperty(marked, level, { value: print });
  }
  globalThis.console = marked;
  // Mocha keeps the function it found when it was loaded.
  Mocha.reporters.Base.consoleLog = marked.log;
}
