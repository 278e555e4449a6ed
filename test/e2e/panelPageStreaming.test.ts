import assert from 'node:assert/strict';
import type { HarnessPage } from '../support/webviewHarness/harnessPage.ts';
import { longMarkdown, richAnswer } from '../support/webviewHarness/sampleText.ts';
import { servePanel } from './support/harnessPanel.ts';

const threadId = 'thread-1';

describe('An answer that streams into the panel', () => {
  const { open } = servePanel();

  it('is the same as if it had come whole, and takes nothing back on the way', async () => {
    const opened = await open({ scenario: 'empty' });
    const text = longMarkdown(20_000) + richAnswer;
    const messageId = await opened.startTurn('Whole');
    const block = { type: 'text', id: 'whole', text } as const;
    await opened.emit({ type: 'block/added', threadId, messageId, block });
    await opened.emit({ type: 'turn/ended', threadId, messageId, state: 'done', durationMs: 1 });
    await countRemovals(opened);
    await opened.streamAnswer(text, 2_000, 1_500);
    const markdown = opened.conversation.locator('.markdown');
    await markdown.last().getByText('goes nowhere').waitFor();
    const [whole, streamed] = await Promise.all([readShape(opened, 0), readShape(opened, 1)]);
    assert.equal(streamed, whole);
    assert.equal(await opened.page.evaluate(() => Number(document.body.dataset['removals'])), 0);
  });

  it('keeps up with 200 kB in 5 s, at a thousand deltas a second', async () => {
    const opened = await open({ scenario: 'empty' });
    const text = `${longMarkdown(200_000)}\n\nThe very end.\n`;
    await watchFrames(opened);
    await opened.streamAnswer(text, 5_000, 5_000);
    await opened.conversation.getByText('The very end.').waitFor();
    const figures = await opened.page.evaluate(() => document.body.dataset['figures']);
    console.log(`      ${figures}`);
    const letters = await opened.conversation
      .locator('.markdown')
      .evaluate((element) => element.textContent?.replaceAll(/\W/g, '').length);
    const whole = await open({ scenario: 'empty' });
    const messageId = await whole.startTurn('Whole');
    await whole.emit({
      type: 'block/added',
      threadId,
      messageId,
      block: { type: 'text', id: 'b', text },
    });
    await whole.emit({ type: 'turn/ended', threadId, messageId, state: 'done', durationMs: 1 });
    await whole.conversation.getByText('The very end.').waitFor();
    const expected = await whole.conversation
      .locator('.markdown')
      .evaluate((element) => element.textContent?.replaceAll(/\W/g, '').length);
    assert.equal(letters, expected);
    await opened.close();
  });

  it('never becomes more than text, links and code, whatever a model writes', async () => {
    const opened = await open({ scenario: 'empty' });
    const hostile = [
      '<img src=x onerror="document.body.dataset.owned=1">',
      '<script>document.body.dataset.owned=1</script>',
      '[a](javascript:document.body.dataset.owned=1) [b](command:workbench.action.quit)',
      '[c](data:text/html,hi) [d](vscode://x/y) [e](file:///etc/passwd) [f](//evil.example/x)',
      '![pixel](https://evil.example/p.png) [g](\\\\evil\\share) <javascript:alert(1)>',
      '[h](java\u0000script:alert(1)) [i](&#106;avascript:alert(1)) [j](JaVaScRiPt:alert(1))',
      '```html"><img src=x onerror=alert(1)>\n<b>bold</b>\n```',
      '| <b>x</b> |\n|---|\n| <iframe src="javascript:alert(1)"></iframe> |\n',
    ].join('\n\n');
    await opened.streamAnswer(hostile, 100, 200);
    await opened.drawn();
    const markdown = opened.answers.locator('.markdown');
    assert.match((await markdown.textContent()) ?? '', /<img src=x onerror=.*<script>.*<iframe/s);
    const found = await markdown.evaluate((element) => ({
      tags: [...new Set([...element.querySelectorAll('*')].map(({ localName }) => localName))],
      links: [...element.querySelectorAll('a')].map((link) => link.dataset['target']),
      addresses: [...element.querySelectorAll('a')].map((link) => link.getAttribute('href')),
      attributes: [...element.querySelectorAll('*')].flatMap((one) =>
        one.getAttributeNames().filter((name) => name.startsWith('on') || name === 'src'),
      ),
    }));
    assert.deepEqual(found.attributes, []);
    assert.deepEqual(found.links, ['https://evil.example/p.png']);
    assert.deepEqual(found.addresses, ['https://evil.example/p.png']);
    const tags = 'a,button,code,div,p,pre,span,table,tbody,td,th,thead,tr'.split(',');
    assert.deepEqual(
      found.tags.filter((tag) => !tags.includes(tag)),
      [],
    );
    assert.equal(await opened.page.evaluate(() => document.body.dataset['owned']), undefined);
  });

  it('tells screen readers whole sentences, and that it is over', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.page.evaluate(() => {
      const region = document.querySelector('[data-announcements=polite]');
      const heard: string[] = [];
      new MutationObserver(() => {
        heard.push(region?.textContent ?? '');
        document.body.dataset['heard'] = JSON.stringify(heard);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    const text = 'This is **one** sentence. Here is `another` one. '.repeat(60);
    await opened.streamAnswer(text, 300, 5_000);
    await opened.page
      .locator('[data-announcements=polite]', { hasText: 'Answer complete.' })
      .waitFor({ state: 'attached' });
    const heard = JSON.parse(
      (await opened.page.evaluate(() => document.body.dataset['heard'])) ?? '[]',
    ) as string[];
    const spoken = [...new Set(heard)].filter((sentence) => sentence.includes('sentence'));
    assert.ok(spoken.length >= 2 && spoken.length <= 4, `${spoken.length} announcements`);
    for (const sentence of spoken.slice(0, -1)) {
      assert.match(sentence, /\.$/);
      assert.doesNotMatch(sentence, /[*`]/);
    }
  });

  it('colours code without touching it, and a block that grows', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.streamAnswer('```ts\nconst answer: number = 42; // yes\n```', 40, 400);
    await opened.page.waitForFunction(() =>
      [...CSS.highlights.values()].some((highlight) => highlight.size > 0),
    );
    const coloured = await opened.page.evaluate(() =>
      [...CSS.highlights].flatMap(([name, highlight]) =>
        [...highlight.values()].map((range) => {
          const { startContainer, startOffset, endContainer, endOffset } = range;
          const live = document.createRange();
          live.setStart(startContainer, startOffset);
          live.setEnd(endContainer, endOffset);
          return `${name} ${live}`;
        }),
      ),
    );
    for (const expected of ['code-keyword const', 'code-number 42', 'code-comment // yes']) {
      assert.ok(coloured.includes(expected), `${expected} in ${coloured}`);
    }
  });
});

function countRemovals(panel: HarnessPage): Promise<void> {
  return panel.page.evaluate(() => {
    let removals = 0;
    document.body.dataset['removals'] = '0';
    new MutationObserver((records) => {
      for (const record of records) {
        const isMarkdown = record.target instanceof Element && record.target.closest('.markdown');
        removals += isMarkdown ? record.removedNodes.length : 0;
      }
      document.body.dataset['removals'] = String(removals);
    }).observe(document.body, { subtree: true, childList: true });
  });
}

/** An answer's elements and text, with adjacent texts as one. */
function readShape(panel: HarnessPage, index: number): Promise<string> {
  return panel.conversation
    .locator('.markdown')
    .nth(index)
    .evaluate((element) => {
      const copy = element.cloneNode(true) as Element;
      copy.normalize();
      return copy.innerHTML;
    });
}

/** Keeps figures about frames and long tasks on the page's body. */
function watchFrames(panel: HarnessPage): Promise<void> {
  return panel.page.evaluate(() => {
    const figures = { frames: 0, dropped: 0, longTasks: 0, longTaskMs: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        figures.longTasks += 1;
        figures.longTaskMs += Math.round(entry.duration);
      }
    }).observe({ type: 'longtask' });
    let last = performance.now();
    const onFrame = (): void => {
      const now = performance.now();
      figures.frames += 1;
      figures.dropped += Math.max(0, Math.round((now - last) / (1_000 / 60)) - 1);
      last = now;
      document.body.dataset['figures'] = JSON.stringify(figures);
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
  });
}
