import type { JSX } from 'preact';
import type { BulkAction, BulkJobView } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/iconButton.tsx';
import { usePanel } from './panelContext.ts';

const icons: Readonly<Record<BulkJobView['state'], string>> = {
  running: 'loading',
  cancelling: 'loading',
  asking: 'question',
  ended: 'check-all',
};

/** The tasks over many files: how far each is, and what can be done about it. */
export function JobStrip(): JSX.Element | null {
  const { panel } = usePanel();
  const jobs = panel.jobs.value;
  if (jobs.length === 0) {
    return null;
  }
  return (
    <section class="jobs" aria-label="Jobs on many files">
      <ul>
        {jobs.map((job) => (
          <Job key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}

function Job({ job }: { job: BulkJobView }): JSX.Element {
  const { title, state, total, finished, detail } = job;
  const isUnderWay = state === 'running' || state === 'cancelling';
  return (
    <li class="job">
      <Icon name={icons[state]} isSpinning={isUnderWay} />
      <div class="job-text">
        <span class="job-title">{title}</span>
        {isUnderWay && (
          <>
            <progress class="job-progress" max={total} value={finished} aria-label={title} />
            <span class="job-detail">
              {finished} of {total}
            </span>
          </>
        )}
        {detail !== '' && <span class="job-detail">{detail}</span>}
      </div>
      <JobActions job={job} />
    </li>
  );
}

function JobActions({ job }: { job: BulkJobView }): JSX.Element {
  const { actions } = usePanel();
  const { id, title, state } = job;
  const act = (action: BulkAction) => () => void actions.actOnJob(id, action);
  return (
    <div class="job-actions">
      {state === 'running' && (
        <IconButton icon="debug-stop" label={`Cancel: ${title}`} onClick={act('cancel')} />
      )}
      {state === 'asking' && <TextButton label="Decide" title={title} onClick={act('decide')} />}
      {state === 'ended' && <TextButton label="Review" title={title} onClick={act('review')} />}
      {state === 'ended' && (
        <IconButton icon="close" label={`Discard: ${title}`} onClick={act('remove')} />
      )}
    </div>
  );
}

function TextButton(props: { label: string; title: string; onClick: () => void }): JSX.Element {
  const { label, title, onClick } = props;
  return (
    <button
      type="button"
      class="button button-secondary"
      aria-label={`${label}: ${title}`}
      onClick={onClick}
    >
      {label}
    </button>
  );
}
