import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ReviewedFileView } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/iconButton.tsx';
import { usePanel } from './panelContext.ts';

/** The files whose edits wait for the user's word, with what can be done about them. */
export function ReviewList(): JSX.Element | null {
  const { panel, actions } = usePanel();
  const [isOpen, setIsOpen] = useState(true);
  const files = panel.reviewed.value;
  if (files.length === 0) {
    return null;
  }
  return (
    <section class="review" aria-label="Changes to review">
      <div class="review-head">
        <button
          type="button"
          class="review-toggle"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
          <span class="review-title">
            {files.length === 1 ? '1 changed file' : `${files.length} changed files`}
          </span>
          <Counts added={sum(files, 'added')} removed={sum(files, 'removed')} />
        </button>
        <AllButton
          label="Reject all"
          icon="discard"
          look="button-secondary"
          onClick={() => void actions.review('reject')}
        />
        <AllButton
          label="Accept all"
          icon="check-all"
          look="button-primary"
          onClick={() => void actions.review('accept')}
        />
      </div>
      {isOpen && (
        <ul>
          {files.map((file) => (
            <FileRow key={file.path} file={file} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** In words, or where the panel is narrow as an icon above those of the files. */
function AllButton(props: {
  label: string;
  icon: string;
  look: string;
  onClick: () => void;
}): JSX.Element {
  const { label, icon, look, onClick } = props;
  return (
    <button
      type="button"
      class={`button ${look} review-all`}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span class="review-all-label">{label}</span>
    </button>
  );
}

function FileRow({ file }: { file: ReviewedFileView }): JSX.Element {
  const { actions } = usePanel();
  const { path, name, folder, added, removed, changes, isNew } = file;
  const count = isNew ? 'new file' : `${changes} ${changes === 1 ? 'change' : 'changes'}`;
  return (
    <li class="review-file">
      <button
        type="button"
        class="review-open"
        title={`Open ${folder === '' ? name : `${folder}/${name}`}: ${count}`}
        onClick={() => void actions.review('open', path)}
      >
        <Icon name={isNew ? 'new-file' : 'file'} />
        <span class="review-name">{name}</span>
        <span class="review-folder">{folder}</span>
        <Counts added={added} removed={removed} />
      </button>
      <IconButton
        icon={isNew ? 'trash' : 'discard'}
        label={`${isNew ? 'Delete' : 'Reject'} ${name}`}
        onClick={() => void actions.review('reject', path)}
      />
      <IconButton
        icon="check"
        label={`Accept ${name}`}
        onClick={() => void actions.review('accept', path)}
      />
    </li>
  );
}

function Counts({ added, removed }: { added: number; removed: number }): JSX.Element {
  return (
    <span class="review-counts" role="img" aria-label={`${added} added, ${removed} removed`}>
      {added > 0 && <span class="review-added">+{added}</span>}
      {removed > 0 && <span class="review-removed">−{removed}</span>}
    </span>
  );
}

function sum(files: readonly ReviewedFileView[], key: 'added' | 'removed'): number {
  return files.reduce((total, file) => total + file[key], 0);
}
