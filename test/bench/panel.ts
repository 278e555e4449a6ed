/**
 * What Slipstream costs in a real VS Code, beside an extension that does the least possible:
 * activation, opening the panel, Enter to the request on the wire, and a delta on the wire to text
 * in the page. Build for production first (`npm run bench` does).
 */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { eagerBytes, eagerModules } from '../support/eagerScript.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { openSubject, type Subject, type Subjected, startBrowser } from './editors.ts';
import { median, printReport, rounded } from './support.ts';

/** Windows opened per subject: each is a fresh start of the extension. */
const windows = 3;
/** Messages sent in each window; the first also loads what later ones find loaded. */
const messages = 8;

interface Figures {
  readonly activationMs: number;
  readonly openPanelMs: number;
  readonly firstSendToWireMs: number;
  readonly sendToWireMs: number;
  readonly wireToTextMs: number;
  /** Until the frame that shows it: text that stands in the document sooner is not seen sooner. */
  readonly wireToFrameMs: number;
  readonly hostMemoryMb: number;
  /** Of it, what JavaScript holds, garbage included, and what it holds outside of its heap. */
  readonly hostHeapMb: number;
  readonly hostExternalMb: number;
  /** Size of the first message's request, its system prompt and tools included. */
  readonly firstRequestKilobytes: number;
}

const server = await MessagesServer.start();
const browser = await startBrowser();
try {
  const rounds: Record<'slipstream' | 'floor', Figures[]> = { slipstream: [], floor: [] };
  const moduleActivations: number[] = [];
  for (let window = 0; window < windows; window += 1) {
    moduleActivations.push(await measureActivation('floorModule', browser));
    for (const subject of ['floor', 'slipstream'] as const) {
      rounds[subject].push(await measure(subject, browser));
    }
  }
  const slipstream = medians(rounds.slipstream);
  const floor = medians(rounds.floor);
  const moduleActivationMs = rounded(median(moduleActivations));
  printReport('panel', {
    slipstream,
    floor,
    floorModule: { activationMs: moduleActivationMs },
    ratio: {
      activationToModule: rounded(slipstream.activationMs / moduleActivationMs),
      activation: rounded(slipstream.activationMs / floor.activationMs),
      openPanel: rounded(slipstream.openPanelMs / floor.openPanelMs),
      sendToWire: rounded(slipstream.sendToWireMs / floor.sendToWireMs),
      wireToText: rounded(slipstream.wireToTextMs / floor.wireToTextMs),
      wireToFrame: rounded(slipstream.wireToFrameMs / floor.wireToFrameMs),
    },
    eager: eagerFigures('dist/extension.js'),
    webviewEager: eagerFigures('dist/webview/chat.js'),
  });
} finally {
  await browser.close();
  await server.stop();
}

/** What is loaded before an entry runs. */
function eagerFigures(entry: string): { readonly files: number; readonly kilobytes: number } {
  const modules = eagerModules(entry, (path) => readFileSync(path, 'utf8'));
  return { files: modules.size, kilobytes: rounded(eagerBytes(modules) / 1_000) };
}

async function measure(subject: Subject, browser: Browser): Promise<Figures> {
  const window = await openSubject(subject, browser, server);
  try {
    await window.resetProbe();
    const started = performance.now();
    await window.openPanel();
    const openPanelMs = performance.now() - started;
    const sends: number[] = [];
    const texts: number[] = [];
    const frames: number[] = [];
    const sentBefore = server.messageRequests.length;
    for (let count = 0; count < messages; count += 1) {
      const { sendToWire, wireToText, wireToFrame } = await sendOne(window, `Hello ${count}`);
      sends.push(sendToWire);
      texts.push(wireToText);
      frames.push(wireToFrame);
    }
    const { heapMb, externalMb } = await window.readProbe();
    return {
      openPanelMs,
      firstSendToWireMs: sends[0] ?? Number.NaN,
      sendToWireMs: median(sends.slice(1)),
      wireToTextMs: median(texts.slice(1)),
      wireToFrameMs: median(frames.slice(1)),
      hostMemoryMb: hostMemoryMb(window),
      hostHeapMb: heapMb,
      hostExternalMb: externalMb,
      firstRequestKilobytes:
        JSON.stringify(server.messageRequests[sentBefore]?.body ?? '').length / 1_000,
      activationMs: await activationMs(window),
    };
  } finally {
    await window.close();
  }
}

