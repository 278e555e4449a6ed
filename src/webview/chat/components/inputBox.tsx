import { useSignalEffect } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { attach } from '../state/attachments.ts';
import { type Composer, chipKey } from '../state/composer.ts';
import { type Suggestion, Suggestions } from '../state/suggestions.ts';
import { Chip } from './chip.tsx';
import { handleInputKey, type InputHandlers, pickSuggestion } from './inputKeys.ts';
import { usePanel } from './panelContext.ts';
import { SuggestionList, suggestionId } from './suggestionList.tsx';
import { Thumbnail } from './thumbnail.tsx';

interface InputBoxProps extends InputHandlers {
  readonly composer: Composer;
  /** The accessible name. */
  readonly label: string;
  readonly placeholder: string;
  readonly onFocus?: () => void;
  /** Grows by one when the focus should come here. */
  readonly focusRequests?: { readonly value: number };
  /** The row of buttons below. */
  readonly children: ComponentChildren;
}

/** An input with what is attached to it, its popup of suggestions and its keys. */
export function InputBox(props: InputBoxProps): JSX.Element {
  const { composer, label, placeholder } = props;
  const { panel, actions } = usePanel();
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const suggestions = useMemo(
    () =>
      new Suggestions({
        searchMentions: async (query, signal) =>
          (await panel.request('mention/search', { query }, signal)).items,
        listCommands: (signal) => actions.loadCommands(signal),
      }),
    [panel, actions],
  );
  useCaret(area, composer, props.focusRequests);
  const look = (): void => {
    const { value, selectionStart } = area.current ?? { value: '', selectionStart: 0 };
    void panel.run(() => suggestions.update(value, selectionStart));
  };
  const pick = (suggestion: Suggestion): void => {
    pickSuggestion(suggestion, { ...props, suggestions, area: area.current });
  };
  const take = (transfer: DataTransfer | null, event: Event): void => {
    const isText = !transfer || (transfer.files.length === 0 && !transfer.types.includes(uriList));
    if (!isText) {
      event.preventDefault();
      const { acceptsImages } = panel.connection.peek();
      void panel.run(() => attach(composer, transfer, acceptsImages));
    }
  };
  const isOpen = suggestions.isOpen.value;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a mouse's way only; by keyboard there is @ and paste.
    <div
      class="input-box"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => take(event.dataTransfer, event)}
    >
      {isOpen && <SuggestionList suggestions={suggestions} listId={listId} onPick={pick} />}
      <AttachmentRow composer={composer} />
      <textarea
        ref={area}
        rows={1}
        class="input-area"
        aria-label={label}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={
          isOpen ? suggestionId(listId, suggestions.activeIndex.value) : undefined
        }
        placeholder={placeholder}
        value={composer.text.value}
        onInput={(event) => {
          composer.text.value = event.currentTarget.value;
          look();
        }}
        onClick={look}
        onKeyUp={(event) => {
          if (event.key.startsWith('Arrow') && !suggestions.isOpen.peek()) {
            look();
          }
        }}
        onKeyDown={(event) => handleInputKey(event, { ...props, suggestions, pick })}
        onPaste={(event) => take(event.clipboardData, event)}
        onBlur={() => suggestions.close()}
        onFocus={props.onFocus}
      />
      {composer.problem.value !== '' && (
        <p class="input-problem" role="alert">
          {composer.problem.value}
        </p>
      )}
      <div class="input-buttons">{props.children}</div>
    </div>
  );
}

const uriList = 'application/vnd.code.uri-list';

function AttachmentRow({ composer }: { composer: Composer }): JSX.Element | null {
  const chips = composer.chips.value;
  const images = composer.images.value;
  if (chips.length === 0 && images.length === 0) {
    return null;
  }
  return (
    <div class="chips">
      {chips.map((chip) => (
        <Chip key={chipKey(chip)} chip={chip} onRemove={() => composer.removeChip(chip)} />
      ))}
      {images.map((image) => (
        <Thumbnail
          key={image.data.slice(-40)}
          image={image}
          onRemove={() => composer.removeImage(image)}
        />
      ))}
    </div>
  );
}

/** Keeps the focus and the caret where they are wanted: at the end of a text set from outside. */
function useCaret(
  area: { readonly current: HTMLTextAreaElement | null },
  composer: Composer,
  focusRequests: { readonly value: number } | undefined,
): void {
  const seen = useRef(focusRequests?.value ?? -1);
  useSignalEffect(() => {
    const wanted = focusRequests?.value ?? 0;
    if (wanted !== seen.current) {
      seen.current = wanted;
      area.current?.focus();
    }
  });
  const revision = composer.revision.value;
  // A new revision means that the text was set from outside.
  useLayoutEffect(() => {
    const length = area.current?.value.length ?? 0;
    area.current?.setSelectionRange(length, length);
  }, [revision]);
}
