import type { JSX } from 'preact';
import type { UserMessageView } from '../../../shared/views.ts';
import { IconButton } from '../../components/iconButton.tsx';
import { Chip } from './chip.tsx';
import { EditComposer } from './editComposer.tsx';
import { Later } from './later.tsx';
import { usePanel } from './panelContext.ts';
import { Thumbnail } from './thumbnail.tsx';

/** What the user wrote, as it was written; editing it happens in its place. */
export function UserMessageArticle({ message }: { message: UserMessageView }): JSX.Element {
  const { actions } = usePanel();
  const editing = actions.editing.value;
  const question = actions.restoring.question.value;
  if (editing?.turnId === message.turnId) {
    return (
      <article class="message message-user is-editing" aria-label="You">
        <EditComposer composer={editing.composer} />
      </article>
    );
  }
  return (
    <article class="message message-user" aria-label="You">
      <Attachments message={message} />
      {message.text !== '' && <div class="user-text">{message.text}</div>}
      <div class="user-actions">
        <IconButton
          icon="edit"
          label="Edit message"
          onClick={() => actions.startEditing(message)}
        />
        <IconButton
          icon="copy"
          label="Copy message"
          onClick={() => void actions.copy(message.text)}
        />
        <RestoreButtons turnId={message.turnId} />
      </div>
      {question?.plan.checkpointId === message.turnId && (
        <Later>{({ RestoreCard }) => <RestoreCard question={question} />}</Later>
      )}
    </article>
  );
}

/** Where files were changed from this message on. */
function RestoreButtons({ turnId }: { turnId: string }): JSX.Element | null {
  const { panel, actions } = usePanel();
  const { thread } = panel;
  if (thread.isRunning.value || !thread.restorableTurns.value.has(turnId)) {
    return null;
  }
  return (
    <>
      <IconButton
        icon="discard"
        label="Restore files"
        onClick={() => void actions.restoring.ask(turnId, false)}
      />
      <IconButton
        icon="debug-reverse-continue"
        label="Restore files and thread"
        onClick={() => void actions.restoring.ask(turnId, true)}
      />
    </>
  );
}

function Attachments({ message }: { message: UserMessageView }): JSX.Element | null {
  if (message.chips.length === 0 && message.images.length === 0) {
    return null;
  }
  return (
    <div class="chips">
      {message.chips.map((chip) => (
        <Chip key={`${chip.kind}${chip.path}${chip.label}${chip.startLine}`} chip={chip} />
      ))}
      {message.images.map((image) => (
        <Thumbnail key={image.label} image={image} />
      ))}
    </div>
  );
}
