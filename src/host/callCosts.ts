import { type Catalogue, costUsd } from '../core/model/catalogue.ts';
import type { Usage } from '../core/model/message.ts';
import type { Settings } from '../core/settings.ts';

/**
 * What a call to this model cost, US dollars; undefined where no price is known. Without a model it
 * cost nothing.
 */
export function callCostUsd(
  usage: Usage,
  model: string,
  { catalogue, settings }: { readonly catalogue: Catalogue; readonly settings: Settings },
): number | undefined {
  if (model === 'offline') {
    return 0;
  }
  return costsMoreThanKnown(model, catalogue, settings)
    ? undefined
    : costUsd(usage, catalogue.pricesOf(model));
}

/** What a faster answer costs is not in the catalogue; the user may know. */
function costsMoreThanKnown(model: string, catalogue: Catalogue, settings: Settings): boolean {
  const isFast = settings.get('speed') === 'fast' && catalogue.find(model)?.hasFastMode === true;
  return isFast && !Object.hasOwn(settings.get('prices'), model);
}
