import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ThreadSummary } from '../../../shared/views.ts';
import { IconButton } from '../../components/iconButton.tsx';
import { splitExcerpt } from '../state/history.ts';
import { formatAge } from '../text/format.ts';
import { removalOf } from '../text/removal.ts';
import { TitleInput } from './header.tsx';
import { usePanel } from './panelContext.ts';
import { TeamMark } from './teamMark.tsx';

/** A thread in the list. F2 renames it and Delete deletes it, as in VS Code's own lists. */
export function HistoryRow({ thread }: { thread: ThreadSummary }): JSX.Element {
  const { panel, actions } = usePanel();
  const isRenaming = useSignal(false);
  const shouldFocus = useRef(false);
  const main = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (shouldFocus.current && main.current) {
      shouldFocus.current = false;
      main.current.focus();
    }
  });
  const remove = (row: Element | null | undefined): void => {
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    // The last row leaves the search behind: keys are heard only within the history.
    const search = row?.closest('.history')?.querySelector<HTMLElement>('.history-search input');
    (next?.querySelector<HTMLElement>('.row-main') ?? search)?.focus();
    void actions.delete(thread);
  };
  if (isRenaming.value) {
    return (
      <li class="history-row">
        <TitleInput
          title={thread.title}
          onDone={(title, isByKey) => {
            isRenaming.value = false;
            shouldFocus.current = isByKey;
            if (title !== undefined && title !== thread.title) {
              void actions.rename(thread.id, title);
            }
          }}
        />
      </li>
    );
  }
  const removal = removalOf(thread.team);
  const isCurrent = thread.id === panel.thread.id.value;
  return (
    <li class={`history-row ${isCurrent ? 'is-current' : ''}`}>
      <button
        type="button"
        class="row-main"
        ref={main}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => void actions.openThread(thread.id)}
        onKeyDown={(event) => {
          if (event.key === 'F2') {
            isRenaming.value = true;
          } else if (event.key === 'Delete') {
            remove(event.currentTarget.closest('li'));
          }
        }}
      >
        <span class="row-title">{thread.title}</span>
        <span class="row-facts">
          <TeamMark team={thread.team} />
          {thread.team?.owner !== undefined && `${thread.team.owner} · `}
          {formatAge(thread.updatedAt, panel.clock.wallTime())} · {thread.messageCount}{' '}
          {thread.messageCount === 1 ? 'message' : 'messages'}
        </span>
        {thread.excerpt && <Excerpt text={thread.excerpt} />}
      </button>
      <div class="row-actions">
        <IconButton
          icon="edit"
          label={`Rename ${thread.title}`}
          onClick={() => {
            isRenaming.value = true;
          }}
        />
        <IconButton
          icon={removal.icon}
          label={`${removal.verb} ${thread.title}`}
          onClick={(event) => remove(event.currentTarget.closest('li'))}
        />
      </div>
    </li>
  );
}

function Excerpt({ text }: { text: string }): JSX.Element {
  return (
    <span class="row-excerpt">
      {splitExcerpt(text).map((piece, index) =>
        piece.isMatch ? <mark key={index}>{piece.text}</mark> : piece.text,
      )}
    </span>
  );
}
