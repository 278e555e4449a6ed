// npm test: proves that it works, on a machine with nothing but Node and npm.
// One stage alone: node scripts/test.mjs check|unit|servers|build|host|e2e [arguments for the test runner]
import { mkdir } from 'node:fs/promises';
import { ensureDependencies } from './lib/ensureDependencies.mjs';
import { resultsDir } from './lib/paths.mjs';
import { build, check, e2e, host, servers, unit } from './lib/stages.mjs';

const stages = { check, unit, servers, build, host, e2e };
/** What to install for a program, where the package has another name. @type {Record<string, string>} */
const debianPackages = {
  postgres: 'postgresql',
  pg_basebackup: 'postgresql',
  nginx: 'nginx-light',
  varnishd: 'varnish',
};
const [wanted, ...args] = process.argv.slice(2);
if (wanted && !Object.hasOwn(stages, wanted)) {
  console.error(`There is no stage "${wanted}". The stages are ${Object.keys(stages).join(', ')}.`);
  process.exit(2);
}

await ensureDependencies();
await mkdir(resultsDir, { recursive: true });

// The host tests load what the build makes.
const alone = wanted === 'host' ? ['build', 'host'] : [wanted];
const names = wanted ? alone : Object.keys(stages);
const results = [];
for (const name of names) {
  const startMs = Date.now();
  console.log(`\n== ${name}`);
  results.push({ name, ...(await runStage(name)), seconds: (Date.now() - startMs) / 1000 });
}

console.log('');
for (const { name, passed, failed, seconds } of results) {
  console.log(`${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
}
tellWhatWasNotRun(results.flatMap(({ notRun = [] }) => notRun));
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);

/** @param {readonly import('./lib/stages.mjs').NotRun[]} notRun */
function tellWhatWasNotRun(notRun) {
  for (const program of new Set(notRun.map((one) => one.program))) {
    const titles = notRun.filter((one) => one.program === program).map(({ title }) => title);
    console.log(
      `Not run, as ${program} is not installed (${hint(program)}): ${titles.join('; ')}.`,
    );
  }
}

/** @param {string} programs As `describeWith` joins them. */
function hint(programs) {
  const packages = programs.split(' and ').map((program) => debianPackages[program] ?? program);
  return `on Debian: apt-get install ${packages.join(' ')}`;
}

/** A stage that cannot run at all is a failure of its own; the others run all the same. */
async function runStage(/** @type {string} */ name) {
  try {
    return await stages[name](args);
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  }
}
