import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { isCancellation } from '../../../base/errors.ts';
import type { MentionItem, SlashCommand } from '../../../shared/views.ts';
import { findTrigger, type Trigger } from '../text/trigger.ts';

export type Suggestion =
  | { readonly kind: 'mention'; readonly item: MentionItem }
  | { readonly kind: 'command'; readonly command: SlashCommand };

export interface SuggestionSource {
  searchMentions(query: string, signal: AbortSignal): Promise<readonly MentionItem[]>;
  listCommands(signal: AbortSignal): Promise<readonly SlashCommand[]>;
}

/** The popup of an input: what it offers for the word at the caret, and which row is chosen. */
export class Suggestions {
  readonly items: Signal<readonly Suggestion[]> = signal([]);
  readonly activeIndex: Signal<number> = signal(0);
  readonly isOpen: ReadonlySignal<boolean> = computed(() => this.items.value.length > 0);
  private readonly source: SuggestionSource;
  private trigger: Trigger | undefined;
  private pending: AbortController | undefined;
  /** The start of a word whose popup was closed by hand: it stays closed for this word. */
  private dismissedStart: number | undefined;

  constructor(source: SuggestionSource) {
    this.source = source;
  }

  get active(): Suggestion | undefined {
    return this.items.value[this.activeIndex.value];
  }

  /** The range of the input's text that a pick replaces. */
  get range(): Trigger | undefined {
    return this.trigger;
  }

  /** Looks at the input again, after typing or after the caret moved. */
  async update(text: string, caret: number): Promise<void> {
    const trigger = findTrigger(text, caret);
    // A sign without a word yet is a new one, though it may stand where the dismissed one stood.
    if (!trigger || trigger.start !== this.dismissedStart || trigger.query === '') {
      this.dismissedStart = undefined;
    }
    if (!trigger || this.dismissedStart !== undefined) {
      this.close();
      return;
    }
    if (isSameTrigger(trigger, this.trigger)) {
      return;
    }
    this.pending?.abort();
    const controller = new AbortController();
    this.pending = controller;
    this.trigger = trigger;
    try {
      const items = await this.find(trigger, controller.signal);
      if (!controller.signal.aborted) {
        this.items.value = items;
        this.activeIndex.value = 0;
      }
    } catch (error) {
      this.closeAfter(error, controller);
    }
  }

  move(by: number): void {
    const count = this.items.peek().length;
    if (count > 0) {
      this.activeIndex.value = (this.activeIndex.peek() + by + count) % count;
    }
  }

  close(): void {
    this.pending?.abort();
    this.pending = undefined;
    this.trigger = undefined;
    this.items.value = [];
  }

  /** Closes the popup for as long as the caret stays in the same word. */
  dismiss(): void {
    this.dismissedStart = this.trigger?.start;
    this.close();
  }

  /** A search that failed is no reason to keep the user from typing: there is just no popup. */
  private closeAfter(error: unknown, controller: AbortController): void {
    if (this.pending === controller) {
      this.close();
    }
    if (!isCancellation(error)) {
      throw error;
    }
  }

  private async find(trigger: Trigger, signal: AbortSignal): Promise<readonly Suggestion[]> {
    if (trigger.kind === 'mention') {
      const items = await this.source.searchMentions(trigger.query, signal);
      return items.map((item) => ({ kind: 'mention', item }));
    }
    const commands = await this.source.listCommands(signal);
    return rankCommands(commands, trigger.query).map((command) => ({ kind: 'command', command }));
  }
}

function isSameTrigger(one: Trigger, other: Trigger | undefined): boolean {
  return one.kind === other?.kind && one.query === other.query && one.start === other.start;
}

/** Names that begin with the query first, then those that contain it. */
export function rankCommands(
  commands: readonly SlashCommand[],
  query: string,
): readonly SlashCommand[] {
  const wanted = query.toLowerCase();
  const position = (command: SlashCommand): number => command.name.toLowerCase().indexOf(wanted);
  const found = commands.filter((command) => position(command) !== -1);
  return found.sort(
    (one, other) =>
      Number(position(one) > 0) - Number(position(other) > 0) || one.name.localeCompare(other.name),
  );
}
