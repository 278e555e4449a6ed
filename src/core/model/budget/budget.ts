import type { Clock } from '../../../base/clock.ts';
import { Emitter, type Event } from '../../../base/emitter.ts';
import { BugError } from '../../../base/errors.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { UsageLedger } from '../../store/usageLedger.ts';
import {
  localDay,
  monthOf,
  type NewUsageCall,
  type UsageCallEnd,
  type UsageTotals,
} from '../../store/usageRecords.ts';
import { type Connection, hostOf, isLoopback } from '../connection.ts';
import { noUsage, type Usage } from '../message.ts';
import type { ModelFailure, ModelRequest, Surface } from '../request.ts';
import { estimateUsage } from './estimate.ts';
import { judge, type Limit, type LimitState, statesOf, type Verdict } from './limits.ts';
import { decisionText, nearText, reachedText, refusalText, unpricedText } from './wording.ts';

/** What a call costs that used so much, US dollars; undefined where no price is known. */
export type CostOf = (usage: Usage, model: string) => number | undefined;

export interface BudgetOptions {
  readonly ledger: UsageLedger;
  readonly clock: Clock;
  /** Asked for each call. */
  readonly limits: () => readonly Limit[];
  /** Share of a limit from which on to warn and to save, percent. */
  readonly warnAtPercent: () => number;
  /** Loads the prices. */
  readonly pricing: () => Promise<CostOf>;
  /** About how many tokens a prompt has. */
  readonly countPrompt: (request: ModelRequest) => number;
}

/** What may be billed: the offline responder is not. */
export type BilledConnection = Exclude<Connection, { readonly kind: 'offline' }>;

/** What is to be said of a request before it goes its way. */
export interface Forecast {
  readonly verdict: Verdict;
  readonly estimateUsd: number | undefined;
  /** For the request's trail. */
  readonly text: string;
}

/** A call that may go out, or why it may not. */
export type Admission =
  | { readonly kind: 'admitted'; readonly call: BilledCall }
  | { readonly kind: 'refused'; readonly failure: ModelFailure }
  | { readonly kind: 'cancelled' };

/** A call that is counted with its estimate until it is finished. */
export interface BilledCall {
  /** About how many tokens its prompt has. */
  readonly promptTokens: number;
  finish(end: Omit<UsageCallEnd, 'costUsd'>): void;
}

/** Something about money that the user should know. */
export interface BudgetWarning {
  readonly kind: 'near' | 'reached' | 'unpriced';
  readonly text: string;
}

/** Keeps what is spent on models within the user's limits. */
export class Budget implements Disposable {
  private readonly options: BudgetOptions;
  private readonly warnings = new Emitter<BudgetWarning>();
  /** What was warned of: each step of each limit once. */
  private readonly warned = new Set<string>();
  private isLifted = false;

  constructor(options: BudgetOptions) {
    this.options = options;
  }

  get onDidWarn(): Event<BudgetWarning> {
    return this.warnings.event;
  }

  get areLimitsLifted(): boolean {
    return this.isLifted;
  }

  /** Lifts all limits until the window is closed. Everything is counted as before. */
  allowOverBudget(): void {
    this.isLifted = true;
  }

  /** What was spent in this session, today and this month, by surface and model. */
  totals(): readonly UsageTotals[] {
    return this.options.ledger.totals();
  }

  /** What may still be spent on a surface, US dollars; undefined where nothing limits it. */
  leftUsd(surface: Surface): number | undefined {
    const limits = this.isLifted ? [] : this.options.limits();
    const states = limits.length > 0 ? statesOf(limits, this.totals(), surface) : [];
    const left = states.map(({ limit, spentUsd }) => Math.max(0, limit.usd - spentUsd));
    return left.length > 0 ? Math.min(...left) : undefined;
  }

  /** What a request will cost and what the limits say to it. Promises nothing: `admit` decides. */
  async forecast(request: ModelRequest, connection: BilledConnection): Promise<Forecast> {
    const { forecast } = await this.prepare(request, connection);
    const made = forecast(this.totals());
    if (made.verdict.kind === 'warn') {
      this.warn('near', made.verdict.at);
    }
    return made;
  }

  /** What to answer to a request that a limit forbids. The user is told of the limit, once. */
  refuse(forecast: Forecast): ModelFailure {
    const { verdict, estimateUsd } = forecast;
    if (verdict.kind !== 'refuse') {
      throw new BugError('A request was refused that no limit forbids.');
    }
    this.warn('reached', verdict.at);
    const message = refusalText(verdict.at, estimateUsd);
    return { kind: 'overBudget', message, canRetry: false };
  }

