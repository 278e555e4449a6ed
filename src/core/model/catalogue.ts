import { BugError } from '../../base/errors.ts';
import { lazy } from '../../base/lazy.ts';
import type { Usage } from './message.ts';
import type { Effort } from './request.ts';

/** What `thinking.type` a model accepts. */
export type ThinkingMode = 'adaptive' | 'between_tools' | 'disabled' | 'enabled';

/** US dollars for a million tokens. */
export interface Prices {
  readonly input: number;
  readonly output: number;
  /** Written to the prompt cache with the five-minute lifetime. */
  readonly cacheWrite: number;
  /** Written to the prompt cache with the one-hour lifetime. */
  readonly cacheWriteOneHour: number;
  readonly cacheRead: number;
}

/** What a model costs. Without prices it is not known, and never guessed. */
export interface PriceCard {
  readonly usdPerMillionTokens?: Prices;
  /** Prices of every token of a request whose prompt is longer than `aboveTokens`. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly usdPerMillionTokens: Prices };
}

/** `legacy` still answers but has a better successor; `retired` answers no more. */
export type Lifecycle = 'current' | 'legacy' | 'retired';

/** How soon and how fast a model answers, as its maker puts it. */
export type LatencyClass = 'fastest' | 'fast' | 'moderate' | 'slower';

/** What is known of one model before it is asked. */
export interface CatalogueModel extends PriceCard {
  readonly id: string;
  readonly name: string;
  readonly lifecycle: Lifecycle;
  /** The day from which it answers no more, as `YYYY-MM-DD`, where one is set. */
  readonly retiresAt?: string;
  /** The model to ask in its place. */
  readonly replacedBy?: string;
  /** How demanding a task it masters, from 1: Haiku, Sonnet, Opus, Fable. */
  readonly capability: number;
  readonly latency: LatencyClass;
  /** The whole window: prompt and answer. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Empty where the model has no effort parameter. */
  readonly effortLevels: readonly Effort[];
  /** What the model does when not told; absent where its documentation does not say. */
  readonly defaultEffort?: Effort;
  readonly thinking: readonly ThinkingMode[];
  readonly thinksByDefault: boolean;
  /** A shorter prefix is not written to the prompt cache. */
  readonly minCacheableTokens: number;
  readonly acceptsImages: boolean;
  /** Whether `tool_choice` may force a tool. */
  readonly acceptsForcedTools: boolean;
  /** Whether `speed: "fast"` is accepted. */
  readonly hasFastMode: boolean;
}

export interface CatalogueContents {
  /** Where the figures come from. */
  readonly source: string;
  /** When they were read, as `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly defaultModel: string;
  readonly models: readonly CatalogueModel[];
}

/** The models that Slipstream knows, current ones first. */
export interface Catalogue extends CatalogueContents {
  /** Undefined for a model that is not in the catalogue, such as a local one. */
  find(id: string): CatalogueModel | undefined;
  /** The user's own prices, else the catalogue's. Known for some models that `find` does not know. */
  pricesOf(id: string): PriceCard | undefined;
}

/** The catalogue that ships with Slipstream. Its data is loaded on first use. */
export const loadCatalogue: () => Promise<Catalogue> = lazy(async () => {
  const { default: data } = await import('../../../media/models.json', { with: { type: 'json' } });
  return createCatalogue({ ...data, models: data.models.map(toModel) });
});

export function createCatalogue(contents: CatalogueContents): Catalogue {
  const byId = new Map(contents.models.map((model) => [model.id, model]));
  const find = (id: string): CatalogueModel | undefined => byId.get(id) ?? byId.get(undated(id));
  return { ...contents, find, pricesOf: find };
}

/** A dated id, such as claude-haiku-4-5-20251001, names a snapshot of the model. */
export function undated(id: string): string {
  return id.replace(/-\d{8}$/, '');
}

/** What a token costs in a request with a prompt of this length; undefined where it is not known. */
export function pricesFor(card: PriceCard | undefined, promptTokens: number): Prices | undefined {
  const { longPrompt } = card ?? {};
  const isLong = longPrompt !== undefined && promptTokens > longPrompt.aboveTokens;
  return (isLong ? longPrompt : card)?.usdPerMillionTokens;
}

/** What a request cost, in US dollars; undefined where the model's prices are not known. */
export function costUsd(usage: Usage, card: PriceCard | undefined): number | undefined {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const prices = pricesFor(card, promptTokens);
  if (!prices) {
    return undefined;
  }
  const microUsd =
    usage.inputTokens * prices.input +
    usage.outputTokens * prices.output +
    usage.cacheWriteTokens * prices.cacheWrite +
    (usage.hourCacheWriteTokens ?? 0) * (prices.cacheWriteOneHour - prices.cacheWrite) +
    usage.cacheReadTokens * prices.cacheRead;
  return microUsd / 1_000_000;
}

const lifecycles: readonly Lifecycle[] = ['current', 'legacy', 'retired'];
const latencies: readonly LatencyClass[] = ['fastest', 'fast', 'moderate', 'slower'];
const efforts: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];
const thinkingModes: readonly ThinkingMode[] = ['adaptive', 'between_tools', 'disabled', 'enabled'];

/** An entry of the file as JSON's types have it: names of levels and modes are mere strings. */
type Entry = Omit<
  CatalogueModel,
  'lifecycle' | 'latency' | 'effortLevels' | 'defaultEffort' | 'thinking'
> & {
  readonly lifecycle: string;
  readonly latency: string;
  readonly effortLevels: readonly string[];
  readonly defaultEffort?: string;
  readonly thinking: readonly string[];
};

function toModel(entry: Entry): CatalogueModel {
  const { lifecycle, latency, effortLevels, defaultEffort, thinking, ...plain } = entry;
  return {
    ...plain,
    lifecycle: oneOf(lifecycles, lifecycle),
    latency: oneOf(latencies, latency),
    effortLevels: effortLevels.map((level) => oneOf(efforts, level)),
    ...(defaultEffort ? { defaultEffort: oneOf(efforts, defaultEffort) } : {}),
    thinking: thinking.map((mode) => oneOf(thinkingModes, mode)),
  };
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new BugError(`The model catalogue holds an unknown value: ${value}`);
  }
  return found;
}
