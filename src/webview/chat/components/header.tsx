import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { IconButton } from '../../components/iconButton.tsx';
import { removalOf } from '../text/removal.ts';
import { type MenuItem, OverflowMenu } from './overflowMenu.tsx';
import { usePanel } from './panelContext.ts';
import { TeamMark } from './teamMark.tsx';

/** The line at the top: which thread this is, and what can be done with it. F2 renames it. */
export function Header(): JSX.Element {
  const { panel, actions } = usePanel();
  const isRenaming = useSignal(false);
  const threadId = panel.thread.id.value;
  const title = panel.thread.title.value;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === 'F2' && panel.view.peek() === 'thread') {
        event.preventDefault();
        isRenaming.value = true;
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [panel, isRenaming]);
  const team = panel.thread.team.value;
  const canShare = panel.hasTeam.value && team?.owner === undefined;
  const { verb, icon } = removalOf(team);
  const items: MenuItem[] = [
    { label: 'Rename', icon: 'edit', run: () => (isRenaming.value = true) },
    { label: 'Export as markdown', icon: 'export', run: () => void actions.exportThread(threadId) },
    ...(canShare ? [shareItem(team?.isShared === true, (is) => actions.share(threadId, is))] : []),
    { label: verb, icon, run: () => void actions.delete({ id: threadId, title, team }) },
    'separator',
    { label: 'Settings', icon: 'gear', run: () => void actions.runAction('openSettings') },
    { label: 'Show log', icon: 'output', run: () => void actions.runAction('showLog') },
  ];
  return (
    <header class="header">
      {isRenaming.value ? (
        <TitleInput
          title={title}
          onDone={(renamed, isByKey) => {
            isRenaming.value = false;
            panel.focusRequests.value += isByKey ? 1 : 0;
            if (renamed !== undefined && renamed !== title) {
              void actions.rename(threadId, renamed);
            }
          }}
        />
      ) : (
        <>
          <TeamMark team={team} />
          <h1 class="thread-title" title={title} onDblClick={() => (isRenaming.value = true)}>
            {title}
          </h1>
        </>
      )}
      <div class="header-actions">
        <IconButton icon="add" label="New thread" onClick={() => void actions.newThread()} />
        <IconButton
          icon="history"
          label="History"
          onClick={() => {
            panel.view.value = 'history';
          }}
        />
        <OverflowMenu label="More actions" items={items} />
      </div>
    </header>
  );
}

function shareItem(isShared: boolean, share: (isShared: boolean) => Promise<void>): MenuItem {
  return {
    label: isShared ? 'Stop sharing' : 'Share with the team',
    icon: isShared ? 'lock' : 'organization',
    run: () => void share(!isShared),
  };
}

interface TitleInputProps {
  readonly title: string;
  /** Told the new title, or nothing if it stays; and whether a key ended it, so that focus is free. */
  readonly onDone: (title: string | undefined, isByKey: boolean) => void;
}

/** A text field in place of a title: Enter keeps what was typed, Escape drops it. */
export function TitleInput({ title, onDone }: TitleInputProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => input.current?.select(), []);
  const finish = (renamed: string | undefined, isByKey: boolean): void => {
    if (!isDone.current) {
      isDone.current = true;
      onDone(renamed, isByKey);
    }
  };
  return (
    <input
      ref={input}
      class="text-input title-input"
      aria-label="Thread title"
      defaultValue={title}
      onBlur={(event) => finish(event.currentTarget.value, false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter' && !event.isComposing) {
          finish(event.currentTarget.value, true);
        } else if (event.key === 'Escape') {
          finish(undefined, true);
        }
      }}
    />
  );
}
