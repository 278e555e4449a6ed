/**
 * From a key to ghost text on the screen of a real VS Code, beside an extension that knows the line by
 * heart: where a model must be asked that answers at once, and where the completion was made before.
 */
import type { Browser, Page } from 'playwright-core';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { openSubject, type Subject, startBrowser } from './editors.ts';
import { percentile, printReport, rounded } from './support.ts';

const rounds = 15;
/** As the floor has it. */
const line = 'const subtotal = lines.reduce((sum, one) => sum + one.price, 0);';

const server = await MessagesServer.start();
const browser = await startBrowser();
try {
  const floor = await measure('floor', browser);
  const slipstream = await measure('slipstream', browser);
  printReport('ghostText', {
    slipstream,
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
  server.respond(({ body }) => {
    const prompt = JSON.stringify(body?.['messages']);
    const [, typed = ''] = /<prefix>.*?(const[^<]*)<\/prefix>/.exec(prompt) ?? [];
    return text(`<fill>${line.slice(typed.lastIndexOf('const') < 0 ? 0 : typed.length)}</fill>`);
  });
  const window = await openSubject(subject, one, server);
  try {
    const { page } = window;
    await openNewFile(page);
    const asked: number[] = [];
    const known: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // A place of its own each time: a few empty lines more above it.
      await page.keyboard.press('Enter');
      await page.keyboard.type('cons', { delay: 5 });
      asked.push(await timeKey(page, 't'));
      // VS Code forgets what it shows when it is sent away by moving.
      await page.keyboard.press('Home');
      await page.keyboard.press('End');
      await page.keyboard.press('Backspace');
      await page.waitForTimeout(300);
      await page.keyboard.press('Home');
      await page.keyboard.press('End');
      known.push(await timeKey(page, 't'));
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+End');
      await page.keyboard.press('Delete');
    }
    return { askedMs: spread(asked.slice(2)), knownMs: spread(known.slice(2)) };
  } finally {
    await window.close();
  }
}

async function openNewFile(page: Page): Promise<void> {
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
  const drawn = page.evaluate(watchLine, line);
  await page.keyboard.press(key);
  return drawn;
}

/** Runs in the page: from the next key until the line is drawn. */
function watchLine(wanted: string): Promise<number> {
  return new Promise((resolve) => {
    let pressedAt: number | undefined;
    addEventListener('keydown', (event) => (pressedAt = event.timeStamp), {
      once: true,
      capture: true,
    });
    const look = (): void => {
      const lines = [...document.querySelectorAll('.view-line')];
      const isDrawn = lines.some((one) => one.textContent?.replaceAll('\u00a0', ' ') === wanted);
      if (isDrawn && pressedAt !== undefined) {
        resolve(performance.now() - pressedAt);
      } else {
        requestAnimationFrame(look);
      }
    };
    requestAnimationFrame(look);
  });
}

function spread(times: readonly number[]) {
  return { p50: rounded(percentile(times, 50)), p95: rounded(percentile(times, 95)) };
}
