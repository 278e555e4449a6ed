import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { IconButton } from '../../components/iconButton.tsx';
import { InputBox } from './inputBox.tsx';
import { usePanel } from './panelContext.ts';

/** The input at the bottom, with Send, or Stop while Slipstream works. */
export function MainComposer(): JSX.Element {
  const { panel, actions } = usePanel();
  const { composer } = panel;
  const isWarm = useRef(false);
  const isRunning = panel.thread.isRunning.value;
  const warmUp = (): void => {
    if (!isWarm.current) {
      isWarm.current = true;
      void panel.run(() => panel.request('input/focused', {}));
    }
  };
  return (
    <InputBox
      composer={composer}
      label="Message"
      placeholder="Ask, or say what to change"
      focusRequests={panel.focusRequests}
      onSubmit={() => void actions.send()}
      onEscape={() => {
        if (isRunning) {
          void actions.stop();
        }
      }}
      onArrowUp={() => actions.editLast()}
      onCommand={(name) => void actions.runCommand(name)}
      onFocus={warmUp}
    >
      <IconButton
        icon="mention"
        label="Add context"
        onClick={(event) => insertMention(event.currentTarget)}
      />
      <span class="input-hint">
        <kbd>@</kbd> context · <kbd>/</kbd> commands
      </span>
      {isRunning ? (
        <IconButton
          class="send-button"
          key="stop"
          icon="stop-circle"
          label="Stop"
          onClick={(event) => {
            // The second click of a double click on Send lands here, and means nothing.
            if (event.detail < 2) {
              void actions.stop();
            }
          }}
        />
      ) : (
        <IconButton
          class="send-button"
          key="send"
          icon="send"
          label="Send"
          disabled={composer.isEmpty.value}
          onClick={() => {
            void actions.send();
            panel.focusRequests.value += 1;
          }}
        />
      )}
    </InputBox>
  );
}

/** Types an @ for those who look for a button. */
function insertMention(button: HTMLElement): void {
  const area = button.closest('.input-box')?.querySelector('textarea');
  if (!area) {
    return;
  }
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  const sign = before === '' || /\s$/.test(before) ? '@' : ' @';
  area.setRangeText(sign, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new InputEvent('input', { bubbles: true }));
}
