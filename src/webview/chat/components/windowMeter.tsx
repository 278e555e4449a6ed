import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { formatTokens } from '../../../shared/figures.ts';
import type { ThreadMeter, WindowUsageView } from '../../../shared/views.ts';
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
      {isOpen.value && <UsagePopover key={panel.thread.id.value} meter={meter} />}
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

const parts: readonly (readonly [keyof WindowUsageView & PartName, string])[] = [
  ['system', 'System prompt'],
  ['tools', 'Tools'],
  ['instructions', 'Instruction files'],
  ['files', 'Files'],
  ['history', 'Conversation'],
  ['reserve', 'Kept free for the answer'],
];

type PartName = 'system' | 'tools' | 'instructions' | 'files' | 'history' | 'reserve';

const summaryTexts: Record<NonNullable<ThreadMeter['summary']>, string> = {
  preparing: 'A summary of earlier messages is being prepared.',
  ready: 'A summary of earlier messages is ready, for when the window is full.',
  inUse: 'Earlier messages are sent as a summary.',
};

/** What fills the window, part by part. Asked for when it is shown, and again when it changes. */
function UsagePopover({ meter }: { meter: ThreadMeter }): JSX.Element {
  const { panel, actions } = usePanel();
  const usage = useSignal<WindowUsageView | undefined>(undefined);
  const { windowTokens, summary } = meter;
  useEffect(() => {
    void actions.readUsage().then((read) => {
      usage.value = read;
    });
  }, [windowTokens, summary]);
  const isIdle = panel.thread.status.value.phase === 'idle';
  return (
    <section class="usage-popover" aria-label="Context window">
      <h2>Context window</h2>
      {usage.value && <UsageParts usage={usage.value} />}
      {summary && <p>{summaryTexts[summary]}</p>}
      <div class="usage-actions">
        {summary === 'inUse' && (
          <button type="button" class="link-button" onClick={() => void actions.openSummary()}>
            Open summary
          </button>
        )}
        {isIdle && (
          <button type="button" class="link-button" onClick={() => void actions.compact('')}>
            Summarize now
          </button>
        )}
      </div>
    </section>
  );
}

function UsageParts({ usage }: { usage: WindowUsageView }): JSX.Element {
  const { limit, softLimit, isLimitAssumed } = usage;
  return (
    <>
      <div class="usage-bar" aria-hidden="true">
        {parts.map(([name]) => (
          <span
            key={name}
            class={`usage-${name}`}
            style={{ width: `${(Math.min(usage[name], limit) / limit) * 100}%` }}
          />
        ))}
      </div>
      <dl>
        {parts.map(([name, label]) => (
          <div key={name}>
            <dt>
              <span class={`usage-key usage-${name}`} aria-hidden="true" />
              {label}
            </dt>
            <dd>{formatTokens(usage[name])}</dd>
          </div>
        ))}
      </dl>
      <p>
        {isLimitAssumed
          ? `Estimates, in tokens. The server does not say how much it reads at once: ${formatTokens(limit)} are assumed.`
          : `Estimates, in tokens. The model reads ${formatTokens(limit)} at once.`}
        {softLimit !== undefined && ` Above ${formatTokens(softLimit)}, each token costs more.`}
      </p>
    </>
  );
}
