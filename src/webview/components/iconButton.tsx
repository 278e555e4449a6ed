import type { JSX } from 'preact';
import { Icon } from './icon.tsx';

interface IconButtonProps extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'label'> {
  readonly icon: string;
  /** The accessible name, shown as a tooltip too. */
  readonly label: string;
}

export function IconButton({
  icon,
  label,
  class: className,
  ...rest
}: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${className ?? ''}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
