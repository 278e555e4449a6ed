/**
 * Joins a producer that pushes to a consumer that pulls: what is pushed is kept until asked for.
 * For producers that cannot wait (child processes, callbacks); where a producer can be pulled,
 * use a generator instead, which needs no buffer. One consumer only.
 */
export class AsyncChannel<T> implements AsyncIterable<T> {
  private readonly buffer: T[] = [];
  private wake: (() => void) | undefined;
  private isClosed = false;
  private failure: unknown;

  push(value: T): void {
    if (this.isClosed) {
      return;
    }
    this.buffer.push(value);
    this.wake?.();
  }

  /** Ends the iteration once the buffer is empty; with an error, by throwing it. */
  close(failure?: unknown): void {
    if (this.isClosed) {
      return;
    }
    this.isClosed = true;
    this.failure = failure;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let next = 0;
    while (true) {
      while (next < this.buffer.length) {
        yield this.buffer[next] as T;
        next += 1;
      }
      this.buffer.length = 0;
      next = 0;
      if (this.isClosed) {
        if (this.failure !== undefined) {
          throw this.failure;
        }
        return;
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = undefined;
    }
  }
}
