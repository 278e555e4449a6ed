import type { CatalogueModel } from '../catalogue.ts';
import { type Complexity, complexFrom, simpleBelow } from './complexity.ts';
import type { ModelFigures } from './modelStatistics.ts';
import { blend, cacheMissUsd, turnCostUsd, turnMs, turnShape } from './turnEstimate.ts';

/** Everything that a choice depends on. */
export interface SelectionInput {
  /** The models that may be chosen; never empty. */
  readonly candidates: readonly CatalogueModel[];
  /** The id to prefer where nothing speaks for another. */
  readonly defaultModel: string;
  readonly complexity: Complexity;
  /** Whether somebody waits for the answer. */
  readonly isUrgent: boolean;
  readonly promptTokens: number;
  readonly hasImages: boolean;
  readonly hasTools: boolean;
  /** Room that the answer needs, tokens. */
  readonly outputTokens: number;
  /** Spending nears its limit. */
  readonly mustSave: boolean;
  /** What may still be spent, US dollars; undefined for no limit. */
  readonly budgetLeftUsd?: number;
  /** The model that the turn began with. */
  readonly turnModel?: string;
  /** The model of the turn before in the same thread. */
  readonly threadModel?: string;
  /** Whether the provider still holds the thread's prompt for that model. */
  readonly isThreadCached: boolean;
  /** The most that may be tried out, as a share from 0 to 1. */
  readonly explorationShare: number;
  readonly figuresOf: (model: string) => ModelFigures;
}

/** A choice, and why it was made in a sentence for the user. */
export interface Selection {
  readonly model: CatalogueModel;
  readonly reason: string;
}

/** A turn may take so much of what is left, so that ten of the dearest ones can still be asked for. */
const turnShareOfBudget = 0.1;

/**
 * What an outcome that holds is worth, and an hour of waiting, in US dollars: what makes quality, price
 * and time comparable. With them an ordinary question goes to Sonnet, a model that fails one time in
 * five more often has to save 40 cents a turn, and ten seconds are worth about a cent.
 */
const outcomeUsd = 2;
const waitingHourUsd = 5;
/** Background work keeps nobody waiting, but is not to take all day. */
const backgroundShare = 0.1;

/** Below this a switch in a thread is not worth the reader's surprise, US dollars. */
const leastGainUsd = 0.02;

/**
 * What a model of each capability is expected to master, until outcomes tell, and how its success
 * falls with what is asked beyond that.
 */
const mastered: readonly number[] = [0.15, 0.65, 0.85, 1];
const usualSuccess = 0.95;
const successLostPerExcess = 1.2;

/** A model is tried out only where it is likely to do well. */
const leastSuccessToTry = 0.7;

/** Chooses the model for a request. Decides by its input alone, but for the share of trials. */
export class AdaptiveModelSelector {
  private readonly random: () => number;
  private choices = 0;
  private trials = 0;

  /** @param random From 0 to below 1. */
  constructor(random: () => number) {
    this.random = random;
  }

  choose(input: SelectionInput): Selection {
    const { able, isNoneAble } = ableCandidates(input);
    const sticky = able.find((model) => model.id === input.turnModel);
    if (sticky) {
      return { model: sticky, reason: `${sticky.name}: it began this turn.` };
    }
    const options = affordable(able, input).map((model) => optionOf(model, input));
    const best = isNoneAble
      ? widest(options)
      : (this.trial(options, input) ?? decide(options, input));
    return { model: best.model, reason: `${best.model.name}: ${best.because}.` };
  }

  /** Now and then another model than the best one, so that it gets measured, too. */
  private trial(options: readonly Option[], input: SelectionInput): Decision | undefined {
    this.choices += 1;
    const isAllowed = this.trials + 1 <= this.choices * input.explorationShare;
    const { score } = input.complexity;
    const isOrdinary = score >= simpleBelow && score < complexFrom;
    if (!isAllowed || !isOrdinary || input.mustSave || this.random() >= input.explorationShare) {
      return undefined;
    }
    const best = decide(options, input).model;
    const [least] = options
      .filter((option) => option.model !== best && isWorthTrying(option, input))
      .sort((left, right) => left.count - right.count);
    if (!least) {
      return undefined;
    }
    this.trials += 1;
    return { model: least.model, because: 'tried now and then, to learn how well it does' };
  }
}

/** A model and what the turn would be like with it. */
interface Option {
  readonly model: CatalogueModel;
  /** Undefined where its prices are unknown. */
  readonly costUsd: number | undefined;
  readonly timeMs: number;
  readonly success: number;
  /** Outcomes that were measured. */
  readonly count: number;
  /** Success less cost and time, in US dollars. */
  readonly worthUsd: number;
}

interface Decision {
  readonly model: CatalogueModel;
  readonly because: string;
}

function optionOf(model: CatalogueModel, input: SelectionInput): Option {
  const figures = input.figuresOf(model.id);
  const shape = turnShape(input.promptTokens, input.hasTools);
  const isCached = input.isThreadCached && model.id === input.threadModel;
  const costUsd = turnCostUsd(model, shape, isCached);
  const timeMs = turnMs(model, shape, figures);
  const success = blend(expectedSuccess(model, input.complexity.score), figures.success);
  const hourUsd = waitingHourUsd * (input.isUrgent ? 1 : backgroundShare);
  const worthUsd = success * outcomeUsd - (costUsd ?? 0) - (timeMs / 3_600_000) * hourUsd;
  return { model, costUsd, timeMs, success, count: figures.success.count, worthUsd };
}

