import { delay } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { settled } from '../../base/settled.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import { AskPause } from './askPause.ts';
import { CompletionDebounce } from './completionDebounce.ts';
import type { CompletionEngineParts } from './completionEngineParts.ts';
import type { CompletionActivity, CompletionQuery, Offers } from './completionQuery.ts';
import { CompletionRequests } from './completionRequests.ts';
import { CompletionReuse, isAnswered } from './completionReuse.ts';
import type { CompletionSpot } from './completionSpot.ts';
import { countKnown, tracedKey } from './completionTrace.ts';
import { localOffers } from './localOffers.ts';
import { type JudgedOffer, OfferWatch, type WatchedOffer } from './offerWatch.ts';
import type { CompletionAnswer, CompletionModel, RunningCompletion } from './runningCompletion.ts';

/** Some 20,000 completions with their places: weeks of one user's. */
const reuseBytes = 8_000_000;
/** Shown at the same time; the user goes through them one by one. */
const maxAlternatives = 3;
/** By then a quick model has answered, and the user has begun to wait. */
const slowMs = 400;
/** VS Code asks so long after a key. */
const editorDelayMs = 50;

/**
 * Completes code. The path of a key: what is known already, at once; what is under way; a wait; then
 * the model is asked and its answer kept. What a model does wrong is told by `activity` alone.
 */
export class CompletionEngine implements Disposable {
  private readonly parts: CompletionEngineParts;
  private readonly resources = new ResourceManager('completionEngine');
  private readonly activities = this.resources.add(new Emitter<CompletionActivity>());
  private readonly offerings = this.resources.add(new Emitter<WatchedOffer>());
  private readonly judgements = this.resources.add(new Emitter<JudgedOffer>());
  private readonly debounce: CompletionDebounce;
  private readonly reuse: CompletionReuse;
  private readonly requests: CompletionRequests;
  private readonly pause: AskPause;
  private readonly watch: OfferWatch;
  /** What was offered last, and for which place. */
  private shown: { readonly spot: CompletionSpot; readonly offers: Offers } | undefined;

  constructor(parts: CompletionEngineParts) {
    this.parts = parts;
    this.debounce = new CompletionDebounce({ clock: parts.clock, minMs: parts.minDebounceMs });
    this.reuse = new CompletionReuse({ ...parts, maxBytes: reuseBytes });
    this.pause = new AskPause(parts.clock);
    this.watch = new OfferWatch((judged) => this.judged(judged));
    this.requests = this.resources.add(
      new CompletionRequests({
        ...parts,
        onDidChange: () => this.activities.fire(this.activity),
        onEnd: (running, answer) => this.ended(running, answer),
      }),
    );
  }

  get activity(): CompletionActivity {
    return { isAsking: this.requests.count > 0, failure: this.pause.failure };
  }

  get onDidChangeActivity(): Event<CompletionActivity> {
    return this.activities.event;
  }

  /** A completion is offered that was not before. */
  get onDidOffer(): Event<WatchedOffer> {
    return this.offerings.event;
  }

  /** It is known what became of one that was offered. */
  get onDidJudge(): Event<JudgedOffer> {
    return this.judgements.event;
  }

  /** What is held, for figures and tests. */
  get held(): { readonly kept: number; readonly bytes: number; readonly running: number } {
    const { reuse, requests } = this;
    return { kept: reuse.size, bytes: reuse.sizeBytes, running: requests.count };
  }

  /** Whether it matters to it where the cursor goes. */
  get isFollowing(): boolean {
    return this.watch.current !== undefined || this.requests.count > 0;
  }

  /** Completions for a place: at once where they are known, else a promise, which never rejects. */
  complete(query: CompletionQuery): Offers | Promise<Offers> {
    const { spot, selected, trigger, signal } = query;
    if (signal.aborted) {
      // It may be about a text that is no longer there.
      return [];
    }
    const model = this.parts.model();
    const target = selected ?? spot;
    this.moved(spot);
    if (!model) {
      return this.offer(query, this.localOffers(target));
    }
    const flow: Flow = { query, model, target, scope: this.scopeOf(model) };
    if (trigger === 'invoke') {
      return this.arriving(flow, this.alternatives(flow));
    }
    const known = this.reuse.find(flow.scope, target);
    countKnown(this.parts.tracing, isAnswered(known));
    return isAnswered(known)
      ? this.offer(query, known.offers.slice(0, 1))
      : this.arriving(
          flow,
          tracedKey(this.parts.tracing, (trace) => this.automatic({ ...flow, trace })),
        );
  }

  /** A key was pressed that changed the text. */
  typed(): void {
    this.debounce.typed();
  }

