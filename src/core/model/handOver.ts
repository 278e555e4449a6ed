import type { ModelEvent } from './request.ts';

/** Events, and at the end what comes after them, if anything. */
export type HandingOver = AsyncGenerator<ModelEvent, AsyncIterator<ModelEvent> | undefined>;

/**
 * Yields the events of `beginning` and then those of the iterator that it returns. From there on each
 * `next` goes straight to that iterator, so that a stage that decides something at the start of a
 * stream costs nothing for the thousands of events after it.
 */
export function handingOver(beginning: HandingOver): AsyncIterable<ModelEvent> {
  return { [Symbol.asyncIterator]: () => new HandOverIterator(beginning) };
}

class HandOverIterator implements AsyncIterator<ModelEvent> {
  private readonly beginning: HandingOver;
  private rest: AsyncIterator<ModelEvent> | undefined;

  constructor(beginning: HandingOver) {
    this.beginning = beginning;
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.rest ? this.rest.next() : this.nextOfBeginning();
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    await (this.rest ?? this.beginning).return?.(undefined);
    return { done: true, value: undefined };
  }

  private async nextOfBeginning(): Promise<IteratorResult<ModelEvent>> {
    const result = await this.beginning.next();
    if (!result.done) {
      return result;
    }
    this.rest = result.value;
    return this.rest ? this.rest.next() : { done: true, value: undefined };
  }
}
