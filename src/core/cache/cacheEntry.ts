/** A value as the tiers keep it. Text, so that no two callers share an object. */
export interface CacheEntry {
  /** JSON. */
  readonly text: string;
  /** Milliseconds since 1970; from then on it is stale. */
  readonly freshUntil: number;
  /** Milliseconds since 1970; from then on it is gone. */
  readonly expiresAt: number;
  /** Paths that it is about, as `fileKey` gives them. */
  readonly files: readonly string[];
}

/** What an entry takes beside its text and key: objects, indexes, a row. Rounded up from heap sizes. */
const overheadBytes = 300;

export function sizeOfEntry(key: string, entry: CacheEntry): number {
  return Buffer.byteLength(entry.text) + key.length + overheadBytes;
}

/**
 * One spelling for one file. Case is folded where file systems do: at worst one more answer is
 * forgotten.
 */
export function fileKey(path: string): string {
  const normal = path.normalize('NFC');
  return process.platform === 'linux' ? normal : normal.toLowerCase();
}