  /** Whether a model would have to be asked about this place. */
  isOpen(spot: CompletionSpot): boolean {
    const model = this.parts.model();
    return model !== undefined && !this.pause.isOn && !this.isCovered(model, spot);
  }

  /**
   * Asks about this place before the editor does, which waits longer after a key than a model that is
   * of use has to. Does nothing where the wait is not over by then, or as soon as `signal` aborts.
   */
  async askAhead(spot: CompletionSpot, signal: AbortSignal): Promise<void> {
    const model = this.parts.model();
    const leftMs = this.debounce.dueMs() - this.parts.clock.now();
    if (!model || leftMs > editorDelayMs) {
      return;
    }
    const scope = this.scopeOf(model);
    await Promise.all([
      this.reuse.load(spot.own(scope)),
      delay(this.parts.clock, Math.max(0, leftMs), signal),
    ]);
    if (!signal.aborted && this.isOpen(spot)) {
      const query: CompletionQuery = { spot, trigger: 'automatic', signal };
      this.start({ query, model, target: spot, scope }, 0);
    }
  }

  /** The cursor is here now: what can't be right any more is let go of. */
  moved(spot: CompletionSpot): void {
    const model = this.parts.model();
    this.watch.moved(spot);
    if (model && this.requests.count > 0) {
      this.requests.keepThoseThatFit(spot, this.scopeOf(model), this.reuse.linesAbove);
    }
  }

  /** The user has accepted all of what is shown. */
  accepted(): void {
    this.watch.accepted();
  }

  /** The user has sent away what is shown: it is not offered again there. */
  rejected(): void {
    this.watch.end('rejected');
    const { shown } = this;
    this.shown = undefined;
    if (shown) {
      for (const { text } of shown.offers) {
        this.reuse.rejections.add(shown.spot, text);
      }
    }
  }

  /**
   * Asks ahead of the user. Undefined where nothing had to be asked or there is no money for it;
   * rejects where the model fails.
   * @param target What its origin will say that it was prepared for.
   */
  async prepare(
    spot: CompletionSpot,
    target: string,
    signal: AbortSignal,
  ): Promise<RunningCompletion | undefined> {
    const model = this.parts.model();
    if (!model || this.pause.isOn || signal.aborted || this.isCovered(model, spot)) {
      return undefined;
    }
    const own = spot.own(this.scopeOf(model));
    const running = this.requests.start({
      spot,
      own,
      model,
      trigger: 'automatic',
      typedLength: own.text.length,
      alternative: 0,
      preparedFor: target,
    });
    await settled(running.done, signal);
    if (signal.aborted) {
      running.abort();
    }
    const answer = await running.done;
    if (answer.kind === 'failed' && answer.failure.kind !== 'overBudget') {
      throw new UserError(answer.failure.message);
    }
    return answer.kind === 'failed' ? undefined : running;
  }

  /** What was wrong may have been put right: models are asked again. */
  resume(): void {
    this.pause.end();
    this.activities.fire(this.activity);
  }

  /** Lets go of what is under way. */
  stop(): void {
    this.requests.letGoOfAll();
    this.watch.end('ignored');
  }

  /** Forgets everything that is known. */
  clear(): void {
    this.stop();
    this.reuse.clear();
  }

  dispose(): void {
    this.stop();
    this.resources.dispose();
  }

  /** Whether a completion for this place is known or under way. */
  private isCovered(model: CompletionModel, spot: CompletionSpot): boolean {
    const scope = this.scopeOf(model);
    const { linesAbove } = this.reuse;
    return (
      isAnswered(this.reuse.find(scope, spot)) ||
      this.requests.find(spot, scope, { linesAbove, alternative: 0 }) !== undefined
    );
  }

  private async automatic(flow: Flow): Promise<Offers> {
    const { query, target, scope, trace } = flow;
    const { clock } = this.parts;
    const dueMs = this.debounce.dueMs();
    trace?.enter(operation.completionKnown);
    const own = target.own(scope);
    const loading = this.reuse.load(own);
    const { linesAbove } = this.reuse;
    const late = await this.requests.find(target, scope, { linesAbove, alternative: 0 })?.done;
    await loading;
    const known = this.reuse.find(scope, target);
    if (query.signal.aborted || isAnswered(known)) {
      return known.offers.slice(0, 1);
    }
    if (late?.kind === 'completed') {
      // It was paid for, and what was typed meanwhile is something else.
      this.debounce.judged('ignored');
    }
    const leftMs = dueMs - clock.now();
    if (leftMs > 0) {
      trace?.enter(operation.debounce);
      await delay(clock, leftMs, query.signal);
    }
    if (query.signal.aborted) {
      return [];
    }
    if (this.pause.isOn) {
      return this.localOffers(target);
    }
    const waiting = trace?.enter(operation.completionWait);
    // What was prepared ahead may have begun meanwhile.
    const underWay = this.requests.find(target, scope, { linesAbove, alternative: 0 });
    await (underWay ?? this.start({ ...flow, trace: waiting }, 0)).done;
    return this.reuse.find(scope, target).offers.slice(0, 1);
  }

