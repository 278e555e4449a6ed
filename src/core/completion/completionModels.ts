import type { Catalogue, CatalogueModel, LatencyClass } from '../model/catalogue.ts';

const order: readonly LatencyClass[] = ['fastest', 'fast', 'moderate', 'slower'];
const quick: ReadonlySet<LatencyClass> = new Set<LatencyClass>(['fastest', 'fast']);

/**
 * Whether a model can answer before the next key: it is quick, and need not think first. A model that
 * the catalogue does not know, as a local server's, is the user's own choice.
 */
export function suitsCompletions(model: CatalogueModel | undefined): boolean {
  if (!model) {
    return true;
  }
  const { lifecycle, latency, thinking } = model;
  const canSkipThinking = thinking.includes('disabled') || thinking.includes('between_tools');
  return lifecycle !== 'retired' && quick.has(latency) && canSkipThinking;
}

/** The models that suit, those that answer soonest and cost least first; legacy ones last. */
export function completionModels({ models }: Pick<Catalogue, 'models'>): readonly CatalogueModel[] {
  return models.filter(suitsCompletions).sort((left, right) => rankOf(left) - rankOf(right));
}

function rankOf({ lifecycle, latency, usdPerMillionTokens }: CatalogueModel): number {
  const age = lifecycle === 'current' ? 0 : 1;
  // No model costs a thousand dollars: the classes stay apart.
  return age * 10_000 + order.indexOf(latency) * 1_000 + (usdPerMillionTokens?.output ?? 0);
}
