import type { JSX } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { usePanel } from './panelContext.ts';

interface Example {
  readonly text: string;
  readonly icon: string;
}

const modelExamples: readonly Example[] = [
  { text: 'What does this workspace do?', icon: 'book' },
  { text: 'Find the bugs in the file I have open', icon: 'bug' },
  { text: 'Write tests for the code I selected', icon: 'beaker' },
];

const offlineExamples: readonly Example[] = [
  { text: 'What does this workspace do?', icon: 'book' },
  { text: 'Outline the file I have open', icon: 'list-tree' },
  { text: 'What changed?', icon: 'git-commit' },
];

/** What a new thread shows: what can be asked, and how to connect a model where none is. */
export function EmptyState(): JSX.Element {
  const { panel } = usePanel();
  const isOffline = panel.connection.value.kind === 'offline';
  const examples = isOffline ? offlineExamples : modelExamples;
  return (
    <div class="empty-state">
      <h2 class="empty-title">What shall we do?</h2>
      <p class="empty-text">
        Ask about your code or say what to change. Slipstream asks before it edits a file or runs a
        command.
      </p>
      <ul class="examples" aria-label="Examples">
        {examples.map((example) => (
          <li key={example.text}>
            <ExampleButton example={example} />
          </li>
        ))}
      </ul>
      {isOffline && <OfflineBox />}
    </div>
  );
}

/** Puts the example into the input, so that it can be changed before it is sent. */
function ExampleButton({ example }: { example: Example }): JSX.Element {
  const { panel } = usePanel();
  return (
    <button
      type="button"
      class="example"
      onClick={() => {
        panel.composer.load({ ...panel.composer.toDraft(), text: example.text });
        panel.focusRequests.value += 1;
      }}
    >
      <Icon name={example.icon} />
      <span>{example.text}</span>
    </button>
  );
}

function OfflineBox(): JSX.Element {
  const { actions } = usePanel();
  return (
    <section class="offline-box" aria-label="No model is connected">
      <h3>
        <Icon name="debug-disconnect" /> No model is connected
      </h3>
      <p>
        Until one is, Slipstream answers from the workspace itself: where something is defined and
        used, what is in a file, which problems there are, what changed.
      </p>
      <div class="offline-buttons">
        <button
          type="button"
          class="button button-primary"
          onClick={() => void actions.runAction('setApiKey')}
        >
          Set API key
        </button>
        <button
          type="button"
          class="button button-secondary"
          onClick={() => void actions.runAction('useLocalServer')}
        >
          Use a local server
        </button>
      </div>
    </section>
  );
}
