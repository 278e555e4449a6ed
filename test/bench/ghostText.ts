/**
 * From a key to ghost text on the screen of a real VS Code, beside an extension that knows the line by
 * heart: where a model must be asked that answers at once, and where the completion was made before.
 */
import type { Browser, Page } from 'playwright-core';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { openSubject, type Subject, startBrowser } from './editors.ts';
import { percentile, printReport, rounded } from './support.ts';

const rounds = 17;
/** What loads with the first completion is not what is measured here. */
const warmUpRounds = 2;
/** Until nothing is under way or shown any more. */
const settleMs = 500;
const begin = 'const';
/** As the floor has it. */
const line = 'const subtotal = lines.reduce((sum, one) => sum + one.price, 0);';

/** When the model was asked last for what is timed. */
let askedAtMs = Number.NaN;
/** From the key, as it is sent to the page, until then; of those that are asked for. */
const untilAskedMs: number[] = [];

const server = await MessagesServer.start();
const browser = await startBrowser();
try {
  const floor = await measure('floor', browser);
  const slipstream = await measure('slipstream', browser);
  printReport('ghostText', {
    slipstream: { ...slipstream, untilAskedMs: spread(untilAskedMs.slice(warmUpRounds)) },
    floor,
    ratio: {
      asked: rounded(slipstream.askedMs.p50 / floor.askedMs.p50),
      known: rounded(slipstream.knownMs.p50 / floor.knownMs.p50),
    },
  });
} finally {
  await browser.close();
  await server.stop();
}

async function measure(subject: Subject, one: Browser) {
  // Knows the line once its first word stands there, and nothing else.
  server.respond(({ body }) => {
    const isBegun = JSON.stringify(body?.['messages']).includes(`${begin}</prefix>`);
    if (isBegun) {
      askedAtMs = performance.now();
    }
    return text(`<fill>${isBegun ? line.slice(begin.length) : ''}</fill>`);
  });
  // VS Code's own list of words would have a say in what is shown.
  const quickSuggestions = { other: 'off', comments: 'off', strings: 'off' };
  const settings = {
    'editor.quickSuggestions': quickSuggestions,
    'editor.suggestOnTriggerCharacters': false,
  };
  const window = await openSubject(subject, one, server, settings);
  try {
    const { page } = window;
    await openFile(page);
    const asked = await timeRounds(page, () => Promise.resolve());
    // Shown once, and then deleted: a completion that was not wanted, after which the next one is asked
    // for later. So all that are asked for come first.
    const known = await timeRounds(page, async () => {
      await page.keyboard.press(begin.slice(-1));
      await page.waitForTimeout(settleMs);
      await page.keyboard.press('Backspace');
      await page.waitForTimeout(settleMs);
    });
    return { askedMs: spread(asked), knownMs: spread(known) };
  } finally {
    await window.close();
  }
}

/** Times the key that completes the beginning, in lines of their own, each of which is accepted. */
async function timeRounds(page: Page, prepare: () => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // A line of its own each time, below those that were accepted.
    await page.keyboard.press('Enter');
    await page.keyboard.type(begin.slice(0, -1), { delay: 120 });
    await page.waitForTimeout(settleMs);
    await prepare();
    const pressedAtMs = performance.now();
    times.push(await timeKey(page, begin.slice(-1)));
    if (askedAtMs > pressedAtMs) {
      untilAskedMs.push(askedAtMs - pressedAtMs);
    }
    await page.keyboard.press('Tab');
    await page.waitForTimeout(settleMs);
    await page.keyboard.press('End');
  }
  return times.slice(warmUpRounds);
}

async function openFile(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+KeyP');
  await page.keyboard.type('money.js');
  await page
    .getByRole('option', { name: /money\.js/ })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'money.js' }).waitFor();
  await page.locator('.editor-instance .view-lines').click();
  await page.keyboard.press('ControlOrMeta+End');
}

/** Presses a key and waits for the whole line to be drawn, milliseconds. */
async function timeKey(page: Page, key: string): Promise<number> {
  // In place before the key is pressed, which comes to the page by another way.
  const watch = await page.evaluateHandle(watchLine, line);
  await page.keyboard.press(key);
  return watch.evaluate(({ drawnMs }) => drawnMs);
}

/** Runs in the page: from the next key until the line is drawn. Gives up after a while. */
function watchLine(wanted: string): { readonly drawnMs: Promise<number> } {
  const drawnMs = new Promise<number>((resolve, reject) => {
    setTimeout(() => {
      const lines = [...document.querySelectorAll('.view-line')].slice(-4);
      reject(new Error(`Not drawn: ${lines.map((one) => one.textContent).join(' | ')}`));
    }, 10_000);
    let pressedAt: number | undefined;
    addEventListener('keydown', (event) => (pressedAt = event.timeStamp), {
      once: true,
      capture: true,
    });
    const drawn = (): number =>
      [...document.querySelectorAll('.view-line')].filter(
        (one) => one.textContent?.replaceAll('\u00a0', ' ') === wanted,
      ).length;
    // Those that were accepted stay.
    const before = drawn();
    const look = (): void => {
      const isDrawn = drawn() > before;
      if (isDrawn && pressedAt !== undefined) {
        resolve(performance.now() - pressedAt);
      } else {
        requestAnimationFrame(look);
      }
    };
    requestAnimationFrame(look);
  });
  return { drawnMs };
}

function spread(times: readonly number[]) {
  return { p50: rounded(percentile(times, 50)), p95: rounded(percentile(times, 95)) };
}
