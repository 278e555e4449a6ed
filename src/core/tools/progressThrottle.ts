import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** 20 times a second: smooth to the eye, and little work for the panel. */
const intervalMs = 50;
/** About what a card shows at once; of a flood only its latest part can be seen anyway. */
const maxPieceCharacters = 4_000;
/** What a card holds in all: the result tells the head and the tail of more. */
const maxTotalCharacters = 200_000;

/** Passes a command's output on in pieces, at most so often and so much. */
export class ProgressThrottle implements Disposable {
  private readonly clock: Clock;
  private readonly progress: (text: string) => void;
  private pending = '';
  private omitted = 0;
  private total = 0;
  private timer: Disposable | undefined;

  constructor(clock: Clock, progress: (text: string) => void) {
    this.clock = clock;
    this.progress = progress;
  }

  add(text: string): void {
    if (text === '' || this.total > maxTotalCharacters) {
      return;
    }
    this.pending += text;
    if (this.pending.length > maxPieceCharacters) {
      this.omitted += this.pending.length - maxPieceCharacters;
      this.pending = this.pending.slice(-maxPieceCharacters);
    }
    if (!this.timer) {
      this.flush();
      this.timer = this.clock.setTimeout(() => this.endInterval(), intervalMs);
    }
  }

  /** Passes on what is left. */
  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.flush();
  }

  private endInterval(): void {
    this.timer = undefined;
    if (this.pending !== '') {
      this.flush();
      this.timer = this.clock.setTimeout(() => this.endInterval(), intervalMs);
    }
  }

  private flush(): void {
    if (this.pending === '') {
      return;
    }
    const gap = this.omitted > 0 ? `\n[… ${this.omitted} characters]\n` : '';
    const text = gap + this.pending;
    this.pending = '';
    this.omitted = 0;
    this.total += text.length;
    const isLast = this.total > maxTotalCharacters;
    this.progress(isLast ? `${text}\n[… the command goes on; its end is in the result]\n` : text);
  }
}
