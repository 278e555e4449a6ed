import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BrowserContext,
  errors,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { resultsDir } from '../../support/paths.ts';
import { kill } from '../../support/processTree.ts';
import type { VsCodeServer } from '../../support/vsCodeServer.ts';

export interface WindowSize {
  readonly width?: number;
  readonly height?: number;
}

/** One open window of VS Code. */
export interface Workbench {
  readonly page: Page;
  readonly server: VsCodeServer;
  /** The window's workspace: a copy that this window may change. */
  readonly folder: string;
  /** The inside of Slipstream's view. Looked up anew at each use, so it survives a reload. */
  readonly chat: FrameLocator;
  /** What the page and its webviews printed to the console so far, each with its level in front. */
  readonly consoleLines: readonly string[];
  /** Shows Slipstream's view, if it is not shown yet, and waits for its content. */
  openChat(): Promise<FrameLocator>;
  /** Runs a command by its name in the palette, for example `View: Close All Editors`. */
  runCommand(title: string): Promise<void>;
  /** Opens a file of the workspace in an editor. */
  openFile(relativePath: string): Promise<void>;
  /** The process id of this window's extension host. Waits while it starts. */
  hostPid(): Promise<number>;
  /**
   * Kills the extension host with SIGKILL, as a crash would, and answers with its process id once it
   * is gone. VS Code starts another by itself.
   */
  killHost(): Promise<number>;
  reload(): Promise<void>;
  /** Saves a picture as `test-results/screenshots/<name>.png`; answers with its path. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface WindowPlace {
  readonly server: VsCodeServer;
  readonly context: BrowserContext;
  readonly folder: string;
}

/** A first start on a busy machine; a page is usually there in 2 to 4 s. */
const readyTimeoutMs = 60_000;
const pollMs = 50;
/** How long one look at a quick pick waits before it is opened anew. */
const pickPatienceMs = 2_000;
/** The same for a look whether the view has come. */
const viewPatienceMs = 10_000;

const openWindows = new Set<Workbench>();

/** The windows that are open now in this process, for pictures of a failure. */
export function openWorkbenches(): readonly Workbench[] {
  return [...openWindows];
}

/** Opens a window and waits until VS Code can be used. */
export async function openWindow(place: WindowPlace, size: WindowSize): Promise<Workbench> {
  const page = await place.context.newPage();
  await page.setViewportSize({ width: size.width ?? 1280, height: size.height ?? 800 });
  const consoleLines: string[] = [];
  page.on('console', (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
  // VS Code asks before a page with unsaved work goes away.
  page.on('dialog', (dialog) => void dialog.accept());
  const window = new WorkbenchWindow(page, place, consoleLines);
  openWindows.add(window);
  page.on('close', () => openWindows.delete(window));
  await page.goto(`${place.server.url}/?folder=${encodeURIComponent(place.folder)}`);
  await window.waitUntilReady();
  return window;
}

class WorkbenchWindow implements Workbench {
  readonly page: Page;
  readonly server: VsCodeServer;
  readonly folder: string;
  readonly chat: FrameLocator;
  readonly consoleLines: readonly string[];
  private lastHostPid: number | undefined;

  constructor(page: Page, place: WindowPlace, consoleLines: readonly string[]) {
    this.page = page;
    this.server = place.server;
    this.folder = place.folder;
    this.consoleLines = consoleLines;
    // The address also says what a webview is for, but not always after a reload.
    this.chat = page
      .frameLocator('iframe.webview.ready[src*="extensionId=slipstream.slipstream"]')
      .frameLocator('iframe#active-frame');
  }

  async waitUntilReady(): Promise<void> {
    await this.page
      .getByRole('tab', { name: /^Explorer/ })
      .first()
      .waitFor({ timeout: readyTimeoutMs });
    await this.hostPid();
  }

  async openChat(): Promise<FrameLocator> {
    const tab = this.page.getByRole('tab', { name: /^Slipstream/ }).first();
    const body = this.chat.locator('body');
    for (let waitedMs = 0; waitedMs < readyTimeoutMs; waitedMs += viewPatienceMs) {
      if ((await tab.getAttribute('aria-selected', { timeout: readyTimeoutMs })) !== 'true') {
        await tab.click();
      }
      // A click may come in the moment in which VS Code restores the view, and hide it again.
      if (await isThere(body, viewPatienceMs)) {
        return this.chat;
      }
    }
    throw new Error('The view of Slipstream does not come.');
  }

  async runCommand(title: string): Promise<void> {
    await this.pick('F1', `>${title}`, commandNamed(title));
  }

  async openFile(relativePath: string): Promise<void> {
    await this.pick('ControlOrMeta+KeyP', relativePath, basename(relativePath));
    await this.page
      .getByRole('tab', { name: basename(relativePath) })
      .first()
      .waitFor();
    // An editor takes the focus when it has its text, and closes a list that was opened meanwhile.
    await isThere(this.page.locator('.editor-instance .monaco-editor.focused'), viewPatienceMs);
  }

  async hostPid(): Promise<number> {
    const others = [...openWindows]
      .filter((window) => window !== this && window instanceof WorkbenchWindow)
      .map((window) => (window as WorkbenchWindow).lastHostPid);
    for (let waitedMs = 0; waitedMs < readyTimeoutMs; waitedMs += pollMs) {
      const own = this.server.extensionHosts().filter((host) => !others.includes(host.pid));
      // A reload leaves the old host running for a moment: wait until one remains.
      if (own.length === 1 && own[0]) {
        this.lastHostPid = own[0].pid;
        return own[0].pid;
      }
      await sleep(pollMs);
    }
    throw new Error('There is not exactly one extension host for this window.');
  }

  async killHost(): Promise<number> {
    const pid = await this.hostPid();
    kill(pid, 'SIGKILL');
    while (this.server.extensionHosts().some((host) => host.pid === pid)) {
      await sleep(pollMs);
    }
    return pid;
  }

  async reload(): Promise<void> {
    // Where VS Code is just starting a host, a reload would leave that one running without a window.
    await this.hostPid();
    await this.page.reload();
    await this.waitUntilReady();
  }

  async screenshot(name: string): Promise<string> {
    const folder = join(resultsDir, 'screenshots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /**
   * Opens a quick pick, types, and takes the first entry named `wanted`. Asks anew for a while:
   * commands and files become known one after the other after a start, an open list stays as it is,
   * and a view that takes the focus closes it.
   */
  private async pick(key: string, text: string, wanted: string | RegExp): Promise<void> {
    for (let waitedMs = 0; waitedMs < readyTimeoutMs; waitedMs += pickPatienceMs) {
      await this.page.keyboard.press(key);
      if (await this.tryPick(text, wanted)) {
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`VS Code offers no “${wanted}” for "${text}".`);
  }

  private async tryPick(text: string, wanted: string | RegExp): Promise<boolean> {
    const quickInput = this.page.locator('.quick-input-widget');
    const patience = { timeout: pickPatienceMs };
    return await isInTime(async () => {
      await quickInput.locator('.quick-input-box input').fill(text, patience);
      await quickInput.getByRole('option', { name: wanted }).first().click(patience);
    });
  }
}

/** Not one whose name only begins like it; its keys and “recently used” follow behind a comma. */
function commandNamed(wanted: string): RegExp {
  return new RegExp(`^${wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(,|$)`);
}

function isThere(locator: Locator, timeout: number): Promise<boolean> {
  return isInTime(() => locator.waitFor({ timeout }));
}

/** False where Playwright gave up waiting. */
async function isInTime(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) {
      return false;
    }
    throw error;
  }
}