  /** All that is known for a place, and more until there are enough to choose from. */
  private async alternatives(flow: Flow): Promise<Offers> {
    const { target, scope } = flow;
    await this.reuse.load(target.own(scope));
    if (flow.query.signal.aborted) {
      return [];
    }
    // Asked for by hand, what was rejected may be wanted after all.
    this.reuse.rejections.remove(target);
    const known = this.reuse.find(scope, target).offers.length;
    const { linesAbove } = this.reuse;
    const missing = Array.from({ length: Math.max(0, maxAlternatives - known) }, (_, index) => {
      const alternative = known + index;
      const running = this.requests.find(target, scope, { linesAbove, alternative });
      return (running ?? this.start(flow, alternative)).done;
    });
    await Promise.all(missing);
    return this.reuse.find(scope, target).offers.slice(0, maxAlternatives);
  }

  private start(
    { query, model, target, scope, trace }: Flow,
    alternative: number,
  ): RunningCompletion {
    const own = target.own(scope);
    return this.requests.start({
      spot: target,
      own,
      model,
      trigger: query.trigger,
      typedLength: Math.min(query.spot.before.length, own.text.length),
      alternative,
      trace,
    });
  }

  /** What a promise brings, unless it comes too late; a guess of this machine may come before. */
  private async arriving({ query, target }: Flow, coming: Promise<Offers>): Promise<Offers> {
    const { clock, isLocalWhileSlow, onInternalError } = this.parts;
    const safe = coming.catch((error: unknown) => {
      onInternalError(error);
      return [];
    });
    if (query.trigger === 'invoke' || !isLocalWhileSlow()) {
      return this.offer(query, await settled(safe, query.signal));
    }
    const enough = new AbortController();
    const signal = AbortSignal.any([query.signal, enough.signal]);
    const guess = delay(clock, slowMs, signal).then(() => this.localOffers(target));
    const first = await Promise.race([
      settled(safe, query.signal),
      guess.then((offers) => (offers.length > 0 ? offers : settled(safe, query.signal))),
    ]);
    enough.abort();
    return this.offer(query, first);
  }

  /** Hands out offers, and watches from here on what becomes of them. */
  private offer(query: CompletionQuery, offers: Offers | undefined): Offers {
    if (query.signal.aborted || !offers) {
      return [];
    }
    this.shown = { spot: query.selected ?? query.spot, offers };
    const watched = this.watch.offered(query.spot, query.selected, offers);
    if (watched) {
      this.offerings.fire(watched);
    }
    return offers;
  }

  private localOffers(target: CompletionSpot): Offers {
    return this.parts.isLocalEnabled()
      ? localOffers(this.parts.predictor, this.reuse.rejections, target)
      : [];
  }

  private ended(running: RunningCompletion, answer: CompletionAnswer): void {
    if (answer.kind === 'failed') {
      this.pause.failed(answer.failure);
      this.parts.onFailure(answer.failure);
    } else if (answer.kind !== 'cancelled' && running.usage) {
      this.pause.end();
      this.debounce.answered(running.durationMs);
    }
    if (answer.kind === 'completed') {
      const { own, preparedFor } = running.ask;
      this.reuse.keep(own, answer.text, {
        id: this.parts.newId(),
        source: 'model',
        model: answer.model,
        requestId: running.requestId,
        ...(preparedFor === undefined ? {} : { preparedFor }),
      });
    }
  }

  private judged(judged: JudgedOffer): void {
    if (judged.watched.offer.origin.source === 'model') {
      this.debounce.judged(judged.fate);
    }
    this.judgements.fire(judged);
  }

  /** What completions must have in common, besides their place, to stand in for each other. */
  private scopeOf({ id, isAutomatic }: CompletionModel): string {
    return `${isAutomatic ? 'automatic' : id}\n${this.parts.promptVersion}`;
  }
}

/** One query on its way. */
interface Flow {
  readonly query: CompletionQuery;
  readonly model: CompletionModel;
  /** Where the completion goes. */
  readonly target: CompletionSpot;
  readonly scope: string;
  /** The key's own; absent where nothing is traced. */
  readonly trace?: TraceScope | undefined;
}
