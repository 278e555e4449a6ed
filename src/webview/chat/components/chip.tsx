import type { JSX } from 'preact';
import type { ContextChip, ContextKind } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';
import { usePanel } from './panelContext.ts';

const kindIcons: Record<ContextKind, string> = {
  file: 'file',
  folder: 'folder',
  symbol: 'symbol-method',
  selection: 'selection',
  problems: 'warning',
  editors: 'multiple-windows',
  promptFile: 'note',
};

/** Something attached to a message. It opens where it leads; with `onRemove` it can be taken off. */
export function Chip({
  chip,
  onRemove,
}: {
  chip: ContextChip;
  onRemove?: () => void;
}): JSX.Element {
  const { actions } = usePanel();
  const { path, startLine } = chip;
  const target = path && (startLine === undefined ? path : `${path}:${startLine}`);
  const content = (
    <>
      <Icon name={kindIcons[chip.kind]} />
      <span class="chip-label">{chip.label}</span>
    </>
  );
  return (
    <span class="chip">
      {target && chip.kind !== 'folder' ? (
        <button
          type="button"
          class="chip-main"
          title={target}
          onClick={() => void actions.openLink(target)}
        >
          {content}
        </button>
      ) : (
        <span class="chip-main" title={path}>
          {content}
        </span>
      )}
      {onRemove && (
        <button
          type="button"
          class="chip-remove"
          aria-label={`Remove ${chip.label}`}
          title={`Remove ${chip.label}`}
          onClick={onRemove}
          onKeyDown={(event) => {
            if (event.key === 'Delete' || event.key === 'Backspace') {
              event.preventDefault();
              onRemove();
            }
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}
