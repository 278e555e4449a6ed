import { createHmac } from 'node:crypto';
import { splitKey } from './cacheKeys.ts';
import type { TeamKey } from './teamKeys.ts';

/** What an entry is called in the shared tiers, under one of the team's keys. */
export interface SharedName {
  /**
   * Team, project, namespace, version, operation and digest, outermost first. Letters, digits, `-` and
   * `_`; in what a glob is called, `*` stands for any.
   */
  readonly segments: readonly string[];
  readonly key: TeamKey;
}

/**
 * The form of sealed values. Raised when it changes: then names change as well, so that no window finds
 * what it cannot read, and whatever has another form where it looks was planted.
 */
export const sealVersion = 1;
/** 96 bits, as text of 16 characters. */
const segmentBytes = 12;
/** The same few segments come again and again, and digests for a while. */
const maxRemembered = 500;

/**
 * Names in the shared tiers: the segments of a local key, each as an HMAC of its own, so that keys can
 * be found by segment and tell nothing. Workspace and owner, which differ from machine to machine, are
 * left to the project and the team; a thread is left out, because what is shared belongs to none.
 */
export class SharedNames {
  private readonly keys: readonly TeamKey[];
  private readonly project: () => string | undefined;
  private readonly remembered = new Map<string, string>();

  /**
   * @param keys The one that writes first.
   * @param project What the whole team calls the open project; undefined while that is not known.
   */
  constructor(keys: readonly TeamKey[], project: () => string | undefined) {
    this.keys = keys;
    this.project = project;
  }

  /** Of a local key, the one to write under first. Empty where the project has no name. */
  namesOf(key: string): readonly SharedName[] {
    const project = this.project();
    if (project === undefined) {
      return [];
    }
    const { namespace, version, operation, digest } = splitKey(key);
    const rest = [namespace, version, operation, digest];
    return this.keys.map((teamKey) => ({
      segments: [
        teamKey.team,
        this.nameOf(teamKey, 'project', project),
        ...rest.map((segment, at) => this.nameOf(teamKey, `${at}`, segment)),
      ],
      key: teamKey,
    }));
  }

  /**
   * Of a glob of `toGlob`: what the open project shares, whatever workspace and owner the glob has.
   * Empty for what is about one thread, because nothing of that is shared.
   */
  namesOfGlob(glob: string): readonly SharedName[] {
    return ['*', ''].includes(splitKey(glob).thread) ? this.namesOf(glob) : [];
  }

  /** The place is part of it: the same word elsewhere has another name. */
  private nameOf({ id, naming }: TeamKey, place: string, segment: string): string {
    if (segment === '*') {
      return segment;
    }
    const about = `${sealVersion}\0${place}\0${segment}`;
    const known = this.remembered.get(id + about);
    if (known !== undefined) {
      return known;
    }
    if (this.remembered.size >= maxRemembered) {
      this.remembered.clear();
    }
    const mac = createHmac('sha256', naming).update(about).digest();
    const name = mac.subarray(0, segmentBytes).toString('base64url');
    this.remembered.set(id + about, name);
    return name;
  }
}
