/**
 * A fast stream in a real VS Code, beside the least that an extension can do with it: 200 kB of
 * markdown as 5,000 deltas in 5 s, and 1,000 deltas a second for 60 s. Tells when the text was
 * complete, what the page and the extension host had to do for it, and whether a word was lost.
 */
import type { Browser } from 'playwright-core';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { openSubject, type ProbeFigures, type Subject, startBrowser } from './editors.ts';
import { printReport, rounded } from './support.ts';

const deltasPerSecond = 1_000;

interface Stream {
  readonly content: string;
  readonly deltaCharacters: number;
}

/** 200 kB of headings, prose, lists, tables and code in 5,000 deltas. */
const markdown: Stream = { content: markdownOf(200_000), deltaCharacters: 40 };
/** A minute of words. */
const minute: Stream = { content: wordsOf(240_000), deltaCharacters: 4 };

interface Figures {
  readonly completeAfterLastByteMs: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly framesOver50Ms: number;
  readonly isTextWhole: boolean;
  readonly host: ProbeFigures;
}

const server = await MessagesServer.start();
const browser = await startBrowser();
try {
  const floor = await measure('floor', markdown, browser);
  const slipstream = await measure('slipstream', markdown, browser);
  printReport('streaming', {
    markdown: { slipstream, floor },
    minute: { slipstream: await measure('slipstream', minute, browser) },
    ratio: { hostCpu: rounded(slipstream.host.cpuSeconds / floor.host.cpuSeconds) },
  });
} finally {
  await browser.close();
  await server.stop();
}

async function measure(subject: Subject, stream: Stream, browser: Browser): Promise<Figures> {
  const window = await openSubject(subject, browser, server);
  try {
    await window.openPanel();
    await warmUp(window.panel.getByRole('textbox', { name: 'Message' }), () =>
      window.panel.getByText('Warm.').first().waitFor(),
    );
    const { content, deltaCharacters } = stream;
    server.reply(answer([text(`${content}\n\nfinis`)], { deltaCharacters, deltasPerSecond }));
    const before = server.messageRequests.length;
    await window.resetProbe();
    const watched = window.panel.getByRole('log').evaluate(watchStream, 'finis');
    const input = window.panel.getByRole('textbox', { name: 'Message' });
    await input.fill('Go');
    await input.press('Enter');
    const request = await server.received(before + 1);
    await request.closed;
    const endedAt = performance.timeOrigin + (request.endedAt ?? Number.NaN);
    const page = await watched;
    return {
      completeAfterLastByteMs: rounded(page.completeAt - endedAt),
      longTasks: page.longTasks,
      longestTaskMs: rounded(page.longestTaskMs),
      framesOver50Ms: page.slowFrames,
      isTextWhole: holdsAll(page.text, content),
      host: await window.readProbe(),
    };
  } finally {
    await window.close();
  }
}

/** What loads with the first message is not what is measured here. */
async function warmUp(
  input: { fill(text: string): Promise<void>; press(key: string): Promise<void> },
  answered: () => Promise<void>,
): Promise<void> {
  server.reply(text('Warm.'));
  await input.fill('Warm up');
  await input.press('Enter');
  await answered();
}

interface PageFigures {
  readonly completeAt: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly slowFrames: number;
  readonly text: string;
}

/** Runs in the page: watches until `last` stands in the conversation. */
function watchStream(log: Element, last: string): Promise<PageFigures> {
  return new Promise((resolve) => {
    const tasks: number[] = [];
    const longTasks = new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map((entry) => entry.duration));
    });
    longTasks.observe({ type: 'longtask' });
    let slowFrames = 0;
    let lastFrame = performance.now();
    const onFrame = (now: number): void => {
      slowFrames += now - lastFrame > 50 ? 1 : 0;
      lastFrame = now;
      const tail = log.lastElementChild?.textContent ?? log.textContent ?? '';
      if (!tail.includes(last)) {
        requestAnimationFrame(onFrame);
        return;
      }
      longTasks.disconnect();
      resolve({
        completeAt: performance.timeOrigin + performance.now(),
        longTasks: tasks.length,
        longestTaskMs: Math.max(0, ...tasks),
        slowFrames,
        text: log.textContent ?? '',
      });
    };
    requestAnimationFrame(onFrame);
  });
}

/** Whether all letters are there, in order. The panel adds some of its own, such as names of buttons. */
function holdsAll(page: string, content: string): boolean {
  const shown = lettersIn(page)[Symbol.iterator]();
  return lettersIn(content).every((word) => {
    for (let next = shown.next(); !next.done; next = shown.next()) {
      if (next.value === word) {
        return true;
      }
    }
    return false;
  });
}

/** Letters and digits alone: markup is drawn, not written, and cells touch each other. */
function lettersIn(content: string): readonly string[] {
  const prose = content.replaceAll(/^```.*$/gm, '').replaceAll(/^\|[-|]+\|$/gm, '');
  return prose.match(/\p{L}|\p{N}/gu) ?? [];
}

function wordsOf(characters: number): string {
  let result = '';
  for (let index = 0; result.length < characters; index += 1) {
    result += index % 40 === 39 ? `word${index}.\n\n` : `word${index} `;
  }
  return result;
}

function markdownOf(characters: number): string {
  let result = '';
  for (let part = 0; result.length < characters; part += 1) {
    result += `## Part ${part}\n\nSome **prose** with \`code${part}\` and more words, as an answer has them.\n\n`;
    result += `- first ${part}\n- second ${part}\n\n| name | value |\n|---|---|\n| row ${part} | ${part} |\n\n`;
    result += `\`\`\`ts\nexport function part${part}(value: number): number {\n  return value + ${part};\n}\n\`\`\`\n\n`;
  }
  return result;
}
