import assert from 'node:assert/strict';
import type { HostEvent } from '../../src/shared/protocol.ts';
import { parseTraceparent } from '../../src/shared/traceparent.ts';
import { servePanel } from './support/harnessPanel.ts';

const threadId = 'thread-1';

interface Traced {
  readonly traceparent?: string;
}

describe('What the user does in the panel', () => {
  const { open } = servePanel();

  it('sends with Enter, breaks lines with Shift+Enter, and is empty afterwards', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.input.pressSequentially('one');
    await opened.input.press('Shift+Enter');
    await opened.input.pressSequentially('two');
    await opened.input.press('Enter');
    const draft = { text: 'one\ntwo', chips: [], images: [] };
    const { traceparent, ...sent } = (await opened.lastAsked('turn/send')) as Traced;
    assert.deepEqual(sent, { threadId, draft });
    // The host goes on with the trace that began with the key.
    assert.ok(parseTraceparent(traceparent));
    assert.equal(await opened.input.inputValue(), '');
    await opened.conversation.getByRole('article', { name: 'You' }).getByText('two').waitFor();
  });

  it('keeps Enter for an input method that composes', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.input.fill('にほん');
    await opened.input.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    await opened.drawn();
    assert.deepEqual(await opened.asked('turn/send'), []);
  });

  it('offers Stop while an answer comes, takes Escape for it, and keeps what is typed', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.startTurn('Count');
    await opened.button('Stop').waitFor();
    assert.equal(await opened.button('Send').count(), 0);
    await opened.input.fill('next question');
    await opened.input.press('Enter');
    await opened.input.press('Escape');
    await opened.lastAsked('turn/stop');
    assert.deepEqual(await opened.asked('turn/send'), []);
    assert.equal(await opened.input.inputValue(), 'next question');
  });

  it('gives a message back that could not be sent', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.failRequests('turn/send', 'The disk is full.');
    await opened.input.fill('precious');
    await opened.button('Send').click();
    await opened.page.getByRole('alert').getByText('The disk is full.').waitFor();
    assert.equal(await opened.input.inputValue(), 'precious');
  });

  it('saves the draft with its chips, and brings it back', async () => {
    const opened = await open({ scenario: 'failed' });
    assert.equal(await opened.input.inputValue(), 'A draft that was kept');
    await opened.button('Remove Problems').waitFor();
    await opened.input.press('End');
    await opened.input.pressSequentially(', longer');
    const saved = (await opened.lastAsked('draft/save')) as { draft: { text: string } };
    assert.equal(saved.draft.text, 'A draft that was kept, longer');
  });

  it('mentions files by keyboard and takes the chip off again', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.input.pressSequentially('look at @c');
    const options = opened.page.getByRole('listbox').getByRole('option');
    await options.filter({ hasText: 'coupon.ts' }).waitFor();
    await opened.input.press('ArrowDown');
    await opened.drawn();
    const activeId = await opened.input.getAttribute('aria-activedescendant');
    assert.equal(
      await opened.page.locator(`[id="${activeId}"]`).getAttribute('aria-selected'),
      'true',
    );
    await opened.input.press('Tab');
    assert.equal(await opened.input.inputValue(), 'look at coupon.ts ');
    await opened.button('Remove coupon.ts').waitFor();
    await opened.input.press('Home');
    await opened.input.press('Backspace');
    await opened.button('Remove coupon.ts').waitFor({ state: 'detached' });
  });

  it('closes the suggestions with Escape and leaves the text alone', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.input.pressSequentially('@c');
    await opened.page.getByRole('listbox').waitFor();
    await opened.input.press('Escape');
    await opened.page.getByRole('listbox').waitFor({ state: 'detached' });
    await opened.input.pressSequentially('ar');
    await opened.drawn();
    assert.equal(await opened.page.getByRole('listbox').count(), 0);
    assert.equal(await opened.input.inputValue(), '@car');
  });

  it('fills in commands, and acts on those of the panel', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.input.pressSequentially('/ex');
    await opened.page.getByRole('option', { name: /explain/ }).waitFor();
    await opened.input.press('Enter');
    assert.equal(await opened.input.inputValue(), '/explain ');
    await opened.input.fill('/help');
    await opened.input.press('Escape');
    await opened.input.press('Enter');
    await opened.page.getByRole('region', { name: 'Help' }).getByText('/explain').waitFor();
    await opened.input.fill('/clear');
    await opened.input.press('Escape');
    await opened.input.press('Enter');
    await opened.lastAsked('thread/new');
    await opened.page.getByRole('heading', { name: 'New thread' }).waitFor();
    assert.deepEqual(await opened.asked('turn/send'), []);
  });

  it('edits the last message from an empty input, and goes on from there', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.input.press('ArrowUp');
    const edited = opened.page.getByRole('textbox', { name: 'Edited message' });
    await edited.waitFor();
    await edited.fill('Asked better');
    await edited.press('Escape');
    await edited.waitFor({ state: 'detached' });
    await opened.button('Edit message').click();
    await edited.fill('Asked better');
    await opened.button('Save').click();
    const asked = (await opened.lastAsked('turn/edit')) as {
      draft: { text: string; chips: unknown[] };
    };
    assert.equal(asked.draft.text, 'Asked better');
    assert.equal(asked.draft.chips.length, 2);
    await opened.conversation.getByText('Asked better').waitFor();
    assert.equal(await opened.conversation.getByText('Why is the total off').count(), 0);
  });

  it('retries and copies', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.answers.getByRole('button', { name: 'Copy message' }).click();
    const copied = (await opened.lastAsked('clipboard/write')) as { text: string };
    assert.match(copied.text, /^## What is wrong/);
    await opened.button('Retry').click();
    const { traceparent: _, ...retried } = (await opened.lastAsked('turn/retry')) as Traced;
    assert.deepEqual(retried, { threadId, turnId: 'turn-1' });
  });

  it('copies, inserts and applies code by keyboard', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.button('Copy code').first().focus();
    await opened.page.keyboard.press('Enter');
    const copied = (await opened.lastAsked('clipboard/write')) as { text: string };
    assert.match(copied.text, /^\/\*\* The price.*\n}$/s);
    await opened.page.keyboard.press('Tab');
    await opened.page.keyboard.press('Enter');
    assert.deepEqual(await opened.lastAsked('code/insert'), { text: copied.text });
    await opened.page.keyboard.press('Tab');
    await opened.page.keyboard.press('Enter');
    assert.deepEqual(await opened.lastAsked('code/apply'), {
      text: copied.text,
      path: 'src/cart.ts',
    });
  });

  it('hands links to the host and goes nowhere itself', async () => {
    const opened = await open({ scenario: 'conversation' });
    const url = opened.page.url();
    const targets = [
      'src/cart.ts:42',
      'src/coupon.ts#L18',
      'https://example.com/docs/shipping_(rates)',
    ];
    for (const [index, target] of targets.entries()) {
      await opened.answers.locator(`a[title="${target}"]`).first().click();
      assert.deepEqual(await opened.lastAsked('link/open', index + 1), { target });
    }
    assert.equal(opened.page.url(), url);
    assert.equal(await opened.answers.locator('a', { hasText: 'this link' }).count(), 0);
  });

  it('announces an approval, goes to it with Alt+A and takes the answer', async () => {
    const opened = await open({ scenario: 'approval' });
    await opened.input.focus();
    const changed: HostEvent = {
      type: 'tool/changed',
      threadId,
      messageId: 'assistant-2',
      blockId: 'c3',
      changes: { approval: { reason: 'Anew.', previews: [{ kind: 'path', path: '/etc/hosts' }] } },
    };
    await opened.emit(changed);
    const spoken = opened.page.locator('[data-announcements=assertive]');
    await spoken.getByText(/asks for approval: Edit src\/coupon.ts/).waitFor({ state: 'attached' });
    assert.equal(await opened.input.evaluate((area) => area === document.activeElement), true);
    await opened.page.keyboard.press('Alt+A');
    const group = opened.page.getByRole('group', { name: 'Approve edit_file' });
    assert.equal(await group.getByRole('button', { name: 'Allow in this thread' }).count(), 0);
    await opened.page.keyboard.press('Tab');
    await opened.page.keyboard.press('Enter');
    const decided = { threadId, blockId: 'c3', decision: 'deny' };
    assert.deepEqual(await opened.lastAsked('approval/decide'), decided);
    const denied: HostEvent = { ...changed, changes: { approval: null, status: 'denied' } };
    await opened.emit(denied);
    await group.waitFor({ state: 'detached' });
    await opened.answers.getByText('Denied').waitFor();
  });

  it('shows the diff that waits in the editor', async () => {
    const opened = await open({ scenario: 'approval' });
    await opened.button('Open diff').click();
    const asked = { threadId, blockId: 'c3', path: '/home/ada/shop/src/cart.ts' };
    assert.deepEqual(await opened.lastAsked('approval/showDiff'), asked);
  });

  it('unfolds a tool call to its input and the whole of its output', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.conversation.getByText('Search "Math.round"').click();
    const output = opened.page.getByRole('group', { name: 'Output' });
    await output.getByText('src/coupon.ts:18').waitFor();
    await opened.button('Show all').click();
    await output.getByText('The whole output').first().waitFor();
    assert.equal(await opened.button('Show all').count(), 0);
  });

  it('runs the actions of a notice: its own turn again, or the host’s', async () => {
    const opened = await open({ scenario: 'failed' });
    await opened.button('Set API key').click();
    assert.deepEqual(await opened.lastAsked('action/run'), { action: 'setApiKey', threadId });
    await opened.button('Try again').click();
    const { traceparent: _, ...retried } = (await opened.lastAsked('turn/retry')) as Traced;
    assert.deepEqual(retried, { threadId, turnId: 'turn-3' });
  });

  it('renames with F2', async () => {
    const opened = await open({ scenario: 'conversation' });
    await opened.input.press('F2');
    const title = opened.page.getByRole('textbox', { name: 'Thread title' });
    await title.fill('A better name');
    await title.press('Enter');
    assert.deepEqual(await opened.lastAsked('thread/rename'), { threadId, title: 'A better name' });
    await opened.page.getByRole('heading', { name: 'A better name' }).waitFor();
    await opened.page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  });

  it('tells why the panel could not connect, and tries again', async () => {
    const opened = await open({ scenario: 'empty' });
    await opened.page.evaluate(() =>
      sessionStorage.setItem('harness-failure', 'The database is locked.'),
    );
    await opened.page.reload();
    await opened.page.getByRole('alert').getByText('The database is locked.').waitFor();
    await opened.page.evaluate(() => sessionStorage.removeItem('harness-failure'));
    await opened.button('Try again').click();
    await opened.input.waitFor();
  });
});
