/** A team's commands as a person uses them. */
import type { Locator } from 'playwright-core';
import type { Workbench } from './workbenchPage.ts';

export interface TeamPlaces {
  readonly database?: string;
  readonly redis?: string;
  readonly cache?: string;
  /** Asked for with the address of the HTTP cache; none unless given. */
  readonly token?: string;
  /** The key to paste; a new one is made without it. */
  readonly key?: string;
}

/** Goes through “Connect to a team…” with the keyboard. Answers with the key that was made or given. */
export async function connectToTeam(workbench: Workbench, places: TeamPlaces): Promise<string> {
  const { page } = workbench;
  await workbench.runCommand('Slipstream: Connect to a team…');
  await enterPlace(workbench, /Address of the team’s PostgreSQL/, places.database);
  await enterPlace(workbench, /Address of the team’s Redis/, places.redis);
  await enterPlace(workbench, /Address of the team’s HTTP cache/, places.cache, places.token);
  let { key } = places;
  if (places.redis !== undefined || places.cache !== undefined) {
    await titled(workbench, /Key of the team/).waitFor();
    await page.keyboard.type(key === undefined ? 'Make a new key' : 'Paste the team');
    await page.keyboard.press('Enter');
    if (key === undefined) {
      const dialog = page.getByRole('dialog').filter({ hasText: 'A new key was made' });
      await dialog.waitFor();
      key = await page.evaluate(() => navigator.clipboard.readText());
      await page.keyboard.press('Enter');
    } else {
      await titled(workbench, /^The team’s key/).waitFor();
      await page.keyboard.type(key);
      await page.keyboard.press('Enter');
    }
  }
  await page
    .getByText(/The team’s servers are set/)
    .first()
    .waitFor();
  return key ?? '';
}

/** The item in the status bar while it says this. */
export function statusOf({ page }: Workbench, text: string): Locator {
  return page.getByRole('button', { name: new RegExp(`^Slipstream team: .*${text}`) });
}

/** Enters an address, or none, and what opens it. */
export async function enterPlace(
  workbench: Workbench,
  title: RegExp,
  address: string | undefined,
  secret = '',
): Promise<void> {
  const { page } = workbench;
  await titled(workbench, title).waitFor();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.type(address ?? '');
  await page.keyboard.press('Enter');
  if (address !== undefined) {
    await titled(workbench, /^(Password|Token)/).waitFor();
    await page.keyboard.type(secret);
    await page.keyboard.press('Enter');
  }
}

/** The title of the input box or the list that is open. */
export function titled({ page }: Workbench, title: RegExp): Locator {
  return page.locator('.quick-input-widget .quick-input-title').getByText(title);
}
