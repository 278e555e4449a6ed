import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/iconButton.tsx';
import { HistoryRow } from './historyRow.tsx';
import { usePanel } from './panelContext.ts';

/** The list of threads over the conversation: search, open, rename, delete; all of it by keyboard. */
export function HistoryView(): JSX.Element {
  const { panel } = usePanel();
  const root = useRef<HTMLElement>(null);
  const close = (): void => {
    panel.view.value = 'thread';
    panel.focusRequests.value += 1;
  };
  useEffect(() => {
    void panel.run(() => panel.history.search(''));
    root.current?.querySelector('input')?.focus();
    return () => panel.history.close();
  }, [panel]);
  return (
    <section
      class="history"
      role="dialog"
      aria-label="History"
      ref={root}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          close();
        } else {
          moveBetweenRows(root.current, event);
        }
      }}
    >
      <header class="header">
        <IconButton icon="arrow-left" label="Close history" onClick={close} />
        <h1 class="history-heading">History</h1>
      </header>
      <div class="history-search">
        <Icon name="search" />
        <input
          type="search"
          class="text-input"
          aria-label="Search threads"
          placeholder="Search titles and messages"
          value={panel.history.query.value}
          onInput={(event) => {
            const query = event.currentTarget.value;
            void panel.run(() => panel.history.search(query));
          }}
        />
      </div>
      <ThreadList />
    </section>
  );
}

function ThreadList(): JSX.Element {
  const { panel } = usePanel();
  const { history } = panel;
  const threads = history.threads.value;
  const state = history.state.value;
  if (threads.length === 0 && state !== 'loading') {
    return <p class="history-empty">{emptyText(state, history.query.value)}</p>;
  }
  return (
    <ul
      class="history-list"
      aria-label="Threads"
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        // A screen ahead, so that scrolling does not meet an end that is none.
        if (scrollHeight - scrollTop < clientHeight * 2) {
          void panel.run(() => history.loadMore());
        }
      }}
    >
      {threads.map((thread) => (
        <HistoryRow key={thread.id} thread={thread} />
      ))}
    </ul>
  );
}

function emptyText(state: 'idle' | 'failed' | 'loading', query: string): string {
  if (state === 'failed') {
    return 'The threads could not be listed. Type to try again.';
  }
  return query === '' ? 'No threads yet.' : `No thread mentions “${query}”.`;
}

/** The arrows go from the search through the rows. */
function moveBetweenRows(root: HTMLElement | null, event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') {
    return;
  }
  const stops = [
    ...(root?.querySelectorAll<HTMLElement>('.history-search input, .row-main') ?? []),
  ];
  const active = document.activeElement;
  const row = active?.closest('.history-row');
  const at = stops.findIndex((stop) => stop === active || row?.contains(stop) === true);
  const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
