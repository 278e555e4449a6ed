// Chooses the VS Code that the host tests run in, and says which: a desktop one where it can be had,
// else the server from npm.
import { existsSync } from 'node:fs';
import { ensureVsCodeServer } from './ensureVsCodeServer.mjs';
import { cacheDir } from './paths.mjs';

const updateServer = 'https://update.code.visualstudio.com/api/releases/stable';
/** Long enough for a slow line, short enough not to be felt without one. */
const probeTimeoutMs = 3_000;

/**
 * Resolves with the desktop's program, or with undefined once the server is ready. Rejects, with the
 * reasons, if neither can be had.
 * @returns {Promise<string | undefined>}
 */
export async function ensureVsCode() {
  const named = process.env.VSCODE_EXECUTABLE;
  if (named) {
    if (!existsSync(named)) {
      throw new Error(`VSCODE_EXECUTABLE names ${named}, which does not exist.`);
    }
    console.log(`VS Code for the host tests: desktop, ${named} (from VSCODE_EXECUTABLE)`);
    return named;
  }
  const obstacle = await findDesktopObstacle();
  if (!obstacle) {
    try {
      return await downloadDesktop();
    } catch (error) {
      console.log(`VS Code's desktop could not be downloaded: ${error.message}`);
    }
  }
  const { serverRoot } = await ensureVsCodeServer();
  console.log(`VS Code for the host tests: server, ${serverRoot}`);
  console.log(`(no desktop: ${obstacle ?? 'the download failed'})`);
  return undefined;
}

/** What speaks against a desktop window; undefined if nothing does. */
async function findDesktopObstacle() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) {
    return 'there is no display';
  }
  try {
    const answer = await fetch(updateServer, { signal: AbortSignal.timeout(probeTimeoutMs) });
    return answer.ok ? undefined : `${updateServer} answered ${answer.status}`;
  } catch (error) {
    return `${updateServer} cannot be reached (${error.message})`;
  }
}

async function downloadDesktop() {
  const { downloadAndUnzipVSCode, SilentReporter } = await import('@vscode/test-electron');
  const program = await downloadAndUnzipVSCode({
    version: 'stable',
    cachePath: `${cacheDir}/desktop`,
    reporter: new SilentReporter(),
  });
  console.log(`VS Code for the host tests: desktop, ${program}`);
  return program;
}
