import type { JSX } from 'preact';
import { Later } from './later.tsx';
import { usePanel } from './panelContext.ts';

/** Says that files were restored, and takes that back, until something else happens. */
export function RestoredLine(): JSX.Element | null {
  const { panel, actions } = usePanel();
  const { restoring } = actions;
  const { restoreId } = panel.thread.checkpoint.value;
  if (restoreId === undefined) {
    return null;
  }
  const question = restoring.question.value;
  if (question?.plan.checkpointId === restoreId) {
    return <Later>{({ RestoreCard }) => <RestoreCard question={question} />}</Later>;
  }
  return (
    <div class="summary-line" role="note">
      <span>Restored</span>
      <button
        type="button"
        class="link-button"
        disabled={restoring.isBusy.value || panel.thread.isRunning.value}
        onClick={() => void restoring.takeBack(restoreId)}
      >
        Take back
      </button>
    </div>
  );
}
