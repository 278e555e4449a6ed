import {
  type Lifetime,
  lifetimeOf,
  mayWaitForTeam,
  sharedKindOf,
} from '../../cache/answerPolicy.ts';
import type { KeyOfRequest } from '../../cache/requestKeys.ts';
import type { SharedKind } from '../../cache/sharedKinds.ts';
import type { TeamTurn } from '../../cache/teamTurn.ts';
import type {
  CacheHit,
  Keeping,
  LookOptions,
  TieredCache,
  ValueFacts,
} from '../../cache/tieredCache.ts';
import { slipstream } from '../../telemetry/genAiAttributes.ts';
import { operation } from '../../telemetry/spanNames.ts';
import type { TraceScope } from '../../telemetry/traceScope.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import { AnswerCollector, isKeptAnswer, replay } from '../keptAnswer.ts';
import type { ModelEvent, ModelRequest, Next, Stage } from '../request.ts';

export interface CacheStageOptions {
  readonly keyOf: KeyOfRequest;
  readonly cache: TieredCache;
  /** Asked for each request. */
  readonly isEnabled: () => boolean;
  /** What the team shares; asked for each request. */
  readonly sharedKinds?: () => readonly SharedKind[];
  /** Asks for a new answer in the background, through the whole path. */
  readonly refresh: (request: ModelRequest) => void;
}

/**
 * Gives kept answers again, and keeps those that may be kept: whole ones of the surfaces and
 * operations that `answerPolicy.ts` lists, where the request asks for it.
 */
export function createCacheStage(options: CacheStageOptions): Stage {
  return (request, next, signal) => {
    const lifetime = lifetimeOf(request);
    return lifetime && options.isEnabled()
      ? handingOver(answer(options, { request, next, signal, lifetime }))
      : next(request, signal);
  };
}

interface Call {
  readonly request: ModelRequest;
  readonly next: Next;
  readonly signal: AbortSignal;
  readonly lifetime: Lifetime;
}

async function* answer(options: CacheStageOptions, call: Call): HandingOver {
  const { request, next, signal, lifetime } = call;
  const lookup = request.trail?.enter(operation.cacheLookup);
  const key = await options.keyOf(request);
  const mustRefresh = request.caching?.mustRefresh === true;
  const facts = factsOf(options, request);
  const isSought = key !== undefined && !mustRefresh;
  const look = { ...facts, scope: lookup };
  const kept = isSought ? await options.cache.get(key, look) : undefined;
  const taking = isSought && !kept ? takeTurn(options, call, key, look) : undefined;
  // Without a team there is nothing to wait for, not even a tick.
  const turn = taking && (await taking);
  const hit = turn?.kind === 'found' ? turn.hit : kept;
  if (signal.aborted) {
    endTurn(turn);
    yield { type: 'ended', outcome: { kind: 'cancelled' } };
    return undefined;
  }
  if (hit && isKeptAnswer(hit.value)) {
    noteHit(request, hit, lookup);
    if (hit.isStale) {
      options.refresh(request);
    }
    yield* replay(hit.value);
    return undefined;
  }
  if (isSought) {
    lookup?.set({ [slipstream.cacheOutcome]: 'miss' });
  }
  const events = next(request, signal)[Symbol.asyncIterator]();
  if (key === undefined) {
    return events;
  }
  request.trail?.note('cache', mustRefresh ? 'Asked anew, to replace what is kept.' : 'Not kept.');
  const keeping = options.cache.begin(key, facts);
  const ending = (): void => {
    keeping.end();
    endTurn(turn);
  };
  return new KeptStream(events, { keep: keeping.keep, end: ending }, lifetime);
}

/** Undefined where nobody of a team is to be waited for. */
function takeTurn(
  { cache }: CacheStageOptions,
  { request, signal }: Call,
  key: string,
  look: LookOptions,
): Promise<TeamTurn<CacheHit>> | undefined {
  return mayWaitForTeam(request) && !signal.aborted ? cache.takeTurn(key, look, signal) : undefined;
}

/** After the answer was kept, so that who waits for the turn finds it. */
function endTurn(turn: TeamTurn<CacheHit> | undefined): void {
  if (turn?.kind === 'ask') {
    turn.end();
  }
}

function factsOf({ sharedKinds }: CacheStageOptions, request: ModelRequest): ValueFacts {
  const { files = [] } = request.caching ?? {};
  const kind = sharedKindOf(request);
  return { files, isShareable: kind !== undefined && sharedKinds?.().includes(kind) === true };
}

const places: Readonly<Record<CacheHit['tier'], string>> = {
  memory: 'in memory',
  disk: 'on disk',
  redis: 'in the team’s Redis',
  http: 'in the team’s HTTP cache',
};

function noteHit({ trail }: ModelRequest, hit: CacheHit, lookup: TraceScope | undefined): void {
  lookup?.set({
    [slipstream.cacheOutcome]: hit.isStale ? 'stale' : 'hit',
    [slipstream.cacheTier]: hit.tier,
  });
  trail?.note('cache', wordsFor(hit));
  if (trail) {
    trail.answeredFrom = hit.tier;
  }
}

function wordsFor({ tier, isStale }: CacheHit): string {
  const place = places[tier];
  return isStale
    ? `The same was asked before: found ${place}. It is old, so a new answer is fetched in the background.`
    : `The same was asked before: found ${place}.`;
}

/** Passes the events on and keeps the answer if it turns out to be worth it. */
class KeptStream implements AsyncIterator<ModelEvent> {
  private readonly events: AsyncIterator<ModelEvent>;
  private readonly keeping: Keeping;
  private readonly lifetime: Lifetime;
  private readonly collector = new AnswerCollector();

  constructor(events: AsyncIterator<ModelEvent>, keeping: Keeping, lifetime: Lifetime) {
    this.events = events;
    this.keeping = keeping;
    this.lifetime = lifetime;
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.events.next().then(this.see, this.fail);
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.keeping.end();
    await this.events.return?.();
    return { done: true, value: undefined };
  }

  private readonly see = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
    const kept = result.done ? undefined : this.collector.see(result.value);
    if (kept) {
      this.keeping.keep(kept, this.lifetime);
    }
    if (result.done || result.value.type === 'ended') {
      this.keeping.end();
    }
    return result;
  };

  private readonly fail = (error: unknown): never => {
    this.keeping.end();
    throw error;
  };
}
