/** What waits to be written, by key: the last value of a key is the one that counts. */
export interface WriteQueueOptions<T> {
  /** Never rejects. */
  readonly write: (key: string, value: T) => Promise<void>;
  readonly sizeOf: (value: T) => number;
  readonly maxBytes: number;
  readonly maxAtOnce: number;
}

/** Writes in the background. Where more comes than can be written, the oldest is dropped. */
export class WriteQueue<T> {
  private readonly options: WriteQueueOptions<T>;
  private readonly waiting = new Map<string, T>();
  private readonly running = new Set<Promise<void>>();
  private waitingBytes = 0;
  private droppedCount = 0;

  constructor(options: WriteQueueOptions<T>) {
    this.options = options;
  }

  /** Values that were not written, because too much waited. */
  get dropped(): number {
    return this.droppedCount;
  }

  push(key: string, value: T): void {
    this.remove(key);
    this.waiting.set(key, value);
    this.waitingBytes += this.options.sizeOf(value);
    for (const oldest of this.waiting.keys()) {
      if (this.waitingBytes <= this.options.maxBytes) {
        break;
      }
      this.remove(oldest);
      this.droppedCount += 1;
    }
    this.start();
  }

  /** Takes back what waits and fits. */
  drop(fits: (key: string) => boolean): void {
    for (const key of [...this.waiting.keys()].filter(fits)) {
      this.remove(key);
    }
  }

  /** Resolves when nothing waits or is under way. */
  async flush(): Promise<void> {
    while (this.running.size > 0) {
      await Promise.all(this.running);
    }
  }

  private start(): void {
    while (this.running.size < this.options.maxAtOnce) {
      const [next] = this.waiting;
      if (!next) {
        return;
      }
      const [key, value] = next;
      this.remove(key);
      const writing = this.options.write(key, value).finally(() => {
        this.running.delete(writing);
        this.start();
      });
      this.running.add(writing);
    }
  }

  private remove(key: string): void {
    const value = this.waiting.get(key);
    if (value !== undefined) {
      this.waiting.delete(key);
      this.waitingBytes -= this.options.sizeOf(value);
    }
  }
}
