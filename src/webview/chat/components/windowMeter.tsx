import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { formatTokens } from '../../../shared/figures.ts';
import type { ThreadMeter } from '../../../shared/views.ts';
import { Later } from './later.tsx';
import { usePanel } from './panelContext.ts';

/** A pointer that only passes by opens nothing, milliseconds. Own choice, as VS Code's hovers. */
const hoverDelayMs = 400;

/** How full the model's window is; opens what fills it on a click, and on resting on it. */
export function WindowMeter({ meter }: { meter: ThreadMeter }): JSX.Element | null {
  const { panel } = usePanel();
  const isOpen = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const { windowTokens, windowLimit, isEstimate } = meter;
  useEffect(() => openOnRest(root.current, isOpen, panel.clock), [windowTokens === 0]);
  if (windowTokens === 0) {
    return null;
  }
  const used = `${isEstimate ? 'about ' : ''}${formatTokens(windowTokens)}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: closes what its button opens.
    <div
      class="meter-window"
      ref={root}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && root.current?.contains(event.relatedTarget))) {
          isOpen.value = false;
        }
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && isOpen.peek()) {
          event.stopPropagation();
          isOpen.value = false;
          root.current?.querySelector('button')?.focus();
        }
      }}
    >
      <button
        type="button"
        class="meter-button"
        aria-expanded={isOpen.value}
        aria-label={`Context window: ${used}${windowLimit === undefined ? '' : ` of ${formatTokens(windowLimit)}`} tokens`}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {used}
        {windowLimit === undefined ? (
          ' tokens'
        ) : (
          <span class="meter-limit"> of {formatTokens(windowLimit)}</span>
        )}
      </button>
      {isOpen.value && (
        <Later>
          {({ UsagePopover }) => <UsagePopover key={panel.thread.id.value} meter={meter} />}
        </Later>
      )}
    </div>
  );
}

/** Opens where the pointer rests, and closes where it leaves, unless the focus is inside. */
function openOnRest(
  element: HTMLElement | null,
  isOpen: { value: boolean },
  clock: Clock,
): (() => void) | undefined {
  if (!element) {
    return undefined;
  }
  let timer: Disposable | undefined;
  const enter = (): void => {
    timer = clock.setTimeout(() => {
      isOpen.value = true;
    }, hoverDelayMs);
  };
  const leave = (): void => {
    timer?.dispose();
    if (!element.contains(document.activeElement)) {
      isOpen.value = false;
    }
  };
  element.addEventListener('pointerenter', enter);
  element.addEventListener('pointerleave', leave);
  return () => {
    timer?.dispose();
    element.removeEventListener('pointerenter', enter);
    element.removeEventListener('pointerleave', leave);
  };
}
