import type { JSX } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/iconButton.tsx';
import { usePanel } from './panelContext.ts';

/** The short word at the bottom. It stays while the pointer or the focus is on it. */
export function ToastView(): JSX.Element {
  const { toasts } = usePanel().panel;
  const toast = toasts.current.value;
  return (
    <div class="toast-place" role={toast?.severity === 'error' ? 'alert' : 'status'}>
      {toast && (
        // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done here but waiting.
        <div
          class={`toast toast-${toast.severity}`}
          onMouseEnter={() => toasts.hold()}
          onMouseLeave={() => toasts.restart()}
          onFocusIn={() => toasts.hold()}
          onFocusOut={() => toasts.restart()}
        >
          <Icon name={toast.severity} />
          <span class="toast-text">{toast.text}</span>
          {toast.action && (
            <button type="button" class="link-button" onClick={toast.action.run}>
              {toast.action.label}
            </button>
          )}
          <IconButton icon="close" label="Dismiss" onClick={() => toasts.close()} />
        </div>
      )}
    </div>
  );
}
