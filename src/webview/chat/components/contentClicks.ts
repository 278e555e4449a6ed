import type { CodeAction } from '../../markdown/codeBlock.ts';
import type { PanelActions } from '../panelActions.ts';

/**
 * Acts on clicks in what a model wrote: its links and the buttons of its code blocks. They are drawn
 * without components, so their clicks are heard here.
 */
export function handleContentClick(event: Event, actions: PanelActions): void {
  if (!(event.target instanceof Element)) {
    return;
  }
  const link = event.target.closest<HTMLElement>('a[data-target]');
  const button = event.target.closest<HTMLElement>('[data-code-action]');
  if (link) {
    // VS Code would follow the address by itself, and a file's address leads nowhere.
    event.preventDefault();
    event.stopPropagation();
    void actions.openLink(link.dataset['target'] ?? '');
  } else if (button) {
    runCodeAction(button, actions);
  }
}

function runCodeAction(button: HTMLElement, actions: PanelActions): void {
  const block = button.closest<HTMLElement>('.code-block');
  const text = block?.querySelector('code')?.textContent ?? '';
  const run: Record<CodeAction, () => void> = {
    copy: () => {
      void actions.copy(text);
      confirmCopy(button);
    },
    insert: () => void actions.insertCode(text),
    apply: () => void actions.applyCode(text, block?.dataset['path']),
  };
  const action = button.dataset['codeAction'];
  if (action === 'copy' || action === 'insert' || action === 'apply') {
    run[action]();
  }
}

/** Shows a check mark until the pointer or the focus leaves. */
function confirmCopy(button: HTMLElement): void {
  const icon = button.querySelector('.codicon');
  icon?.classList.replace('codicon-copy', 'codicon-check');
  const restore = (): void => {
    icon?.classList.replace('codicon-check', 'codicon-copy');
  };
  button.addEventListener('pointerleave', restore, { once: true });
  button.addEventListener('blur', restore, { once: true });
}
