/** A map that keeps the entries used last. */
export class RecentMap<T> {
  private readonly limit: number;
  private readonly entries = new Map<string, T>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get(key: string): T | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: T): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.limit) {
      const [oldest] = this.entries.keys();
      this.entries.delete(oldest ?? key);
    }
  }

  /** From the one set longest ago. What is set meanwhile comes at the end. */
  all(): Iterable<readonly [string, T]> {
    return this.entries;
  }
}
