import type { JSX } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { usePanel } from './panelContext.ts';

/** What limits Slipstream in this window. */
export function Banners(): JSX.Element | null {
  const { panel } = usePanel();
  const isTrusted = panel.isTrusted.value;
  const hasFolder = panel.hasFolder.value;
  if (isTrusted && hasFolder) {
    return null;
  }
  return (
    <div class="banners">
      {!isTrusted && (
        <p class="banner">
          <Icon name="shield" />
          <span>
            <strong>Restricted Mode.</strong> Slipstream reads and answers, but changes no files and
            runs no commands until you trust this folder.
          </span>
        </p>
      )}
      {!hasFolder && (
        <p class="banner">
          <Icon name="folder" />
          <span>
            <strong>No folder is open.</strong> Open one to let Slipstream read and change your
            code.
          </span>
        </p>
      )}
    </div>
  );
}
