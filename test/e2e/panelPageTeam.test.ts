import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { HarnessPage } from '../support/webviewHarness/harnessPage.ts';
import { servePanel } from './support/harnessPanel.ts';

const pictures = join(import.meta.dirname, '..', '..', 'test-results', 'screenshots');

describe('A team in the panel', () => {
  const { open } = servePanel();

  it('shares a thread by keyboard alone, marks it, says so, and takes it back', async () => {
    const panel = await open({ scenario: 'team' });
    await choose(panel, 'Share with the team');
    assert.deepEqual(await panel.lastAsked('thread/share'), {
      threadId: await threadId(panel),
      isShared: true,
    });
    const mark = panel.page.getByRole('img', { name: 'Shared with the team' });
    await mark.waitFor();
    await panel.page.getByText('Shared with the team.', { exact: true }).waitFor({
      state: 'attached',
    });
    await choose(panel, 'Stop sharing');
    await mark.waitFor({ state: 'detached' });
  });

  it('leaves it to their owner to share and delete threads of others', async () => {
    const panel = await open({ scenario: 'team' });
    await panel.emit({
      type: 'thread/team',
      threadId: await threadId(panel),
      team: { owner: 'ben', isShared: true },
    });
    await panel.page.getByRole('img', { name: 'Begun by ben' }).waitFor();
    await panel.button('More actions').click();
    await panel.page.getByRole('menuitem', { name: 'Hide', exact: true }).waitFor();
    assert.equal(await panel.page.getByRole('menuitem', { name: /shar|delete/i }).count(), 0);
  });

  it('has nothing of a team without one', async () => {
    const panel = await open({ scenario: 'conversation' });
    await panel.button('More actions').click();
    await panel.page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    assert.equal(await panel.page.getByRole('menuitem', { name: /shar/i }).count(), 0);
  });

  for (const theme of ['dark', 'light', 'high-contrast'] as const) {
    it(`lists threads of others with who began them, in ${theme}`, async () => {
      const panel = await open({ scenario: 'team', theme, width: 340, height: 520 });
      await panel.emit({
        type: 'thread/team',
        threadId: await threadId(panel),
        team: { isShared: true },
      });
      await panel.page.screenshot({ path: join(pictures, `team-thread-${theme}.png`) });
      await panel.button('History').click();
      const row = panel.page.getByRole('button', { name: /Begun by ben.*ben ·/ }).first();
      await row.waitFor();
      await panel.page.screenshot({ path: join(pictures, `team-history-${theme}.png`) });
    });
  }
});

async function choose(panel: HarnessPage, item: string): Promise<void> {
  await panel.button('More actions').focus();
  await panel.page.keyboard.press('Enter');
  const wanted = panel.page.getByRole('menuitem', { name: item, exact: true });
  await wanted.waitFor();
  for (let step = 0; step < 8; step += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      break;
    }
    await panel.page.keyboard.press('ArrowDown');
  }
  await panel.page.keyboard.press('Enter');
}

/** As the scripted host opens it. */
function threadId(panel: HarnessPage): Promise<string> {
  return panel.page.evaluate(() => {
    const host = Reflect.get(globalThis, 'harness').host as { readonly threadId: string };
    return host.threadId;
  });
}
