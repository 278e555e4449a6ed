import { type Signal, signal } from '@preact/signals';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';

/** Between two announcements of a running answer. Own choice: a sentence takes about as long to hear. */
const announceMs = 2_000;
/** A sentence that does not end is announced in parts of this length. Own choice. */
const maxSentence = 400;

/**
 * Speaks to screen readers through live regions. A streaming answer is told in whole sentences and
 * not more often than they can be heard; what needs an answer is told at once.
 */
export class Announcer implements Disposable {
  /** For a polite live region. */
  readonly polite: Signal<string> = signal('');
  /** For an assertive one. */
  readonly assertive: Signal<string> = signal('');
  private readonly clock: Clock;
  private heard = '';
  private ready = '';
  private timer: Disposable | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Takes more of a running answer, in markdown. */
  stream(text: string): void {
    const [sentences, rest] = splitSentences(this.heard + text);
    this.heard = rest;
    this.ready += sentences;
    if (this.ready !== '' && !this.timer) {
      this.timer = this.clock.setTimeout(() => this.tell(), announceMs);
    }
  }

  /** Says how an answer ended, with what was left of it. */
  finish(closing: string): void {
    const rest = `${this.ready}${this.heard}`;
    this.reset();
    this.polite.value = join(toSpeech(rest), closing);
  }

  /** Says something at once. */
  say(text: string): void {
    this.polite.value = text;
  }

  /** Interrupts: for what waits for the user. */
  alert(text: string): void {
    // The same words again would not be a change, and go unheard.
    this.assertive.value = this.assertive.peek() === text ? `${text}\u00a0` : text;
  }

  /** Forgets what was not said yet. */
  reset(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.heard = '';
    this.ready = '';
  }

  dispose(): void {
    this.reset();
  }

  private tell(): void {
    this.timer = undefined;
    const speech = toSpeech(this.ready);
    this.ready = '';
    if (speech !== '') {
      this.polite.value = speech;
    }
  }
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** Cuts behind the last sentence that is over, code blocks kept whole. */
export function splitSentences(text: string): [sentences: string, rest: string] {
  const fences = text.split('```').length - 1;
  if (fences % 2 === 1) {
    const open = text.lastIndexOf('```');
    return [text.slice(0, open), text.slice(open)];
  }
  let end = 0;
  for (const match of text.matchAll(/[.!?:](?=\s)|\n/g)) {
    end = match.index + 1;
  }
  if (end === 0 && text.length > maxSentence) {
    end = text.lastIndexOf(' ', maxSentence) + 1 || maxSentence;
  }
  return [text.slice(0, end), text.slice(end)];
}

/** Markdown as it should be heard: without its marks, code blocks only mentioned. */
export function toSpeech(markdown: string): string {
  return markdown
    .replaceAll(/```[\s\S]*?(?:```|$)/g, ' Code block. ')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^[ \t]*(?:#{1,6}|>|[-*+]|\d+[.)])[ \t]+/gm, '')
    .replaceAll(/^\|[-:| ]+\|$/gm, '')
    .replaceAll(/[*`|]|~~|__/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
