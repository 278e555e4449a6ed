/** Real VS Code windows for benchmarks: one with Slipstream, one with the floor to compare with. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { repositoryDir } from '../support/paths.ts';
import { writeUserSettings } from '../support/userSettings.ts';
import { startVsCodeServer, type VsCodeServer } from '../support/vsCodeServer.ts';

/** `floorModule` is the floor as an ES module, which VS Code loads by another way, as Slipstream is. */
export type Subject = 'slipstream' | 'floor' | 'floorModule';

/** One window with one extension. */
export interface Subjected {
  readonly subject: Subject;
  readonly page: Page;
  readonly server: VsCodeServer;
  /** The inside of its view. */
  readonly panel: FrameLocator;
  /** Starts the figures of the extension host anew. */
  resetProbe(): Promise<void>;
  /** How busy the extension host was since. */
  readProbe(): Promise<ProbeFigures>;
  /** Shows the view and waits for an input that takes text. */
  openPanel(): Promise<void>;
  close(): Promise<void>;
}

/** Delays are of the host's event loop; CPU and memory are those of its process, the last two of its heap. */
export interface ProbeFigures {
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly cpuSeconds: number;
  readonly memoryMb: number;
  readonly heapMb: number;
  readonly externalMb: number;
}

/** VS Code and its own extensions are up well within this on an idle machine. */
const settleMs = 5_000;

const probeFile = 'probe.json';
/** Longer than the probe's own period, so that its figures have been written since. */
const probePeriodMs = 700;

const extensionNames = { slipstream: 'slipstream', floor: 'floor', floorModule: 'floor' } as const;
const tabNames = { slipstream: /^Slipstream/, floor: /^Floor/ } as const;

/** A browser for all windows of a benchmark. */
export function startBrowser(): Promise<Browser> {
  return launchChromium();
}

/**
 * Opens a window with the subject installed alone, asking the scripted server.
 * @param settings Of the user, besides those that lead to the server.
 */
export async function openSubject(
  subject: Subject,
  browser: Browser,
  model: { readonly endpoint: string; readonly apiKey: string },
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Subjected> {
  const scratch = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  const folder = join(scratch, 'workspace');
  cpSync(join(repositoryDir, 'sample'), folder, { recursive: true });
  const extensionsDir = join(scratch, 'extensions');
  installSubject(subject, extensionsDir);
  const dataDir = join(scratch, 'data');
  writeUserSettings(join(dataDir, 'data'), {
    'slipstream.endpointKind': 'anthropic',
    ...settings,
  });
  const server = await startVsCodeServer({
    dataDir,
    extensionsDir,
    env: {
      ANTHROPIC_BASE_URL: model.endpoint,
      ANTHROPIC_API_KEY: model.apiKey,
      BENCH_PROBE_FILE: join(scratch, probeFile),
      // A folder for profiles of the extension host (see `probe`), which make everything slower.
      BENCH_PROFILE_DIR: process.env['BENCH_PROFILE_DIR'] ?? '',
    },
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`);
  await page
    .getByRole('tab', { name: /^Explorer/ })
    .first()
    .waitFor();
  // VS Code's own start goes on for a while, and is not what is measured.
  await sleep(settleMs);
  return subjected(subject, { page, context, server, scratch });
}

interface Place {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: VsCodeServer;
  readonly scratch: string;
}

function subjected(subject: Subject, { page, context, server, scratch }: Place): Subjected {
  const panel = page
    .frameLocator(`iframe.webview.ready[src*="extensionId=slipstream.${extensionNames[subject]}"]`)
    .frameLocator('iframe#active-frame');
  return {
    subject,
    page,
    server,
    panel,
    resetProbe: async () => {
      writeFileSync(join(scratch, probeFile), '');
      await probeWritten(scratch);
    },
    readProbe: () => {
      // Where the probe makes a profile, this is its end.
      writeFileSync(join(scratch, probeFile), 'end');
      return probeWritten(scratch);
    },
    openPanel: async () => {
      await page.getByRole('tab', { name: tabNames[extensionNames[subject]] }).first().click();
      await panel.getByRole('textbox', { name: 'Message' }).waitFor();
    },
    close: async () => {
      await context.close();
      await server.dispose();
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The probe's next figures. */
async function probeWritten(scratch: string): Promise<ProbeFigures> {
  await sleep(probePeriodMs);
  const text = readFileSync(join(scratch, probeFile), 'utf8');
  return text === '' || text === 'end' ? probeWritten(scratch) : (JSON.parse(text) as ProbeFigures);
}

function installSubject(subject: Subject, extensionsDir: string): void {
  cpSync(join(repositoryDir, 'test/bench/probe'), join(extensionsDir, 'slipstream.probe-0.0.1'), {
    recursive: true,
  });
  const target = join(extensionsDir, `slipstream.${extensionNames[subject]}-0.1.0`);
  mkdirSync(target, { recursive: true });
  if (subject !== 'slipstream') {
    cpSync(join(repositoryDir, 'test/bench/floor'), target, { recursive: true });
    const { activationEvents } = JSON.parse(
      readFileSync(join(repositoryDir, 'package.json'), 'utf8'),
    ) as { readonly activationEvents: readonly string[] };
    // Woken by the same event: while VS Code starts, all that is woken waits for one another.
    changeManifest(target, {
      activationEvents,
      ...(subject === 'floorModule' ? { type: 'module' } : {}),
    });
    if (subject === 'floorModule') {
      makeModule(target);
    }
    return;
  }
  for (const part of ['package.json', 'dist', 'media']) {
    cpSync(join(repositoryDir, part), join(target, part), { recursive: true });
  }
}

/** The same code as an ES module. */
function makeModule(target: string): void {
  rewrite(join(target, 'extension.js'), (text) =>
    text
      .replace("const vscode = require('vscode')", "import * as vscode from 'vscode'")
      .replace('exports.activate =', 'export const activate ='),
  );
}

function changeManifest(target: string, changes: object): void {
  rewrite(join(target, 'package.json'), (text) =>
    JSON.stringify({ ...JSON.parse(text), ...changes }),
  );
}

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
