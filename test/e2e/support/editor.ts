import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { repositoryDir, resultsDir } from '../../support/paths.ts';
import { createTempDir, removeTempDir } from '../../support/tempDir.ts';
import { writeUserSettings } from '../../support/userSettings.ts';
import { startVsCodeServer, type VsCodeServer } from '../../support/vsCodeServer.ts';
import { sharedBrowser } from './browser.ts';
import { installExtension, vsixVariable } from './installedExtension.ts';
import { openWindow, type WindowSize, type Workbench } from './workbenchPage.ts';

export interface EditorOptions {
  /** Added to the extension host's environment, which holds no `ANTHROPIC_…` by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Dark unless told otherwise. */
  readonly theme?: 'light' | 'dark' | 'highContrast';
  /** The packaged extension (true) or the repository (false); by default as `SLIPSTREAM_VSIX` is set. */
  readonly vsix?: boolean;
  /** Folders of further extensions to install. */
  readonly extensions?: readonly string[];
  /** False opens folders in Restricted Mode. */
  readonly isTrusted?: boolean;
}

export interface WindowOptions extends WindowSize {
  /** A folder to copy; the window gets the copy. `sample/` if left out. */
  readonly folder?: string;
  /** Files to add to the copy, or to replace in it: path below it → text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A VS Code server with the extension installed, and a browser profile, both of its own. */
export interface Editor {
  readonly server: VsCodeServer;
  readonly context: BrowserContext;
  /** Opens a window on a fresh copy of a folder. Open one after the other, not several at once. */
  open(options?: WindowOptions): Promise<Workbench>;
  /** Opens a second window on the folder of one that is open already. */
  openAgain(workbench: Workbench, size?: WindowSize): Promise<Workbench>;
  /** Closes the windows, ends the server and removes every folder it made. */
  close(): Promise<void>;
}

/** The themes by the names that VS Code has for them. */
export const colorThemes = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  highContrast: 'Default High Contrast',
};

/** Starts an editor for a test file or for one test; takes about a second. */
export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const scratchDir = createTempDir('e2e');
  const server = await startServer(options, scratchDir);
  const browser = await sharedBrowser();
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  return {
    server,
    context,
    open: (window = {}) =>
      openWindow({ server, context, folder: copyFolder(scratchDir, window) }, window),
    openAgain: ({ folder }, size = {}) => openWindow({ server, context, folder }, size),
    close: async () => {
      await context.close();
      await server.dispose();
      removeTempDir(scratchDir);
    },
  };
}

async function startServer(options: EditorOptions, scratchDir: string): Promise<VsCodeServer> {
  const dataDir = join(scratchDir, 'data');
  const extensionsDir = join(scratchDir, 'extensions');
  mkdirSync(resultsDir, { recursive: true });
  await installExtension(extensionsDir, options.vsix ?? process.env[vsixVariable] !== undefined);
  addExtensions(extensionsDir, options.extensions ?? []);
  writeUserSettings(join(dataDir, 'data'), {
    'workbench.colorTheme': colorThemes[options.theme ?? 'dark'],
    ...options.settings,
  });
  return await startVsCodeServer({
    dataDir,
    extensionsDir,
    env: options.env ?? {},
    asksForTrust: options.isTrusted === false,
    logFile: join(resultsDir, 'e2e-server.log'),
  });
}

function addExtensions(extensionsDir: string, folders: readonly string[]): void {
  if (folders.length === 0) {
    return;
  }
  for (const folder of folders) {
    const target = join(extensionsDir, `slipstream.${basename(folder)}-0.0.1`);
    cpSync(folder, target, { recursive: true });
  }
  // Where VS Code has written down what it installed, it looks at no other folder.
  rmSync(join(extensionsDir, 'extensions.json'), { force: true });
}

function copyFolder(scratchDir: string, options: WindowOptions): string {
  const folder = join(mkdtempSync(join(scratchDir, 'folder-')), 'workspace');
  cpSync(options.folder ?? join(repositoryDir, 'sample'), folder, { recursive: true });
  for (const [path, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
