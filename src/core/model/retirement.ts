import type { Clock } from '../../base/clock.ts';
import type { Catalogue, CatalogueModel } from './catalogue.ts';

/** Replacements of replacements; a longer chain than there were generations is a mistake. */
const maxSteps = 8;

/** A model that answers no more, and the one to ask in its place. */
export interface Retirement {
  readonly retired: CatalogueModel;
  readonly replacement: CatalogueModel;
}

/**
 * What to ask in place of a model that answers no more at this time, in milliseconds since 1970.
 * Undefined for one that still answers, that is not known, or that has no successor.
 */
export function retirementOf(
  catalogue: Catalogue,
  id: string,
  wallTime: number,
): Retirement | undefined {
  const retired = catalogue.find(id);
  let model = retired;
  for (let step = 0; model && isRetired(model, wallTime) && step < maxSteps; step += 1) {
    model = model.replacedBy === undefined ? undefined : catalogue.find(model.replacedBy);
  }
  return retired && model && model !== retired ? { retired, replacement: model } : undefined;
}

export function isRetired({ lifecycle, retiresAt }: CatalogueModel, wallTime: number): boolean {
  return lifecycle === 'retired' || (retiresAt !== undefined && Date.parse(retiresAt) <= wallTime);
}

/** Tells the user of a replacement. */
function retirementText({ retired, replacement }: Retirement): string {
  return `${retired.name} is no longer available. Slipstream asks ${replacement.name} in its place.`;
}

export interface RetirementsParts {
  readonly catalogue: () => Promise<Catalogue>;
  readonly clock: Clock;
  /** Told once of each retired model that another one stands in for. */
  readonly onRetired: (text: string) => void;
}

/** Finds what stands in for retired models, and tells the user. */
export class Retirements {
  private readonly parts: RetirementsParts;
  private readonly told = new Set<string>();

  constructor(parts: RetirementsParts) {
    this.parts = parts;
  }

  /** Undefined for a model that still answers. An arrow, so that it can be handed on by itself. */
  readonly replacementOf = async (model: string): Promise<Retirement | undefined> => {
    const { catalogue, clock, onRetired } = this.parts;
    const retirement = retirementOf(await catalogue(), model, clock.wallTime());
    if (retirement && !this.told.has(retirement.retired.id)) {
      this.told.add(retirement.retired.id);
      onRetired(retirementText(retirement));
    }
    return retirement;
  };
}
