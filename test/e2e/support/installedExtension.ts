import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from '../../support/paths.ts';
import { createTempDir } from '../../support/tempDir.ts';
import { runVsCodeServerCommand } from '../../support/vsCodeServer.ts';

/** Names the packaged extension that tests install; without it they use the repository as it is. */
export const vsixVariable = 'SLIPSTREAM_VSIX';

/** Puts the extension into a fresh extensions folder: the packaged one, or a link to the repository. */
export async function installExtension(extensionsDir: string, usesVsix: boolean): Promise<void> {
  mkdirSync(extensionsDir, { recursive: true });
  if (usesVsix) {
    cpSync(await vsixExtensionsDir(), extensionsDir, { recursive: true });
  } else {
    symlinkSync(repositoryDir, join(extensionsDir, `slipstream.slipstream-${version()}`), 'dir');
  }
}

let unpacked: Promise<string> | undefined;

/** An extensions folder that VS Code itself installed the package into, made once per process. */
export function vsixExtensionsDir(): Promise<string> {
  unpacked ??= installOnce();
  return unpacked;
}

async function installOnce(): Promise<string> {
  const vsix = process.env[vsixVariable];
  if (!vsix || !existsSync(vsix)) {
    throw new Error(`${vsixVariable} must name a .vsix file; it is ${vsix ?? 'not set'}.`);
  }
  const base = createTempDir('vsix');
  const extensionsDir = join(base, 'extensions');
  await runVsCodeServerCommand([
    `--install-extension=${vsix}`,
    `--extensions-dir=${extensionsDir}`,
    `--server-data-dir=${join(base, 'data')}`,
    '--accept-server-license-terms',
  ]);
  return extensionsDir;
}

function version(): string {
  return JSON.parse(readFileSync(join(repositoryDir, 'package.json'), 'utf8')).version;
}
