import type { Composer } from '../state/composer.ts';
import type { Suggestion, Suggestions } from '../state/suggestions.ts';

/** What an input does at its keys. */
export interface InputHandlers {
  readonly onSubmit: () => void;
  /** Escape, where no popup was open. */
  readonly onEscape: () => void;
  /** ArrowUp in an empty input. Answers whether something came of it. */
  readonly onArrowUp?: () => boolean;
  /** Commands act only in the main input. */
  readonly onCommand?: (name: string) => void;
}

export interface KeyContext extends InputHandlers {
  readonly composer: Composer;
  readonly suggestions: Suggestions;
  readonly pick: (suggestion: Suggestion) => void;
}

/** Preact's name for a key event of the text area. */
type AreaKeyEvent = KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement };

/** Gives a key to the popup or the input; what was taken goes no further. */
export function handleInputKey(event: AreaKeyEvent, context: KeyContext): void {
  // While an input method composes, its keys are its own.
  if (event.isComposing) {
    return;
  }
  const isTaken = context.suggestions.isOpen.peek()
    ? handlePopupKey(event, context)
    : handlePlainKey(event, context);
  if (isTaken) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function handlePopupKey(event: AreaKeyEvent, { suggestions, pick }: KeyContext): boolean {
  switch (event.key) {
    case 'ArrowDown':
      suggestions.move(1);
      return true;
    case 'ArrowUp':
      suggestions.move(-1);
      return true;
    case 'Escape':
      suggestions.dismiss();
      return true;
    case 'Tab':
    case 'Enter':
      if (event.shiftKey || !suggestions.active) {
        return false;
      }
      pick(suggestions.active);
      return true;
    default:
      return false;
  }
}

function handlePlainKey(event: AreaKeyEvent, context: KeyContext): boolean {
  const { composer } = context;
  const area = event.currentTarget;
  switch (event.key) {
    case 'Enter':
      if (event.shiftKey || event.altKey) {
        return false;
      }
      context.onSubmit();
      return true;
    case 'Escape':
      context.onEscape();
      return true;
    case 'ArrowUp':
      return composer.isEmpty.peek() && context.onArrowUp?.() === true;
    case 'Backspace':
      return area.selectionEnd === 0 && removeLastAttachment(composer);
    default:
      return false;
  }
}

function removeLastAttachment(composer: Composer): boolean {
  const image = composer.images.peek().at(-1);
  const chip = composer.chips.peek().at(-1);
  if (image) {
    composer.removeImage(image);
  } else if (chip) {
    composer.removeChip(chip);
  }
  return image !== undefined || chip !== undefined;
}

interface PickContext extends InputHandlers {
  readonly composer: Composer;
  readonly suggestions: Suggestions;
  readonly area: HTMLTextAreaElement | null;
}

/** Puts a picked suggestion in the place of the word that asked for it. */
export function pickSuggestion(suggestion: Suggestion, context: PickContext): void {
  const { composer, suggestions, area, onCommand } = context;
  const range = suggestions.range;
  suggestions.close();
  if (!range || !area) {
    return;
  }
  if (suggestion.kind === 'command' && suggestion.command.kind === 'panel' && onCommand) {
    onCommand(suggestion.command.name);
    return;
  }
  // The label stays in the sentence, so that it still reads as one.
  const text =
    suggestion.kind === 'command'
      ? `/${suggestion.command.name} `
      : `${suggestion.item.chip.label} `;
  area.setRangeText(text, range.start, range.end, 'end');
  composer.text.value = area.value;
  if (suggestion.kind === 'mention') {
    composer.addChip(suggestion.item.chip);
  }
}