function expectedSuccess({ capability }: CatalogueModel, score: number): number {
  const limit = mastered[Math.min(capability, mastered.length) - 1] ?? 0;
  return usualSuccess - Math.max(0, score - limit) * successLostPerExcess;
}

/** Those that can take the request. Where none can, all: the largest of them says what is wrong. */
function ableCandidates(input: SelectionInput): {
  readonly able: readonly CatalogueModel[];
  readonly isNoneAble: boolean;
} {
  const able = input.candidates.filter(
    (model) =>
      input.promptTokens + Math.min(input.outputTokens, model.maxOutputTokens) <=
        model.contextTokens &&
      (model.acceptsImages || !input.hasImages),
  );
  return able.length > 0
    ? { able, isNoneAble: false }
    : { able: input.candidates, isNoneAble: true };
}

/** Those that the budget allows; where it allows none, the cheapest. An unknown price is no reason. */
function affordable(
  models: readonly CatalogueModel[],
  input: SelectionInput,
): readonly CatalogueModel[] {
  const { budgetLeftUsd } = input;
  if (budgetLeftUsd === undefined) {
    return models;
  }
  const allowed = models.filter(
    (model) => (optionOf(model, input).costUsd ?? 0) <= budgetLeftUsd * turnShareOfBudget,
  );
  return allowed.length > 0
    ? allowed
    : [cheapest(models.map((model) => optionOf(model, input))).model];
}

function decide(options: readonly Option[], input: SelectionInput): Decision {
  const { complexity } = input;
  if (input.mustSave) {
    const { model } = cheapest(options);
    return { model, because: 'the cheapest that can do it, because spending nears its limit' };
  }
  if (complexity.score < simpleBelow && input.isUrgent) {
    const { model } = first(options, (option) => -option.timeMs);
    return stayOr(
      { model, because: `${reasonOf('a simple request', complexity)}, and it is the fastest` },
      options,
      input,
    );
  }
  if (complexity.score >= complexFrom) {
    const { model } = first(
      options,
      ({ model: { capability }, costUsd }) => capability - (costUsd ?? 0) / 1e6,
    );
    const because = `${reasonOf('a demanding task', complexity)}, and it is the most capable that the budget allows`;
    return stayOr({ model, because }, options, input);
  }
  const best = first(options, (option) => option.worthUsd + usualBonus(option, input));
  return stayOr({ model: best.model, because: ordinaryReason(best) }, options, input);
}

/** Stays with the thread's model unless a switch gains more than the prompt cache it voids. */
function stayOr(decision: Decision, options: readonly Option[], input: SelectionInput): Decision {
  const current = options.find(({ model }) => model.id === input.threadModel);
  const other = options.find(({ model }) => model === decision.model);
  if (!current || !other || current === other) {
    return decision;
  }
  const shape = turnShape(input.promptTokens, input.hasTools);
  const cachedUsd = turnCostUsd(other.model, shape, input.isThreadCached);
  const missUsd = input.isThreadCached ? switchUsd(current.model, other.model, input) : 0;
  // The cost of the miss is weighed by itself, so the gain leaves it out.
  const gainUsd = other.worthUsd + ((other.costUsd ?? 0) - (cachedUsd ?? 0)) - current.worthUsd;
  if (gainUsd > Math.max(missUsd, leastGainUsd)) {
    return decision;
  }
  const because = input.isThreadCached
    ? `it stays in this thread, because a switch to ${other.model.name} would lose the prompt cache (${usd(missUsd)}) and gain less`
    : `it stays in this thread, because a switch to ${other.model.name} would gain too little`;
  return { model: current.model, because };
}

/** The prompt is written anew for the other model and, most likely, once more on the way back. */
function switchUsd(from: CatalogueModel, to: CatalogueModel, input: SelectionInput): number {
  const { promptTokens } = input;
  const isUpward = to.capability > from.capability;
  return cacheMissUsd(to, promptTokens) + (isUpward ? 0 : cacheMissUsd(from, promptTokens));
}

function isWorthTrying(option: Option, input: SelectionInput): boolean {
  const isSwitch = input.threadModel !== undefined && option.model.id !== input.threadModel;
  const missUsd =
    isSwitch && input.isThreadCached ? cacheMissUsd(option.model, input.promptTokens) : 0;
  return option.success >= leastSuccessToTry && missUsd <= leastGainUsd;
}

/** Between equals the usual model is taken. */
function usualBonus({ model }: Option, input: SelectionInput): number {
  return model.id === input.defaultModel ? leastGainUsd : 0;
}

/** An unknown price counts as the highest: only what is known to be cheap saves. */
function cheapest(options: readonly Option[]): Option {
  return first(options, ({ costUsd }) => -(costUsd ?? Number.MAX_VALUE));
}

function widest(options: readonly Option[]): Decision {
  const { model } = first(options, (option) => option.model.contextTokens);
  return { model, because: 'none of the models takes a request like this, and it takes the most' };
}

/** The one with the highest score; of equals, the one listed first. */
function first(options: readonly Option[], score: (option: Option) => number): Option {
  return options.reduce((best, option) => (score(option) > score(best) ? option : best));
}

function ordinaryReason({ success, count }: Option): string {
  const measured = `${Math.round(success * 100)} % of its answers are expected to hold`;
  return count > 0
    ? `the best balance of quality, time and price for this (${measured}, ${count} measured)`
    : 'the best balance of quality, time and price for ordinary work';
}

function reasonOf(kind: string, { because }: Complexity): string {
  return because === '' ? kind : `${kind} (${because})`;
}

function usd(amount: number): string {
  return amount < 0.01 ? 'less than a cent' : `about $${amount.toFixed(2)}`;
}
