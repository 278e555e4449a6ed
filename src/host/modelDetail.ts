import type { CatalogueModel, Prices } from '../core/model/catalogue.ts';

/** A line about a model: what it costs and how much it takes. Dollars are for a million tokens. */
export function modelDetail(model: CatalogueModel): string {
  const { usdPerMillionTokens: prices, longPrompt: long } = model;
  const parts = [
    prices ? inAndOut(prices) : 'price not known',
    ...(long ? [`${inAndOut(long.usdPerMillionTokens)} above ${tokens(long.aboveTokens)}`] : []),
    ...(model.retiresAt ? [`answers until ${model.retiresAt}`] : []),
    `window ${tokens(model.contextTokens)}`,
    `answers up to ${tokens(model.maxOutputTokens)}`,
  ];
  return parts.join(' · ');
}

function inAndOut({ input, output }: Prices): string {
  return `$${input} in, $${output} out`;
}

/** 1M, 200K or 950 tokens. */
function tokens(count: number): string {
  if (count >= 1_000_000) {
    return `${count / 1_000_000}M`;
  }
  return count >= 1_000 ? `${Math.round(count / 1_000)}K` : String(count);
}
