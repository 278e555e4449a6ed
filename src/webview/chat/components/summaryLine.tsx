import type { JSX } from 'preact';
import { usePanel } from './panelContext.ts';

/** Stands between the messages that are summarized and those that are still sent. */
export function SummaryLine(): JSX.Element {
  const { actions } = usePanel();
  return (
    <div class="summary-line" role="note">
      <span>Earlier messages are summarized</span>
      <button type="button" class="link-button" onClick={() => void actions.openSummary()}>
        Open summary
      </button>
    </div>
  );
}
