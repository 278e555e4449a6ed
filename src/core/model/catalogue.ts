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
  readonly cacheRead: number;
}

/** What is known of one model before it is asked. */
export interface CatalogueModel {
  readonly id: string;
  readonly name: string;
  /** The whole window: prompt and answer. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly usdPerMillionTokens: Prices;
  /** Prices of every token of a request whose prompt is longer than `aboveTokens`. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly usdPerMillionTokens: Prices };
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
}

/** The catalogue that ships with Slipstream. Its data is loaded on first use. */
export const loadCatalogue: () => Promise<Catalogue> = lazy(async () => {
  const { default: data } = await import('../../../media/models.json', { with: { type: 'json' } });
  return createCatalogue({ ...data, models: data.models.map(toModel) });
});

export function createCatalogue(contents: CatalogueContents): Catalogue {
  const byId = new Map(contents.models.map((model) => [model.id, model]));
  return {
    ...contents,
    // A dated id, such as claude-haiku-4-5-20251001, names a snapshot of the model.
    find: (id) => byId.get(id) ?? byId.get(id.replace(/-\d{8}$/, '')),
  };
}

/** What a request cost, in US dollars; undefined where the model's prices are not known. */
export function costUsd(usage: Usage, model: CatalogueModel | undefined): number | undefined {
  if (!model) {
    return undefined;
  }
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { longPrompt } = model;
  const card = longPrompt && promptTokens > longPrompt.aboveTokens ? longPrompt : model;
  const prices = card.usdPerMillionTokens;
  const microUsd =
    usage.inputTokens * prices.input +
    usage.outputTokens * prices.output +
    usage.cacheWriteTokens * prices.cacheWrite +
    usage.cacheReadTokens * prices.cacheRead;
  return microUsd / 1_000_000;
}

const efforts: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];
const thinkingModes: readonly ThinkingMode[] = ['adaptive', 'between_tools', 'disabled', 'enabled'];

/** An entry of the file as JSON's types have it: names of levels and modes are mere strings. */
type Entry = Omit<CatalogueModel, 'effortLevels' | 'defaultEffort' | 'thinking'> & {
  readonly effortLevels: readonly string[];
  readonly defaultEffort?: string;
  readonly thinking: readonly string[];
};

function toModel({ effortLevels, defaultEffort, thinking, ...plain }: Entry): CatalogueModel {
  return {
    ...plain,
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
