import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { HarnessPage } from '../support/webviewHarness/harnessPage.ts';
import { type Harness, startHarness } from '../support/webviewHarness/server.ts';
import { sharedBrowser } from './support/browser.ts';

const threadId = 'thread-1';
const checkpointId = 'turn-1';

describe('The way back in the panel', () => {
  let harness: Harness;
  let panel: HarnessPage;
  let card: Locator;

  before(async () => {
    harness = await startHarness();
  });

  after(() => harness.close());

  beforeEach(async () => {
    panel = await HarnessPage.open(await sharedBrowser(), harness, { scenario: 'restorable' });
    card = panel.conversation.getByRole('group', { name: 'Restore files' });
  });

  afterEach(() => panel.close());

  /** By keyboard: the buttons of a message are hidden until they have the focus. */
  async function press(name: string): Promise<void> {
    await panel.button(name).focus();
    await panel.page.keyboard.press('Enter');
  }

  it('is offered up to the last message from which on files were changed', async () => {
    const offered = panel.button('Restore files');
    assert.equal(await offered.count(), 1);
    await panel.streamAnswer('Nothing was changed.', 2, 20);
    await panel.drawn();
    assert.equal(await offered.count(), 1, 'not after it');
    await panel.startTurn('Another question');
    await offered.waitFor({ state: 'detached' });
  });

  it('goes where there is nothing to restore any more', async () => {
    await panel.button('Restore files').waitFor();
    await panel.emit({ type: 'thread/checkpoint', threadId, checkpoint: {} });
    await panel.button('Restore files').waitFor({ state: 'detached' });
  });

  it('says what would change, and opens differences', async () => {
    await press('Restore files');
    await card.getByText('Restore 2 files to what they were?').waitFor();
    await card.and(panel.page.locator(':focus')).waitFor();
    await card.getByText('+3').first().waitFor();
    await card.getByText('is deleted').waitFor();
    await card.getByText('It was not kept: it is too large.').waitFor();
    await card.getByText('Commands ran since.').waitFor();
    await card.getByRole('button', { name: 'src/greeting.ts' }).click();
    const path = '/home/ada/shop/src/greeting.ts';
    assert.deepEqual(await panel.lastAsked('checkpoint/showDiff'), {
      threadId,
      checkpointId,
      path,
    });
    await card.getByRole('button', { name: 'Show differences' }).click();
    const all = await panel.lastAsked('checkpoint/showDiff', 2);
    assert.deepEqual(all, { threadId, checkpointId });
    assert.deepEqual(await panel.asked('checkpoint/restore'), [], 'nothing has been restored');
  });

  it('restores what nobody else changed, and more only where that is ticked', async () => {
    await press('Restore files');
    await card.getByRole('button', { name: 'Restore', exact: true }).click();
    const params = { threadId, checkpointId, withThread: false, overwritten: [] as string[] };
    assert.deepEqual(await panel.lastAsked('checkpoint/restore'), params);
    await card.waitFor({ state: 'detached' });
    await panel.emit({
      type: 'thread/checkpoint',
      threadId,
      checkpoint: { lastTurnId: checkpointId },
    });
    await press('Restore files');
    await card.getByRole('checkbox').check();
    await card.getByRole('button', { name: 'Restore', exact: true }).click();
    const overwritten = ['/home/ada/shop/src/draft.ts'];
    assert.deepEqual(await panel.lastAsked('checkpoint/restore', 2), { ...params, overwritten });
  });

  it('leaves all as it is with Escape, and gives the focus back to the input', async () => {
    await press('Restore files');
    await card.and(panel.page.locator(':focus')).waitFor();
    await panel.page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await panel.input.and(panel.page.locator(':focus')).waitFor();
    assert.deepEqual(await panel.asked('checkpoint/restore'), []);
  });

  it('takes the conversation back, puts the message into the input, and can be taken back', async () => {
    await press('Restore files and thread');
    await card.getByRole('button', { name: 'Restore files and thread' }).click();
    await card.waitFor({ state: 'detached' });
    assert.equal(await panel.input.inputValue(), 'Change the greeting');
    assert.equal(await panel.conversation.getByRole('article').count(), 0);
    await panel.button('Take back').click();
    // Somebody else has changed a file meanwhile: it asks.
    await card.waitFor();
    assert.deepEqual(await panel.lastAsked('checkpoint/plan', 2), {
      threadId,
      checkpointId: 'restore-1',
    });
  });

  it('keeps what is typed in the input', async () => {
    await panel.input.fill('typed');
    await press('Restore files and thread');
    await card.getByRole('button', { name: 'Restore files and thread' }).click();
    await card.waitFor({ state: 'detached' });
    assert.equal(await panel.input.inputValue(), 'typed\nChange the greeting');
  });

  it('tells why a restore failed, and asks on', async () => {
    await panel.failRequests('checkpoint/restore', 'The disk is full.');
    await press('Restore files');
    await card.getByRole('button', { name: 'Restore', exact: true }).click();
    await panel.page.getByText('The disk is full.').first().waitFor();
    await card.waitFor();
  });
});
