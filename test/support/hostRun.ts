// Runs test/host inside a real VS Code: node test/support/hostRun.ts [--grep <text>]
// With VSCODE_EXECUTABLE in a desktop window, else in VS Code's server with a headless browser.
import { cpSync, createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import type { HostCounts } from '../host/index.ts';
import { hostLineMark } from '../host/marks.ts';
import { launchChromium } from './chromium.ts';
import { bundleHostTests, restrictedGroup } from './hostBundle.ts';
import { repositoryDir, resultsDir } from './paths.ts';
import { createTempDir, removeTempDir } from './tempDir.ts';
import { writeUserSettings } from './userSettings.ts';
import { startVsCodeServer, type VsCodeServer } from './vsCodeServer.ts';

interface HostRun {
  /** The module that exports `run()`. */
  readonly entry: string;
  readonly workspaceDir: string;
  readonly isTrusted: boolean;
  /** For the extension host. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder of this run alone. */
  readonly scratchDir: string;
}

/** Far above what the tests take together; a hang shows as a failure, not as a stuck CI job. */
const runTimeoutMs = 600_000;

mkdirSync(resultsDir, { recursive: true });
rmSync(join(resultsDir, 'host-workbench.log'), { force: true });
const { values } = parseArgs({ options: { grep: { type: 'string' } } });
const bundle = await bundleHostTests();
const results: HostCounts[] = [];
for (const group of bundle.groups) {
  results.push(await runGroup(group));
}
const counts: HostCounts = {
  passed: results.reduce((sum, { passed }) => sum + passed, 0),
  failed: results.reduce((sum, { failed }) => sum + failed, 0),
  notRun: results.flatMap(({ notRun }) => notRun),
};
writeFileSync(join(resultsDir, 'host.json'), JSON.stringify(counts));
process.exitCode = counts.failed > 0 ? 1 : 0;

async function runGroup(group: string): Promise<HostCounts> {
  const scratchDir = createTempDir('host');
  const workspaceDir = join(scratchDir, 'workspace');
  const countsFile = join(scratchDir, 'counts.json');
  cpSync(join(repositoryDir, 'test/host/workspace'), workspaceDir, { recursive: true });
  const env = {
    SLIPSTREAM_TEST_COUNTS: countsFile,
    SLIPSTREAM_TEST_GROUP: group,
    SLIPSTREAM_TEST_GREP: values.grep ?? '',
    SLIPSTREAM_TEST_COLOR: process.stdout.isTTY ? '1' : '',
    SLIPSTREAM_REQUIRE_SERVERS: process.env['SLIPSTREAM_REQUIRE_SERVERS'] ?? '',
  };
  const isTrusted = group !== restrictedGroup;
  try {
    const runOnce = process.env['VSCODE_EXECUTABLE'] ? runInDesktop : runInServer;
    const code = await runOnce({ entry: bundle.entry, workspaceDir, isTrusted, env, scratchDir });
    return readCounts(countsFile, code);
  } finally {
    removeTempDir(scratchDir);
  }
}

/** A run that ended without counting (the host crashed, or never came up) is one failure. */
function readCounts(countsFile: string, code: number): HostCounts {
  try {
    return JSON.parse(readFileSync(countsFile, 'utf8'));
  } catch (error) {
    console.error(`The tests in VS Code ended with code ${code} before they were counted.`, error);
    return { passed: 0, failed: 1, notRun: [] };
  }
}

async function runInDesktop(run: HostRun): Promise<number> {
  const { runTests } = await import('@vscode/test-electron');
  const userDataDir = join(run.scratchDir, 'user-data');
  writeUserSettings(userDataDir);
  return await runTests({
    vscodeExecutablePath: process.env['VSCODE_EXECUTABLE'] ?? '',
    extensionDevelopmentPath: repositoryDir,
    extensionTestsPath: run.entry,
    extensionTestsEnv: { ...run.env, ANTHROPIC_API_KEY: undefined, ANTHROPIC_BASE_URL: undefined },
    launchArgs: [
      run.workspaceDir,
      `--user-data-dir=${userDataDir}`,
      `--extensions-dir=${join(run.scratchDir, 'extensions')}`,
      ...(run.isTrusted ? ['--disable-workspace-trust'] : []),
      // Electron refuses to run as root with its sandbox, and containers run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

async function runInServer(run: HostRun): Promise<number> {
  const dataDir = join(run.scratchDir, 'server-data');
  writeUserSettings(join(dataDir, 'data'));
  const server = await startVsCodeServer({
    dataDir,
    env: run.env,
    asksForTrust: !run.isTrusted,
    logFile: join(resultsDir, 'host-server.log'),
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const ended = whenTestsEnd(page, server);
    await page.goto(pageAddress(server, run));
    return await ended;
  } finally {
    await browser.close();
    await server.dispose();
  }
}

function pageAddress(server: VsCodeServer, run: HostRun): string {
  const remote = `vscode-remote://${new URL(server.url).host}`;
  const payload = [
    ['extensionDevelopmentPath', remote + repositoryDir],
    ['extensionTestsPath', remote + run.entry],
    ['skipWelcome', 'true'],
  ];
  const address = new URL(server.url);
  address.searchParams.set('folder', run.workspaceDir);
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}

/** The workbench calls two functions of the page: for console lines, and when the run has ended. */
async function whenTestsEnd(page: Page, server: VsCodeServer): Promise<number> {
  const log = createWriteStream(join(resultsDir, 'host-workbench.log'), { flags: 'a' });
  const ended = new Promise<number>((resolve) => {
    const timer = setTimeout(() => {
      console.error(`The tests in VS Code did not end in ${runTimeoutMs / 1000} s.`);
      resolve(1);
    }, runTimeoutMs);
    timer.unref();
    page.on('crash', () => resolve(1));
    void server.ended.then(() => resolve(1));
    void page.exposeFunction('codeAutomationExit', resolve);
    void page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const line = args.map(String).join(' ');
      // The workbench's own lines come the same way. They matter only when something is wrong.
      if (line.startsWith(hostLineMark)) {
        console.log(line.slice(hostLineMark.length));
      } else {
        // The page may go on printing for a moment after the run has ended.
        if (!log.writableEnded) {
          log.write(`${line}\n`);
        }
      }
    });
  });
  return await ended.finally(() => log.end());
}
