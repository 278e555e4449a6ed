import { type CatalogueModel, type LatencyClass, pricesFor } from '../catalogue.ts';
import type { ModelFigures } from './modelStatistics.ts';

/** What a turn is expected to take, before it is begun. */
export interface TurnShape {
  readonly promptTokens: number;
  /** Requests of the turn: one, or several where tools are used in between. */
  readonly rounds: number;
}

/**
 * Rounds of a turn with tools, and what is written in a round: the middle of turns of an agent that
 * reads a few files and edits one. Only the comparison of models hangs on them.
 */
const roundsWithTools = 10;
const outputTokensPerRound = 600;
const promptGrowthPerRound = 1_500;

/**
 * Until a model has been measured: milliseconds to the first token and tokens a second of each class.
 * An order of magnitude, from the classes' names; the first dozen answers correct it.
 */
const classFigures: Readonly<Record<LatencyClass, readonly [number, number]>> = {
  fastest: [500, 150],
  fast: [1_000, 80],
  moderate: [1_500, 60],
  slower: [2_500, 45],
};

/** From so many measurements on, what was measured counts for more than what was expected. */
const trustedCount = 16;

export function turnShape(promptTokens: number, hasTools: boolean): TurnShape {
  return { promptTokens, rounds: hasTools ? roundsWithTools : 1 };
}

/**
 * What the turn would cost with this model, in US dollars; undefined where its prices are unknown.
 * @param isCached Whether the provider holds the prompt for this model already.
 */
export function turnCostUsd(
  model: CatalogueModel,
  { promptTokens, rounds }: TurnShape,
  isCached: boolean,
): number | undefined {
  const growth = (rounds - 1) * promptGrowthPerRound;
  const prices = pricesFor(model, promptTokens + growth);
  if (!prices) {
    return undefined;
  }
  const first = promptTokens * (isCached ? prices.cacheRead : prices.cacheWrite);
  const later = (rounds - 1) * promptTokens * prices.cacheRead + growth * prices.cacheWrite;
  const output = rounds * outputTokensPerRound * prices.output;
  return (first + later + output) / 1_000_000;
}

/** What it costs to have a prompt of this size written instead of read, in US dollars. */
export function cacheMissUsd(model: CatalogueModel, promptTokens: number): number {
  const prices = pricesFor(model, promptTokens);
  return prices ? (promptTokens * (prices.cacheWrite - prices.cacheRead)) / 1_000_000 : 0;
}

/** How long the models' part of the turn would take, milliseconds. */
export function turnMs(
  model: CatalogueModel,
  { rounds }: TurnShape,
  figures: ModelFigures,
): number {
  const [firstTokenMs, tokensPerSecond] = classFigures[model.latency];
  const first = blend(firstTokenMs, figures.firstTokenMs);
  const speed = Math.max(1, blend(tokensPerSecond, figures.tokensPerSecond));
  return rounds * (first + (outputTokensPerRound / speed) * 1_000);
}

/** Between what was expected and what was measured, by how much was measured. */
export function blend(expected: number, measured: ModelFigures['success']): number {
  const { value, count } = measured;
  const weight = Math.min(count, trustedCount * 4);
  return (expected * trustedCount + value * weight) / (trustedCount + weight);
}
