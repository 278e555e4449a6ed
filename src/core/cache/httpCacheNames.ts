import type { CacheEntry } from './cacheEntry.ts';
import type { SharedName } from './sharedNames.ts';

/** The last segment is the value's own; those before it are folders that hold others, too. */
const folderCount = 5;

/** Where a value is, below the address of the cache. */
export function pathOf({ segments }: SharedName): string {
  return segments.join('/');
}

/** By which names caches can find a value, outermost first. */
export function surrogateKeysOf({ segments }: SharedName): readonly string[] {
  return segments.slice(0, folderCount);
}

/** What stands for many values. */
export interface NamedValues {
  /** The smallest folder that holds all of them; it may hold others, too. */
  readonly folder: string;
  /** Those that all of them have, in the order in which a value has them. */
  readonly surrogateKeys: readonly string[];
}

/** @param glob What a glob is called, with `*` for any segment. */
export function valuesOf(glob: SharedName): NamedValues {
  const folders = surrogateKeysOf(glob);
  const gap = folders.indexOf('*');
  return {
    folder: (gap === -1 ? folders : folders.slice(0, gap)).map((name) => `${name}/`).join(''),
    surrogateKeys: folders.filter((name) => name !== '*'),
  };
}

/**
 * For caches on the way. They may give the value while it is fresh, and while it is stale as long as
 * they ask for a new one; packing it once more would gain nothing.
 */
export function cacheControl(entry: CacheEntry, now: number): string {
  const freshSeconds = Math.max(0, Math.floor((entry.freshUntil - now) / 1_000));
  const staleSeconds = Math.floor((entry.expiresAt - Math.max(entry.freshUntil, now)) / 1_000);
  const later = staleSeconds > 0 ? `stale-while-revalidate=${staleSeconds}` : 'immutable';
  // `public`, because answers to requests with a token would else not be shared.
  return `public, max-age=${freshSeconds}, ${later}, no-transform`;
}
