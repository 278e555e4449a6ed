import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RestoreFileView } from '../../../shared/views.ts';
import type { RestoreQuestion } from '../restoring.ts';
import { usePanel } from './panelContext.ts';

/** What a restore would change, and the question whether it shall. */
export function RestoreCard({ question }: { question: RestoreQuestion }): JSX.Element {
  const { restoring } = usePanel().actions;
  const card = useRef<HTMLFieldSetElement>(null);
  // At once, so that no key goes elsewhere in between.
  useLayoutEffect(() => card.current?.focus(), []);
  const { plan } = question;
  return (
    <fieldset
      class="restore-card"
      ref={card}
      tabIndex={-1}
      aria-label="Restore files"
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          restoring.close();
        }
      }}
    >
      <p class="restore-title">{titleOf(question)}</p>
      <ul class="restore-files">
        {plan.files.map((file) => (
          <FileRow key={file.path} file={file} question={question} />
        ))}
      </ul>
      {plan.hasCommands && (
        <p class="restore-hint">
          Commands ran since. What they changed is not known: other files stay as they are.
        </p>
      )}
      <Buttons question={question} />
    </fieldset>
  );
}

function titleOf({ plan, withThread }: RestoreQuestion): string {
  const count = plan.files.filter((file) => file.kind !== 'lost').length;
  if (count === 0) {
    return withThread
      ? 'All files are as they were. Take the conversation back to before this message?'
      : 'There is nothing to restore: the files are as they were.';
  }
  const files = count === 1 ? '1 file' : `${count} files`;
  return withThread
    ? `Restore ${files} and the conversation?`
    : `Restore ${files} to what they were?`;
}

interface FileRowProps {
  readonly file: RestoreFileView;
  readonly question: RestoreQuestion;
}

function FileRow({ file, question }: FileRowProps): JSX.Element {
  const { restoring } = usePanel().actions;
  const { checkpointId } = question.plan;
  if (file.kind === 'lost') {
    return (
      <li>
        <code>{file.label}</code> <span class="restore-hint">can’t be restored. {file.reason}</span>
      </li>
    );
  }
  return (
    <li>
      <button
        type="button"
        class="link-button"
        title={`Show the difference in ${file.label}`}
        onClick={() => void restoring.showDiff(checkpointId, file.path)}
      >
        {file.label}
      </button>
      <span class="restore-counts">
        {' '}
        <span class="diff-added-count">+{file.addedLines}</span>{' '}
        <span class="diff-removed-count">−{file.removedLines}</span>
        {endings[file.kind]}
      </span>
      {file.isConflict && (
        <label class="restore-conflict">
          <input
            type="checkbox"
            checked={question.overwritten.value.has(file.path)}
            onChange={() => restoring.toggle(file.path)}
          />
          Changed since by you or another program. Restore it all the same.
        </label>
      )}
    </li>
  );
}

const endings = { change: '', creation: ' comes back', deletion: ' is deleted' } as const;

function Buttons({ question }: { question: RestoreQuestion }): JSX.Element {
  const { restoring } = usePanel().actions;
  const { plan, withThread, overwritten } = question;
  const changes = plan.files.filter((file) => file.kind !== 'lost');
  const chosen = changes.filter((file) => !file.isConflict || overwritten.value.has(file.path));
  return (
    <div class="approval-buttons">
      <button
        type="button"
        class="button button-primary"
        disabled={restoring.isBusy.value || (chosen.length === 0 && !withThread)}
        onClick={() => void restoring.confirm()}
      >
        {withThread ? 'Restore files and thread' : 'Restore'}
      </button>
      {changes.length > 0 && (
        <button
          type="button"
          class="button button-secondary"
          onClick={() => void restoring.showDiff(plan.checkpointId)}
        >
          Show differences
        </button>
      )}
      <button type="button" class="button button-secondary" onClick={() => restoring.close()}>
        Cancel
      </button>
    </div>
  );
}
