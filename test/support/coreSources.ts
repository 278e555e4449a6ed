import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from './paths.ts';

/** The project's own code below `src/core`, by path: files as people have them open. */
export function coreSources(): readonly { readonly path: string; readonly text: string }[] {
  const folder = join(repositoryDir, 'src/core');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}
