import type { Browser } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';

let launched: Promise<Browser> | undefined;

/** The one browser of this test process, started on first use. Each editor has its own context in it. */
export function sharedBrowser(): Promise<Browser> {
  launched ??= launchChromium();
  return launched;
}

/** Ends the browser, if it was started. */
export async function closeSharedBrowser(): Promise<void> {
  const browser = await launched;
  launched = undefined;
  await browser?.close();
}
