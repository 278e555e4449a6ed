import assert from 'node:assert/strict';
import type { HarnessPage } from '../support/webviewHarness/harnessPage.ts';
import { type ServedPanel, servePanel } from './support/harnessPanel.ts';

/** A picture of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('Threads and long conversations in the panel', () => {
  const { open } = servePanel();

  it('opens a thread from the history with the keyboard alone', async () => {
    const { page, ...opened } = await openHistory(open);
    await page.keyboard.type('topic 12');
    await page.getByRole('listitem').filter({ hasText: 'topic 120' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'topic 13' }).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.deepEqual(await opened.panel.lastAsked('thread/open'), { threadId: 'thread-12' });
    await page.getByRole('heading', { name: 'Thread about topic 12' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  });

  it('closes the history with Escape', async () => {
    const { page } = await openHistory(open);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'History' }).waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  });

  it('opens a history that is still being fetched, with the focus in its search', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const opened = await open({
      scenario: 'conversation',
      onExtras: async (route) => {
        await held;
        await route.continue();
      },
    });
    await opened.button('History').click();
    await opened.button('New thread').focus();
    release();
    const dialog = opened.page.getByRole('dialog', { name: 'History' });
    await dialog.waitFor();
    await opened.page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Search threads',
    );
    await opened.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('leaves the thread usable where the history cannot be fetched', async () => {
    const opened = await open({
      scenario: 'conversation',
      onExtras: (route) => route.abort(),
    });
    await opened.button('History').click();
    await opened.page.getByText('A part of the panel could not be loaded.').waitFor();
    await opened.input.fill('Still here');
    assert.equal(await opened.page.locator('main[inert]').count(), 0);
    // What the browser says about the file is the reason for all this.
    opened.problems.length = 0;
  });

  it('renames a thread in the history with F2', async () => {
    const { page, panel: opened } = await openHistory(open);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('F2');
    const title = page.getByRole('textbox', { name: 'Thread title' });
    await title.fill('Named anew');
    await title.press('Enter');
    const asked = { threadId: 'thread-2', title: 'Named anew' };
    assert.deepEqual(await opened.lastAsked('thread/rename'), asked);
    await page.getByRole('listitem').filter({ hasText: 'Named anew' }).waitFor();
  });

  it('deletes a thread with Delete and takes it back', async () => {
    const { page, panel: opened } = await openHistory(open);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Delete');
    assert.deepEqual(await opened.lastAsked('thread/delete'), { threadId: 'thread-2' });
    await page.getByText('Deleted “Thread about topic 2”').waitFor();
    const row = opened.button('Delete Thread about topic 2');
    await row.waitFor({ state: 'detached' });
    assert.match((await page.locator(':focus').textContent()) ?? '', /topic 3/);
    await opened.button('Undo').click();
    assert.deepEqual(await opened.lastAsked('thread/restore'), { threadId: 'thread-2' });
    await row.waitFor();
  });

  it('loads further pages of the history as it is scrolled', async () => {
    const { page, panel: opened } = await openHistory(open);
    const list = page.getByRole('list', { name: 'Threads' });
    while ((await list.getByRole('listitem').count()) < 120) {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await opened.drawn();
    }
    assert.equal((await opened.asked('thread/list')).length, 3);
  });

  it('starts a new thread in place of one that is deleted while it is shown', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.button('More actions').click();
    await opened.page.locator('[role=menuitem]:focus').waitFor();
    await opened.page.keyboard.press('ArrowDown');
    await opened.page.keyboard.press('ArrowDown');
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('heading', { name: 'New thread' }).waitFor();
    await opened.button('Undo').click();
    await opened.page.getByRole('heading', { name: 'Total is off by a cent' }).waitFor();
  });

  it('follows the end until the user scrolls up, and again from the button on', async () => {
    const opened = await open({ scenario: 'conversation', height: 500 });
    const answer = opened.streamAnswer('A line of text.\n\n'.repeat(400), 800, 2_500);
    await opened.page.waitForTimeout(600);
    assert.ok((await opened.distanceFromEnd()) < 40);
    await opened.conversation.hover();
    await opened.page.mouse.wheel(0, -150);
    const jump = opened.button('Jump to latest');
    await jump.waitFor();
    const top = await opened.conversation.evaluate((element) => element.scrollTop);
    await opened.page.waitForTimeout(400);
    assert.equal(await opened.conversation.evaluate((element) => element.scrollTop), top);
    await jump.click();
    await answer;
    await opened.drawn();
    assert.ok((await opened.distanceFromEnd()) < 3);
    assert.equal(await jump.count(), 0);
  });

  it('loads earlier messages without moving what is read', async () => {
    const opened = await open({ scenario: 'conversation', hasEarlier: true, height: 500 });
    const articles = opened.conversation.getByRole('article');
    const [text, before, count] = await opened.conversation.evaluate(
      (element): [string, number, number] => {
        element.scrollTo(0, 0);
        const all = element.querySelectorAll('article');
        return [all[0]?.textContent ?? '', all[0]?.getBoundingClientRect().top ?? 0, all.length];
      },
    );
    await opened.page.waitForFunction(
      (few) => document.querySelectorAll('article').length > few,
      count,
    );
    // What comes in above is measured in the frames after it was put there.
    await opened.page.waitForTimeout(300);
    const same = articles.filter({ hasText: text });
    const after = await same.evaluate((element) => element.getBoundingClientRect().top);
    assert.ok(Math.abs(after - before) < 40, `moved by ${after - before} px`);
    while ((await articles.count()) < 62) {
      await opened.conversation.evaluate((element) => element.scrollTo(0, 0));
      await opened.drawn();
    }
    assert.equal((await opened.asked('thread/earlier')).length, 3);
    assert.equal(await opened.button('Show earlier messages').count(), 0);
  });

  it('comes back to the same place after a reload', async () => {
    const opened = await open({ scenario: 'conversation', height: 500 });
    await opened.conversation.hover();
    await opened.page.mouse.wheel(0, -300);
    await opened.button('Jump to latest').waitFor();
    await opened.page.waitForFunction(() =>
      sessionStorage.getItem('harness-state')?.includes('"distanceFromEnd":3'),
    );
    const distance = await opened.distanceFromEnd();
    await opened.page.reload();
    await opened.input.waitFor();
    await opened.drawn();
    assert.deepEqual(await opened.asked('connect'), [{ threadId: 'thread-1' }]);
    assert.ok(Math.abs((await opened.distanceFromEnd()) - distance) < 60);
  });

  it('shows a thread of 2,000 messages and scrolls through it', async () => {
    const opened = await open({ scenario: 'long' });
    const { conversation } = opened;
    assert.equal(await conversation.locator('article').count(), 2_000);
    assert.match(await conversation.locator('article').last().innerText(), /Answer number 999/);
    assert.ok((await opened.distanceFromEnd()) < 3);
    await conversation.evaluate((element) => element.scrollTo(0, 0));
    await opened.drawn();
    assert.ok(await conversation.locator('article').first().isVisible());
    // By class: Playwright takes seconds to compute the roles of a hundred thousand elements.
    await opened.page.locator('.jump-button').click();
    await opened.drawn();
    assert.ok((await opened.distanceFromEnd()) < 3);
  });

  it('takes pictures by paste and refuses what no model takes', async () => {
    const opened = await open({ scenario: 'empty' });
    await paste(opened, 'photo.png', 'image/png', png);
    await opened.page.getByRole('img', { name: 'photo.png' }).waitFor();
    await paste(opened, 'notes.pdf', 'application/pdf', png);
    await opened.page.getByText('“notes.pdf” cannot be attached').waitFor();
    await paste(opened, 'huge.png', 'image/png', Buffer.alloc(5 * 1024 * 1024 + 1));
    await opened.page.getByText('“huge.png” is larger than 5 MB').waitFor();
    await opened.button('Send').click();
    const sent = (await opened.lastAsked('turn/send')) as { draft: { images: unknown[] } };
    const image = { mediaType: 'image/png', data: png.toString('base64'), label: 'photo.png' };
    assert.deepEqual(sent.draft.images, [image]);
  });

  it('says so where the model takes no pictures, and leaves pasted text alone', async () => {
    const opened = await open({ scenario: 'offline' });
    await paste(opened, 'photo.png', 'image/png', png);
    await opened.page.getByText('The chosen model takes no images.').waitFor();
    assert.equal(await opened.page.getByRole('img', { name: 'photo.png' }).count(), 0);
  });
});

async function openHistory(
  open: ServedPanel['open'],
): Promise<{ page: HarnessPage['page']; panel: HarnessPage }> {
  const panel = await open({ scenario: 'conversation' });
  await panel.button('History').click();
  await panel.page
    .getByRole('listitem')
    .filter({ hasText: 'Thread about topic 2' })
    .first()
    .waitFor();
  return { page: panel.page, panel };
}

function paste(panel: HarnessPage, name: string, type: string, content: Buffer): Promise<void> {
  return panel.input.evaluate(
    (area, [fileName = '', mediaType = '', base64 = '']) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], fileName, { type: mediaType }));
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    },
    [name, type, content.toString('base64')],
  );
}
