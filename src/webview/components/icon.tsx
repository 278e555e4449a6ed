import type { JSX } from 'preact';

/** A codicon. Decoration: what it means is said in words beside it. */
export function Icon({ name, isSpinning }: { name: string; isSpinning?: boolean }): JSX.Element {
  const spin = isSpinning ? ' codicon-modifier-spin' : '';
  return <span class={`codicon codicon-${name}${spin}`} aria-hidden="true" />;
}
