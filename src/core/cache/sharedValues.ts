import type { Clock } from '../../base/clock.ts';
import type { CacheEntry } from './cacheEntry.ts';
import type { RemoteTierName } from './remoteTier.ts';
import { openValue, sealValue } from './sealedValue.ts';
import { type SharedName, SharedNames } from './sharedNames.ts';
import type { TeamKey } from './teamKeys.ts';

export interface SharedValuesOptions {
  /** The one that writes first. */
  readonly keys: readonly TeamKey[];
  /** What the whole team calls the open project; undefined while that is not known. */
  readonly project: () => string | undefined;
  readonly clock: Clock;
  /** Told of each value that nobody with the team's key wrote under its name, for an alert. */
  readonly onRejected: (tier: RemoteTierName) => void;
}

/** An entry as a shared tier keeps it. */
export interface SharedValue extends SharedName {
  readonly sealed: Uint8Array;
  /** How long the tier may keep it, milliseconds from now. */
  readonly ttlMs: number;
}

/** What a tier needs to know of a team: how entries are called, and how they are sealed and opened. */
export class SharedValues {
  readonly names: SharedNames;
  private readonly options: SharedValuesOptions;

  constructor(options: SharedValuesOptions) {
    this.options = options;
    this.names = new SharedNames(options.keys, options.project);
  }

  /** Undefined where there is nothing to write: no project, too long, expired. */
  seal(key: string, entry: CacheEntry): SharedValue | undefined {
    const [name] = this.names.namesOf(key);
    const ttlMs = Math.floor(entry.expiresAt - this.options.clock.wallTime());
    const sealed = name && ttlMs > 0 ? sealValue(entry, name) : undefined;
    return name && sealed && { ...name, sealed, ttlMs };
  }

  /** Tells of what does not authenticate, and then it is `rejected`; undefined for a plain miss. */
  open(
    tier: RemoteTierName,
    name: SharedName,
    sealed: Uint8Array,
  ): CacheEntry | 'rejected' | undefined {
    const { keys, clock, onRejected } = this.options;
    const opened = openValue(sealed, name, keys, clock.wallTime());
    if (opened.kind === 'rejected') {
      onRejected(tier);
      return 'rejected';
    }
    return opened.kind === 'opened' ? opened.entry : undefined;
  }

  /** A short text for the rest of the team, under a name of its own. */
  sealText(text: string, name: SharedName, ttlMs: number): Uint8Array | undefined {
    const expiresAt = this.options.clock.wallTime() + ttlMs;
    return sealValue(
      { text: JSON.stringify(text), freshUntil: expiresAt, expiresAt, files: [] },
      name,
    );
  }

  /** Undefined for what nobody of the team wrote, and for what is too old. */
  openText(sealed: Uint8Array, name: SharedName): string | undefined {
    const { keys, clock } = this.options;
    const opened = openValue(sealed, name, keys, clock.wallTime());
    const text: unknown = opened.kind === 'opened' ? JSON.parse(opened.entry.text) : undefined;
    return typeof text === 'string' ? text : undefined;
  }
}
