import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Composer } from '../state/composer.ts';
import { InputBox } from './inputBox.tsx';
import { usePanel } from './panelContext.ts';

/** An earlier message being edited in its place. */
export function EditComposer({ composer }: { composer: Composer }): JSX.Element {
  const { actions } = usePanel();
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector('textarea')?.focus(), []);
  return (
    <div ref={root}>
      <InputBox
        composer={composer}
        label="Edited message"
        placeholder=""
        onSubmit={() => void actions.saveEdit()}
        onEscape={() => actions.cancelEditing()}
      >
        <span class="edit-hint">What followed this message is set aside.</span>
        <button
          type="button"
          class="button button-secondary"
          onClick={() => actions.cancelEditing()}
        >
          Cancel
        </button>
        <button
          type="button"
          class="button button-primary"
          disabled={composer.isEmpty.value}
          onClick={() => void actions.saveEdit()}
        >
          Save
        </button>
      </InputBox>
    </div>
  );
}
