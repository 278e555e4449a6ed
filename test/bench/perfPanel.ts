/**
 * The performance panel's page while 1,000 requests a minute come in on top of 10,000, beside the same
 * page in which nothing is new, and beside a page in which nothing runs at all: what a frame takes,
 * and how long the page's thread is busy. Turn by turn in one browser.
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { startHarness } from '../support/webviewHarness/server.ts';
import { startBrowser } from './editors.ts';
import { median, percentile, printReport, rounded } from './support.ts';

const keptRows = 10_000;
const requestsPerMinute = 1_000;
const watchedMs = 8_000;
const rounds = 3;

type Kind = 'busy' | 'idle' | 'empty';

/** What the page's `window` has in it; see perfPage.mjs. */
interface HarnessWindow {
  readonly harness: { readonly host: { addRow(): void } };
}

interface Watched {
  readonly frames: readonly number[];
  /** Of the page's thread, milliseconds a second. */
  readonly busyMsPerSecond: number;
}

const harness = await startHarness();
const browser = await startBrowser();
try {
  const watched: Record<Kind, Watched[]> = { busy: [], idle: [], empty: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['busy', 'idle', 'empty'] as const) {
      watched[kind].push(await watch(kind, browser));
    }
  }
  const busy = figuresOf(watched.busy);
  const idle = figuresOf(watched.idle);
  printReport('perfPanel', {
    keptRows,
    requestsPerMinute,
    busy,
    idle,
    empty: figuresOf(watched.empty),
    ratio: { p95Frame: rounded(busy.p95FrameMs / idle.p95FrameMs) },
  });
} finally {
  await browser.close();
  await harness.close();
}

async function watch(kind: Kind, within: Browser): Promise<Watched> {
  const page = await within.newPage({ viewport: { width: 900, height: 900 }, bypassCSP: true });
  try {
    await open(page, kind);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const before = await taskSeconds(session);
    const everyMs = kind === 'busy' ? 60_000 / requestsPerMinute : 0;
    const frames = await page.evaluate(watchFrames, { watchedMs, everyMs });
    const busyMs = ((await taskSeconds(session)) - before) * 1_000;
    return { frames, busyMsPerSecond: busyMs / (watchedMs / 1_000) };
  } finally {
    await page.close();
  }
}

async function open(page: Page, kind: Kind): Promise<void> {
  if (kind === 'empty') {
    await page.goto('about:blank');
    return;
  }
  await page.goto(`${harness.url}performance?theme=dark&rows=${keptRows}`);
  await page.getByText('10,000 requests', { exact: true }).waitFor();
}

/** Runs in the page: the time from each frame to the next, while requests end at even times. */
function watchFrames(given: { watchedMs: number; everyMs: number }): Promise<readonly number[]> {
  return new Promise((resolve) => {
    const frames: number[] = [];
    const startedAt = performance.now();
    let last = startedAt;
    let added = 0;
    const onFrame = (now: number): void => {
      frames.push(now - last);
      last = now;
      const due = given.everyMs === 0 ? 0 : Math.floor((now - startedAt) / given.everyMs);
      for (; added < due; added += 1) {
        (globalThis as typeof globalThis & HarnessWindow).harness.host.addRow();
      }
      if (now - startedAt < given.watchedMs) {
        requestAnimationFrame(onFrame);
      } else {
        resolve(frames.slice(1));
      }
    };
    requestAnimationFrame(onFrame);
  });
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

function figuresOf(watched: readonly Watched[]) {
  const frames = watched.flatMap((one) => one.frames);
  return {
    medianFrameMs: rounded(median(frames)),
    p95FrameMs: rounded(percentile(frames, 95)),
    longestFrameMs: rounded(Math.max(...frames)),
    framesOver50Ms: frames.filter((frame) => frame > 50).length,
    busyMsPerSecond: rounded(median(watched.map(({ busyMsPerSecond }) => busyMsPerSecond))),
  };
}
