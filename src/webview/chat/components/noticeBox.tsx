import type { JSX } from 'preact';
import type { Notice } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';
import { usePanel } from './panelContext.ts';

const severityWords = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

/** Why a turn ended, and what can be done about it. */
export function NoticeBox({ notice, turnId }: { notice: Notice; turnId: string }): JSX.Element {
  const { actions } = usePanel();
  return (
    <div class={`notice notice-${notice.severity}`}>
      <Icon name={notice.severity} />
      <div class="notice-body">
        <p>
          <span class="visually-hidden">{severityWords[notice.severity]}: </span>
          {notice.text}
        </p>
        {notice.actions.length > 0 && (
          <div class="notice-actions">
            {notice.actions.map(({ label, action }) => (
              <button
                type="button"
                class="button button-secondary"
                key={action}
                onClick={() => void actions.runAction(action, turnId)}
              >
                {label}
              </button>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
