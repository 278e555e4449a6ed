import type { ModelRequest, Surface } from '../model/request.ts';
import { type SharedKind, sharedKinds } from './sharedKinds.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long something may be given again. */
export interface Lifetime {
  /** As if it were new, milliseconds. */
  readonly freshMs: number;
  /** After that: at once, while a new one is asked for in the background, milliseconds. */
  readonly staleMs: number;
}

/** What may be done with the answers of one kind. */
export interface AnswerPolicy {
  /** Whether equal requests under way at the same time may share one call. */
  readonly isShared: boolean;
  /** Absent: never kept. By operation; `*` stands for all others. */
  readonly kept: Readonly<Record<string, Lifetime>>;
}

/**
 * Which answers may be shared and kept, and for how long. Keys hold the whole prompt, so that an old
 * answer is never wrong about another text: lifetimes only bound how long a poor one comes back.
 */
const policies: Readonly<Record<Surface, AnswerPolicy>> = {
  // Each turn is an act of its own, with ids of its own and tools that change things.
  chat: { isShared: false, kept: {} },
  // Typed, deleted and typed again within a sitting. An answer that is late is of no use to anybody.
  completion: { isShared: true, kept: { '*': { freshMs: hourMs, staleMs: 0 } } },
  // Who asks for a fix or a test again wants another one; an explanation and names stay good.
  codeAction: {
    isShared: true,
    kept: {
      explain: { freshMs: 7 * dayMs, staleMs: 23 * dayMs },
      names: { freshMs: 7 * dayMs, staleMs: 0 },
    },
  },
  // What it sums up never changes.
  summary: { isShared: true, kept: { '*': { freshMs: 30 * dayMs, staleMs: 0 } } },
  // Asked again, another wording is wanted.
  commitMessage: { isShared: true, kept: {} },
  // Read once; a run that is started again is meant to ask again.
  bulk: { isShared: true, kept: {} },
};

/** A prompt's count changes only when the provider changes how it counts. */
export const tokenCountLifetime: Lifetime = { freshMs: 7 * dayMs, staleMs: 0 };

/** Completions by their place. A place that stays as it was for a week is not being worked on. */
export const completionLifetime: Lifetime = { freshMs: 7 * dayMs, staleMs: 0 };

/** The longest lifetimes of what a team may share, milliseconds: more than this nobody writes whose clock is right. */
export const longestSharedFreshMs = 7 * dayMs;
export const longestSharedMs = 30 * dayMs;

/** What its answer is for a team; undefined for what is never shared. */
export function sharedKindOf({ surface, caching }: ModelRequest): SharedKind | undefined {
  if (surface === 'codeAction') {
    return sharedKinds.find((kind) => kind === caching?.operation);
  }
  return surface === 'completion' ? 'completion' : undefined;
}

/** Whether it may be held up while somebody else of the team asks the same. Ghost text would be late. */
export function mayWaitForTeam(request: ModelRequest): boolean {
  return request.surface !== 'completion';
}

/** Whether this request may share its call with an equal one. Never with tools: their ids differ. */
export function mayShare(request: ModelRequest): boolean {
  return request.tools.length === 0 && policies[request.surface].isShared;
}

/** For how long its answer may be kept; undefined where it may not be. */
export function lifetimeOf(request: ModelRequest): Lifetime | undefined {
  const { caching, surface, tools } = request;
  if (!caching || tools.length > 0) {
    return undefined;
  }
  const { kept } = policies[surface];
  return (
    (Object.hasOwn(kept, caching.operation) ? kept[caching.operation] : undefined) ?? kept['*']
  );
}
