import type { PriceOverride } from '../settings.ts';
import {
  type Catalogue,
  type CatalogueModel,
  type PriceCard,
  type Prices,
  undated,
} from './catalogue.ts';
import type { ModelFacts } from './modelFacts.ts';

type Overrides = Readonly<Record<string, PriceOverride>>;

/** The catalogue that ships, as the user's prices and the endpoint's own word change it. */
export class LiveCatalogue implements Catalogue {
  readonly source: string;
  readonly asOf: string;
  readonly defaultModel: string;
  private readonly shipped: Catalogue;
  private overrides: Overrides = {};
  /** By id; undefined while the endpoint has not been asked. */
  private facts: ReadonlyMap<string, ModelFacts> | undefined;
  private byId: ReadonlyMap<string, CatalogueModel>;

  constructor(shipped: Catalogue) {
    this.shipped = shipped;
    this.source = shipped.source;
    this.asOf = shipped.asOf;
    this.defaultModel = shipped.defaultModel;
    this.byId = this.merged();
  }

  get models(): readonly CatalogueModel[] {
    return [...this.byId.values()];
  }

  find(id: string): CatalogueModel | undefined {
    return this.byId.get(id) ?? this.byId.get(undated(id));
  }

  pricesOf(id: string): PriceCard | undefined {
    const override = this.overrides[id] ?? this.overrides[undated(id)];
    return this.find(id) ?? (override ? overridden({}, override) : undefined);
  }

  /** Whether the endpoint offers the model, as far as is known. */
  isOffered(id: string): boolean {
    return !this.facts || this.facts.has(id);
  }

  /** The user's own prices, by model id. */
  setPrices(overrides: Overrides): void {
    this.overrides = overrides;
    this.byId = this.merged();
  }

  /** What the endpoint in use says of its models; undefined while that is not known. */
  setFacts(facts: readonly ModelFacts[] | undefined): void {
    this.facts = facts && new Map(facts.flatMap((fact) => byBothIds(fact)));
    this.byId = this.merged();
  }

  private merged(): ReadonlyMap<string, CatalogueModel> {
    const models = this.shipped.models.map((model) => {
      const fact = this.facts?.get(model.id);
      const override = this.overrides[model.id];
      const told = fact ? withFacts(model, fact) : model;
      return override ? { ...told, ...overridden(told, override) } : told;
    });
    return new Map(models.map((model) => [model.id, model]));
  }
}

function byBothIds(fact: ModelFacts): [string, ModelFacts][] {
  return [...new Set([fact.id, undated(fact.id)])].map((id) => [id, fact]);
}

function withFacts(model: CatalogueModel, fact: ModelFacts): CatalogueModel {
  const { id: _id, name: _name, retiresAt, lifecycle, ...abilities } = fact;
  const { retiresAt: shippedDate, ...rest } = model;
  const date = lifecycle === undefined ? shippedDate : retiresAt;
  return {
    ...rest,
    ...abilities,
    lifecycle: mergedLifecycle(model, lifecycle),
    ...(date === undefined ? {} : { retiresAt: date }),
  };
}

/** An active model that has a better successor stays one that is not chosen by itself. */
function mergedLifecycle(
  { lifecycle }: CatalogueModel,
  told: CatalogueModel['lifecycle'] | undefined,
): CatalogueModel['lifecycle'] {
  if (told === undefined) {
    return lifecycle;
  }
  return told === 'current' && lifecycle !== 'current' ? 'legacy' : told;
}

/**
 * The user's prices in place of the known ones. What they leave out keeps its ratio to the input
 * price; where that is not known either, the prompt cache is priced as plain input.
 */
function overridden(known: PriceCard, override: PriceOverride): PriceCard {
  const { input, output, cacheRead, cacheWrite } = override;
  const shipped = known.usdPerMillionTokens;
  const scaled = (price: (prices: Prices) => number): number =>
    shipped && shipped.input > 0 ? (input * price(shipped)) / shipped.input : input;
  return {
    usdPerMillionTokens: {
      input,
      output,
      cacheRead: cacheRead ?? scaled((prices) => prices.cacheRead),
      cacheWrite: cacheWrite ?? scaled((prices) => prices.cacheWrite),
      cacheWriteOneHour: scaled((prices) => prices.cacheWriteOneHour),
    },
    // A flat price of one's own has no steps.
    longPrompt: undefined,
  };
}