async function measureActivation(subject: Subject, browser: Browser): Promise<number> {
  const window = await openSubject(subject, browser, server);
  try {
    await window.openPanel();
    return await activationMs(window);
  } finally {
    await window.close();
  }
}

/** Sends one message and times both ways by the machine's one clock. */
async function sendOne(window: Subjected, message: string) {
  const reply = `Answer to ${message}.`;
  server.reply(answer([text(reply)], { deltaCharacters: 100, firstEventDelayMs: 200 }));
  const input = window.panel.getByRole('textbox', { name: 'Message' });
  const seen = window.panel.locator('body').evaluate(watchPage, reply);
  await input.fill(message);
  const before = server.messageRequests.length;
  await input.press('Enter');
  const request = await server.received(before + 1);
  const { enterAt, textAt, frameAt } = await seen;
  await request.closed;
  await window.panel.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  const wall = (at: number | undefined): number => performance.timeOrigin + (at ?? Number.NaN);
  return {
    sendToWire: wall(request.arrivedAt) - enterAt,
    wireToText: textAt - wall(request.firstByteAt),
    wireToFrame: frameAt - wall(request.firstByteAt),
  };
}

/**
 * Runs in the page: when Enter was pressed, when the answer's text stood in the document, and when the
 * frame that shows it was done.
 */
function watchPage(
  body: HTMLElement,
  answer: string,
): Promise<{ enterAt: number; textAt: number; frameAt: number }> {
  const now = (): number => performance.timeOrigin + performance.now();
  return new Promise((resolve) => {
    let enterAt = Number.NaN;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Enter') {
        enterAt = now();
        body.ownerDocument.removeEventListener('keydown', onKey, true);
      }
    };
    body.ownerDocument.addEventListener('keydown', onKey, true);
    let textAt = Number.NaN;
    const observer = new MutationObserver(() => {
      if (body.textContent?.includes(answer)) {
        observer.disconnect();
        textAt = now();
      }
    });
    observer.observe(body, { childList: true, subtree: true, characterData: true });
    // A task that is posted in a frame's callback runs when that frame has been drawn.
    const drawn = new MessageChannel();
    drawn.port1.onmessage = () => {
      if (Number.isNaN(textAt)) {
        requestAnimationFrame(() => drawn.port2.postMessage(undefined));
      } else {
        drawn.port1.close();
        resolve({ enterAt, textAt, frameAt: now() });
      }
    };
    requestAnimationFrame(() => drawn.port2.postMessage(undefined));
  });
}

/** Resident memory of the window's extension host. */
function hostMemoryMb(window: Subjected): number {
  const [host] = window.server.extensionHosts();
  const status = readFileSync(`/proc/${host?.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_000;
}

/** What VS Code itself says of the activation, in its list of running extensions. */
async function activationMs(window: Subjected): Promise<number> {
  const { page } = window;
  await page.keyboard.press('F1');
  const box = page.locator('.quick-input-widget .quick-input-box input');
  await box.fill('>Developer: Show Running Extensions');
  await page
    .locator('.quick-input-widget')
    .getByRole('option', { name: 'Developer: Show Running Extensions' })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  const name = window.subject === 'slipstream' ? /^Slipstream$/ : /^Floor$/;
  const row = page.locator('.runtime-extensions-editor .extension').filter({
    has: page.locator('.name', { hasText: name }),
  });
  // Only what is in view is drawn, the slowest first: make room for all.
  await page.setViewportSize({ width: 1280, height: 2_000 });
  await page.locator('.codicon-screen-full').last().click();
  const words = await row.locator('.activation-time').textContent();
  return Number(/(\d+)\s*ms/.exec(words ?? '')?.[1] ?? Number.NaN);
}

function medians(rounds: readonly Figures[]): Figures {
  const middle = (key: keyof Figures): number => rounded(median(rounds.map((round) => round[key])));
  return {
    activationMs: middle('activationMs'),
    openPanelMs: middle('openPanelMs'),
    firstSendToWireMs: middle('firstSendToWireMs'),
    sendToWireMs: middle('sendToWireMs'),
    wireToTextMs: middle('wireToTextMs'),
    wireToFrameMs: middle('wireToFrameMs'),
    hostMemoryMb: middle('hostMemoryMb'),
    hostHeapMb: middle('hostHeapMb'),
    hostExternalMb: middle('hostExternalMb'),
    firstRequestKilobytes: middle('firstRequestKilobytes'),
  };
}
