import type { ComponentChildren, JSX, RefObject } from 'preact';

interface ScrollRegionProps {
  /** The accessible name. */
  readonly label: string;
  readonly class: string;
  readonly children?: ComponentChildren;
  readonly rootRef?: RefObject<HTMLDivElement | null>;
}

/** Preformatted text that may need scrolling: it has a name and takes the focus, to be scrolled by keys. */
export function ScrollRegion(props: ScrollRegionProps): JSX.Element {
  const { label, class: className, children, rootRef } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
    <div class={className} role="group" aria-label={label} tabIndex={0} ref={rootRef}>
      {children}
    </div>
  );
}
