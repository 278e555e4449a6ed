import type { CatalogueModel } from '../core/model/catalogue.ts';

/** A line about a model: what it costs and how much it takes. Dollars are for a million tokens. */
export function modelDetail(model: CatalogueModel): string {
  const { input, output } = model.usdPerMillionTokens;
  const long = model.longPrompt;
  const parts = [
    `$${input} in, $${output} out`,
    ...(long
      ? [
          `$${long.usdPerMillionTokens.input} in, $${long.usdPerMillionTokens.output} out above ${tokens(long.aboveTokens)}`,
        ]
      : []),
    `window ${tokens(model.contextTokens)}`,
    `answers up to ${tokens(model.maxOutputTokens)}`,
  ];
  return parts.join(' · ');
}

/** 1M, 200K or 950 tokens. */
function tokens(count: number): string {
  if (count >= 1_000_000) {
    return `${count / 1_000_000}M`;
  }
  return count >= 1_000 ? `${Math.round(count / 1_000)}K` : String(count);
}
