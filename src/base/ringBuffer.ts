import { BugError } from './errors.ts';

/** The last items, up to a fixed number. Adding and reading the newest cost the same at any size. */
export class RingBuffer<T> {
  private readonly slots: T[] = [];
  private readonly capacity: number;
  private next = 0;

  /** @param capacity At least 1. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new BugError(`A ring buffer needs a place at least, not ${capacity}.`);
    }
    this.capacity = capacity;
  }

  get size(): number {
    return this.slots.length;
  }

  push(item: T): void {
    this.slots[this.next] = item;
    this.next = (this.next + 1) % this.capacity;
  }

  /** From the oldest to the newest. */
  toArray(): readonly T[] {
    return this.slots.length < this.capacity
      ? [...this.slots]
      : [...this.slots.slice(this.next), ...this.slots.slice(0, this.next)];
  }
}
