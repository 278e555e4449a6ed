import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatTokens } from '../../../shared/figures.ts';
import type { ThreadMeter, WindowUsageView } from '../../../shared/views.ts';
import { usePanel } from './panelContext.ts';

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
export function UsagePopover({ meter }: { meter: ThreadMeter }): JSX.Element {
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
