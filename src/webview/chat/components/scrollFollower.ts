import { effect, type Signal, signal } from '@preact/signals';
import type { Disposable } from '../../../base/lifecycle.ts';

/** Rounding of fractional scroll positions. */
const endTolerancePx = 2;

const upKeys: ReadonlySet<string> = new Set(['PageUp', 'Home', 'ArrowUp']);

/**
 * Keeps the end of a growing conversation in view until the user scrolls up, and again once they are
 * back at the end. A single step up is enough to let go, however fast the text grows: scrolling
 * against it must not be a fight.
 */
export class ScrollFollower implements Disposable {
  readonly isFollowing: Signal<boolean> = signal(true);
  private readonly scroller: HTMLElement;
  private readonly resizes: ResizeObserver;
  private readonly listeners = new AbortController();
  private readonly stopAnchoring: () => void;
  private lastTop = 0;
  private lastHeight = 0;

  constructor(scroller: HTMLElement, content: HTMLElement) {
    this.scroller = scroller;
    // Anchoring keeps what is read in place; while the end is followed it is work for nothing.
    this.stopAnchoring = effect(() => {
      scroller.style.overflowAnchor = this.isFollowing.value ? 'none' : 'auto';
    });
    this.resizes = new ResizeObserver(() => this.onDidResize());
    this.resizes.observe(content);
    this.resizes.observe(scroller);
    const { signal } = this.listeners;
    scroller.addEventListener('scroll', () => this.onDidScroll(), { passive: true, signal });
    scroller.addEventListener('wheel', (event) => this.onWheel(event), { passive: true, signal });
    scroller.addEventListener('keydown', (event) => this.onKey(event), { signal });
  }

  /** Scrolls to the end and stays there. */
  jump(): void {
    this.isFollowing.value = true;
    this.scrollToEnd();
  }

  /** How far the view is from the end, in CSS pixels; 0 while following. */
  get distanceFromEnd(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return this.isFollowing.peek() ? 0 : scrollHeight - scrollTop - clientHeight;
  }

  /** Goes to a place measured from the end. */
  restore(distanceFromEnd: number): void {
    if (distanceFromEnd <= endTolerancePx) {
      this.jump();
      return;
    }
    this.isFollowing.value = false;
    const { scrollHeight, clientHeight } = this.scroller;
    this.scroller.scrollTop = scrollHeight - clientHeight - distanceFromEnd;
    this.remember();
  }

  dispose(): void {
    this.stopAnchoring();
    this.resizes.disconnect();
    this.listeners.abort();
  }

  private onDidResize(): void {
    if (this.isFollowing.peek()) {
      this.scrollToEnd();
    }
  }

  private onDidScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight <= endTolerancePx;
    // Content that shrank pulls the view up too, and that was nobody's wish.
    const hasMovedUp = scrollTop < this.lastTop - endTolerancePx && scrollHeight >= this.lastHeight;
    if (isAtEnd) {
      this.isFollowing.value = true;
    } else if (hasMovedUp) {
      this.isFollowing.value = false;
    }
    this.remember();
  }

  private onWheel(event: WheelEvent): void {
    if (event.deltaY < 0 && this.scroller.scrollTop > 0) {
      this.isFollowing.value = false;
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (upKeys.has(event.key) && event.target === this.scroller) {
      this.isFollowing.value = false;
    }
  }

  private scrollToEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.remember();
  }

  private remember(): void {
    this.lastTop = this.scroller.scrollTop;
    this.lastHeight = this.scroller.scrollHeight;
  }
}
