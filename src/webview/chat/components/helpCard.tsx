import type { JSX } from 'preact';
import { IconButton } from '../../components/iconButton.tsx';
import { usePanel } from './panelContext.ts';

const keys: readonly (readonly [string, string])[] = [
  ['Enter', 'Send'],
  ['Shift+Enter', 'New line'],
  ['Escape', 'Stop, or close what is open'],
  ['↑ in an empty input', 'Edit your last message'],
  ['Alt+A', 'Go to what waits for approval'],
  ['Alt+F5 in an editor', 'Go to the next change to review'],
  ['Shift+Alt+Enter in an editor', 'Accept the change; with Backspace, reject it'],
  ['@', 'Add files, symbols, the selection or problems'],
];

/** The answer to /help: shown here only, and no part of the thread. */
export function HelpCard(): JSX.Element {
  const { actions } = usePanel();
  return (
    <section class="help-card" aria-label="Help">
      <header>
        <h2>Help</h2>
        <IconButton
          icon="close"
          label="Close help"
          onClick={() => {
            actions.isHelpShown.value = false;
          }}
        />
      </header>
      <h3>Commands</h3>
      <dl>
        {actions.commands.value.map(({ name, description }) => (
          <div key={name}>
            <dt>
              <code>/{name}</code>
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
      <h3>Keys</h3>
      <dl>
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
