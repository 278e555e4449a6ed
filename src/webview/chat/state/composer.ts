import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { ContextChip, Draft, ImageAttachment } from '../../../shared/views.ts';

/** What stands in an input: the one at the bottom, or the one that edits an earlier message. */
export class Composer {
  readonly text: Signal<string> = signal('');
  readonly chips: Signal<readonly ContextChip[]> = signal([]);
  readonly images: Signal<readonly ImageAttachment[]> = signal([]);
  /** Why something could not be attached; empty where all is well. */
  readonly problem: Signal<string> = signal('');
  readonly isEmpty: ReadonlySignal<boolean> = computed(
    () =>
      this.text.value.trim() === '' &&
      this.images.value.length === 0 &&
      this.chips.value.length === 0,
  );
  /** Counts the times the text was set from outside, so that the caret can be moved to its end. */
  readonly revision: Signal<number> = signal(0);

  constructor(draft?: Draft) {
    if (draft) {
      this.load(draft);
    }
  }

  load(draft: Draft): void {
    this.text.value = draft.text;
    this.chips.value = draft.chips;
    this.images.value = draft.images;
    this.problem.value = '';
    this.revision.value += 1;
  }

  clear(): void {
    this.load(emptyDraft);
  }

  toDraft(): Draft {
    return {
      text: this.text.value,
      chips: this.chips.value,
      images: this.images.value,
    };
  }

  /** Adds text on a line of its own, and chips that are not there yet. */
  add(text: string, chips: readonly ContextChip[]): void {
    if (text !== '') {
      const before = this.text.peek();
      const separator = before === '' || before.endsWith('\n') ? '' : '\n';
      this.text.value = before + separator + text;
    }
    for (const chip of chips) {
      this.addChip(chip);
    }
    this.revision.value += 1;
  }

  addChip(chip: ContextChip): void {
    const key = chipKey(chip);
    if (!this.chips.peek().some((other) => chipKey(other) === key)) {
      this.chips.value = [...this.chips.peek(), chip];
    }
  }

  removeChip(chip: ContextChip): void {
    this.chips.value = this.chips.peek().filter((other) => other !== chip);
  }

  addImage(image: ImageAttachment): void {
    this.images.value = [...this.images.peek(), image];
  }

  removeImage(image: ImageAttachment): void {
    this.images.value = this.images.peek().filter((other) => other !== image);
  }
}

export const emptyDraft: Draft = { text: '', chips: [], images: [] };

/** Equal for chips that mean the same context. */
export function chipKey(chip: ContextChip): string {
  return [chip.kind, chip.path ?? '', chip.startLine ?? '', chip.endLine ?? '', chip.label].join(
    '\n',
  );
}
