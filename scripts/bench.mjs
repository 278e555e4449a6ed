// npm run bench [name …]: runs the benchmarks of test/bench, each of which prints one line of JSON,
// and collects them in test-results/bench.json.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { ensureDependencies } from './lib/ensureDependencies.mjs';
import { ensureVsCodeServer } from './lib/ensureVsCodeServer.mjs';
import { resultsDir, rootDir } from './lib/paths.mjs';
import { capture, runOrThrow } from './lib/run.mjs';

const benchDir = `${rootDir}/test/bench`;
const wanted = process.argv.slice(2);
const all = readdirSync(benchDir)
  .filter((file) => file.endsWith('.ts') && isBenchmark(`${benchDir}/${file}`))
  .map((file) => file.slice(0, -'.ts'.length));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(2);
}

await ensureDependencies();
await runOrThrow(process.execPath, ['esbuild.mjs', '--production'], { cwd: rootDir });
// Some benchmarks open VS Code, and all run on the Node that it runs on.
const { node } = await ensureVsCodeServer();

const results = [];
const failed = [];
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`\n== ${name}`);
  const { code, output } = await capture(node, [`test/bench/${name}.ts`], { cwd: rootDir });
  const report = lastJson(output);
  if (code === 0 && report !== undefined) {
    results.push({ benchmark: name, report });
    console.table(Object.fromEntries(flatten(report).map(([key, value]) => [key, { value }])));
  } else {
    failed.push(name);
    console.error(`${output}\n${name} failed with exit code ${code}.`);
  }
}

await mkdir(resultsDir, { recursive: true });
await writeFile(
  `${resultsDir}/bench.json`,
  `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), results }, null, 2)}\n`,
);
console.log(`\nWritten to ${resultsDir}/bench.json`);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

/** What exports something is a helper of benchmarks. */
function isBenchmark(/** @type {string} */ path) {
  return !/^export /m.test(readFileSync(path, 'utf8'));
}

function machine() {
  const [cpu] = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return `${platform()} ${arch()}, ${cpus().length} × ${cpu?.model.trim()}, ${gibibytes} GiB`;
}

/** @param {string} output */
function lastJson(output) {
  for (const line of output.trim().split('\n').reverse()) {
    try {
      return JSON.parse(line);
    } catch {
      // A line for people: the report is further up.
    }
  }
  return undefined;
}

/**
 * @param {object} report
 * @param {string} [prefix]
 * @returns {[string, unknown][]}
 */
function flatten(report, prefix = '') {
  return Object.entries(report).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? flatten(value, `${prefix}${key}.`)
      : [[prefix + key, value]],
  );
}