  /**
   * Writes a call down with its estimate where the limits allow it, before it goes out. All windows
   * ask one after the other, so that together they exceed a limit by no more than the estimates of
   * what runs are wrong.
   */
  async admit(
    request: ModelRequest,
    connection: BilledConnection,
    signal: AbortSignal,
  ): Promise<Admission> {
    const { forecast, promptTokens, costOf } = await this.prepare(request, connection);
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    let made = forecast([]);
    const call = this.options.ledger.begin(toCall(request, connection), (totals) => {
      made = forecast(totals);
      return made.verdict.kind === 'refuse' ? undefined : made;
    });
    if (!call) {
      return { kind: 'refused', failure: this.refuse(made) };
    }
    if (made.estimateUsd === undefined && isElsewhere(connection)) {
      this.warnOfPrice(request.model);
    }
    const finish: BilledCall['finish'] = (end) => {
      // What used nothing costs nothing, whatever the prices.
      const costUsd = end.usage === noUsage ? 0 : costOf(end.usage, request.model);
      this.options.ledger.finish(call, { ...end, costUsd });
    };
    return { kind: 'admitted', call: { promptTokens, finish } };
  }

  /** Why the limits forbid to spend so much at once, in US dollars; undefined where they do not. */
  refusalOf(surface: Surface, estimateUsd: number | undefined): string | undefined {
    const states = statesOf(this.options.limits(), this.totals(), surface);
    const verdict = judge(states, estimateUsd, this.options.warnAtPercent());
    return verdict.kind === 'refuse' && !this.isLifted
      ? refusalText(verdict.at, estimateUsd)
      : undefined;
  }

  /** Counts a call that has come to its end elsewhere, at a share of the usual price. */
  async record(call: NewUsageCall, usage: Usage, priceShare: number): Promise<void> {
    const usd = (await this.options.pricing())(usage, call.model);
    const costUsd = usd === undefined ? undefined : usd * priceShare;
    const begun = this.options.ledger.begin(call, () => ({ estimateUsd: costUsd }));
    if (begun) {
      this.options.ledger.finish(begun, { outcome: 'done', usage, costUsd, durationMs: 0 });
    }
  }

  dispose(): void {
    this.warnings.dispose();
  }

  private async prepare(request: ModelRequest, connection: BilledConnection) {
    const costOf = connection.kind === 'editor' ? noPrice : await this.options.pricing();
    const promptTokens = this.options.countPrompt(request);
    const forecast = (totals: readonly UsageTotals[]): Forecast => {
      const estimateUsd = costOf(estimateUsage(request, promptTokens, totals), request.model);
      const states = statesOf(this.options.limits(), totals, request.surface);
      const judged = judge(states, estimateUsd, this.options.warnAtPercent());
      const isLifted = this.isLifted && judged.kind === 'refuse';
      const verdict: Verdict = isLifted ? { kind: 'warn', at: judged.at } : judged;
      return { verdict, estimateUsd, text: decisionText(judged, estimateUsd, isLifted) };
    };
    return { costOf, promptTokens, forecast };
  }

  private warn(kind: 'near' | 'reached', at: LimitState): void {
    const { period, surface = '', usd } = at.limit;
    const periodKey = period === 'session' ? '' : localDay(this.options.clock.wallTime());
    const key = [kind, period, surface, usd, period === 'month' ? monthOf(periodKey) : periodKey];
    const text = kind === 'near' ? nearText(at) : reachedText(at);
    this.warnOnce(key.join(' '), { kind, text });
  }

  private warnOfPrice(model: string): void {
    if (this.options.limits().length > 0) {
      this.warnOnce(`unpriced ${model}`, { kind: 'unpriced', text: unpricedText(model) });
    }
  }

  private warnOnce(key: string, warning: BudgetWarning): void {
    if (!this.warned.has(key)) {
      this.warned.add(key);
      this.warnings.fire(warning);
    }
  }
}

function toCall(
  { id: requestId, surface, priority, model, threadId }: ModelRequest,
  connection: BilledConnection,
): NewUsageCall {
  return {
    requestId,
    surface,
    priority,
    model,
    endpoint: connection.kind === 'editor' ? 'editor' : hostOf(connection.endpoint),
    ...(threadId === undefined ? {} : { threadId }),
  };
}

/** The editor's own models come with a subscription, whatever their names are. */
const noPrice: CostOf = () => undefined;

/** Whether an unknown price is likely to be one that must be paid. */
function isElsewhere(connection: BilledConnection): boolean {
  return connection.kind !== 'editor' && !isLoopback(connection.endpoint);
}
