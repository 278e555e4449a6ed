import { createHash } from 'node:crypto';
import { canonicalForm } from '../../base/canonicalForm.ts';

/** Raised when the way keys are made changes: what was kept under other keys is never found again. */
const keyVersion = 1;
/** 128 bits: two answers would meet by chance after 2^64 of them. */
const digestCharacters = 32;

/** Whose answers these are: never given to another workspace, user or team. */
export interface CacheScope {
  readonly workspace: string;
  /** The user, or the team that shares. */
  readonly owner: string;
}

/** What a key can be found by. */
export interface CacheSegments {
  /** What kind of value is kept, for example `answer`. */
  readonly namespace: string;
  /** Absent for what belongs to no thread. */
  readonly thread?: string;
  /** What was asked for, for example `explain`. */
  readonly operation: string;
}

/** The keys to find: those that have all of these segments. Empty finds all. */
export type CachePattern = Partial<CacheSegments & CacheScope>;

/** Makes keys: readable segments, then a digest of everything that shapes the value. */
export class CacheKeyGenerator {
  private readonly scope: () => CacheScope;

  /** @param scope Asked for each key, because the open workspace may change. */
  constructor(scope: () => CacheScope) {
    this.scope = scope;
  }

  /** Equal for two calls if and only if segments, scope and the meaning of `shape` are equal. */
  key(segments: CacheSegments, shape: unknown): string {
    // UTF-16 keeps halves of characters apart, which UTF-8 would write alike.
    const digest = createHash('sha256').update(canonicalForm(shape), 'utf16le').digest('hex');
    const { workspace, owner } = this.scope();
    const { namespace, thread = '', operation } = segments;
    return [namespace, `v${keyVersion}`, workspace, owner, thread, operation]
      .map(escapeSegment)
      .concat(digest.slice(0, digestCharacters))
      .join(':');
  }
}

/** The pattern with `*` for any segment: for SQLite's `GLOB`, and for `matchesGlob`. */
export function toGlob(pattern: CachePattern): string {
  const { namespace, workspace, owner, thread, operation } = pattern;
  // No `*` can take in a colon: pattern and key have equally many.
  return [namespace, undefined, workspace, owner, thread, operation, undefined]
    .map((segment) => (segment === undefined ? '*' : escapeSegment(segment)))
    .join(':');
}

/** The segments of a key, or of a glob, as they stand in it. */
export function splitKey(key: string): Required<CacheSegments & CacheScope> & {
  readonly version: string;
  readonly digest: string;
} {
  const segments = key.split(':');
  const [namespace = '', version = '', workspace = '', owner = ''] = segments;
  const [thread = '', operation = '', digest = ''] = segments.slice(4);
  return { namespace, version, workspace, owner, thread, operation, digest };
}

/** Whether a key is one of those that a glob of `toGlob` stands for. */
export function matchesGlob(key: string, glob: string): boolean {
  const segments = key.split(':');
  return glob.split(':').every((wanted, at) => wanted === '*' || wanted === segments[at]);
}

/** Leaves nothing that has a meaning in a key or a glob; different segments stay different. */
function escapeSegment(segment: string): string {
  return segment
    .normalize('NFC')
    .replace(/[^\w.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
