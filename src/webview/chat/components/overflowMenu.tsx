import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/iconButton.tsx';

export type MenuItem =
  | 'separator'
  | { readonly label: string; readonly icon: string; readonly run: () => void };

/** A button with three dots and the menu it opens, with the keys of a menu. */
export function OverflowMenu({
  label,
  items,
}: {
  label: string;
  items: readonly MenuItem[];
}): JSX.Element {
  const isOpen = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const close = (shouldFocus: boolean): void => {
    isOpen.value = false;
    if (shouldFocus) {
      root.current?.querySelector('button')?.focus();
    }
  };
  return (
    <div
      class="menu-anchor"
      ref={root}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && root.current?.contains(event.relatedTarget))) {
          close(false);
        }
      }}
    >
      <IconButton
        icon="ellipsis"
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        onClick={() => (isOpen.value = !isOpen.value)}
      />
      {isOpen.value && <Menu label={label} items={items} onClose={close} />}
    </div>
  );
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly onClose: (shouldFocus: boolean) => void;
}

function Menu({ label, items, onClose }: MenuProps): JSX.Element {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => menuItems(menu.current)[0]?.focus(), []);
  return (
    <div
      class="menu"
      role="menu"
      aria-label={label}
      ref={menu}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault();
          event.stopPropagation();
          onClose(true);
        } else {
          moveFocus(menu.current, event);
        }
      }}
    >
      {items.map((item, index) =>
        item === 'separator' ? (
          <hr class="menu-separator" key={index} />
        ) : (
          <button
            type="button"
            class="menu-item"
            role="menuitem"
            tabIndex={-1}
            key={item.label}
            onClick={() => {
              onClose(true);
              item.run();
            }}
          >
            <Icon name={item.icon} />
            {item.label}
          </button>
        ),
      )}
    </div>
  );
}

function menuItems(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
}

function moveFocus(menu: HTMLElement | null, event: KeyboardEvent): void {
  const items = menuItems(menu);
  const active = document.activeElement;
  const at = active instanceof HTMLElement ? items.indexOf(active) : -1;
  const targets: Record<string, number> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const target = targets[event.key];
  if (target !== undefined) {
    event.preventDefault();
    items[target]?.focus();
  }
}
