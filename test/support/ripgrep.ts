import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { repositoryDir } from './paths.ts';

export interface Ripgrep {
  readonly program: string;
  /** As it says itself, for example "ripgrep 15.0.0". */
  readonly version: string;
}

/** Every ripgrep of this machine that runs: Debian's, and those of the VS Code used for tests. */
export function findRipgreps(): readonly Ripgrep[] {
  const platform = `${process.platform}-${process.arch}`;
  const bundled = globSync(`.vscode-test/**/@vscode/ripgrep*/bin/{${platform}/,}rg{,.exe}`, {
    cwd: repositoryDir,
  }).map((file) => path.join(repositoryDir, file));
  return [...onPath(), ...bundled].flatMap((program) => {
    const version = versionOf(program);
    return version === undefined ? [] : [{ program, version }];
  });
}

/** Says aloud that tests which need ripgrep can't run, and how they could. */
export function reportMissingRipgrep(): void {
  console.warn(
    '    No ripgrep here: install it (Debian: apt-get install ripgrep) to test with it.',
  );
}

function onPath(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const name = process.platform === 'win32' ? 'rg.exe' : 'rg';
  const found = folders.map((folder) => path.join(folder, name)).find((each) => versionOf(each));
  return found === undefined ? [] : [found];
}

function versionOf(program: string): string | undefined {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' })
      .split('\n', 1)[0]
      ?.replace(/ \(.*$/, '');
  } catch {
    // There is no such program, or not for this machine.
    return undefined;
  }
}
