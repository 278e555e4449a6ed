import { UserError } from '../../base/errors.ts';
import type { Database } from './database.ts';

/** Throws a `UserError` where a newer Slipstream has been here, which knew more than `newest`. */
export function refuseNewer(database: Database, newest: number): void {
  if (readVersion(database) > newest) {
    throw new UserError(
      'Your threads were last used by a newer version of Slipstream. Update Slipstream to open them; nothing was changed.',
    );
  }
}

/**
 * Brings a database to the newest version: entry n of `migrations` leads from version n to n + 1.
 * Each runs in a transaction of its own. Two windows may do this at once: the second, once it has
 * the lock, finds the work done.
 */
export function migrate(database: Database, migrations: readonly string[]): void {
  while (readVersion(database) < migrations.length) {
    database.transaction(() => {
      const version = readVersion(database);
      const migration = migrations[version];
      if (migration !== undefined) {
        database.exec(migration);
        database.exec(`PRAGMA user_version = ${version + 1}`);
      }
    });
  }
}

function readVersion(database: Database): number {
  return Number(database.get('PRAGMA user_version')?.['user_version']);
}
