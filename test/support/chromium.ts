import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usualPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** Nothing that talks to the network by itself, and no sandbox: containers run as root. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless browser; the caller closes it. Throws, saying what to install, if there is none. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: flags });
}

/** The browser's program: `CHROMIUM`, else the usual places of this system. */
export function findChromium(): string {
  const chosen = process.env['CHROMIUM'];
  if (chosen) {
    if (!isProgram(chosen)) {
      throw new Error(`CHROMIUM names ${chosen}, which is not a program.`);
    }
    return chosen;
  }
  const found = (usualPlaces[process.platform] ?? []).find(isProgram);
  if (!found) {
    throw new Error(
      'No Chromium, Chrome or Edge was found. Install one (Debian: apt-get install chromium) ' +
        'or name its program in CHROMIUM.',
    );
  }
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not executable: both mean "not this one".
    return false;
  }
}
