import type { WriteOperation } from '../batchPlan.ts';
import { sizeOf } from '../batchUnits.ts';

/** Something to be written that waits for its turn. */
export interface QueuedWrite {
  readonly operations: readonly WriteOperation[];
}

export interface QueueLimits {
  readonly units: number;
  readonly characters: number;
}

/** What waits to be written, in order, and who waits to bring more. */
export class WriteQueue<T extends QueuedWrite> {
  private readonly limits: QueueLimits;
  private readonly waiting: T[] = [];
  private readonly producers: (() => void)[] = [];
  private characters = 0;

  /** @param limits From here on, whoever brings more should wait. */
  constructor(limits: QueueLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.waiting.length;
  }

  get hasRoom(): boolean {
    return this.fill < 1;
  }

  /** How full it is: 1 is at its limits. */
  get fill(): number {
    const { units, characters } = this.limits;
    return Math.max(this.waiting.length / units, this.characters / characters);
  }

  /** Resolves when there is room. */
  room(): Promise<void> {
    if (this.hasRoom) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.producers.push(resolve);
    });
  }

  push(unit: T): void {
    this.waiting.push(unit);
    this.characters += sizeOf(unit.operations);
  }

  /** Puts back, in front, what was taken and could not be written. */
  putBack(units: readonly T[]): void {
    this.waiting.unshift(...units);
    this.characters += units.reduce((sum, { operations }) => sum + sizeOf(operations), 0);
  }

  /** Takes the next ones, at least one, up to both limits. */
  take(most: QueueLimits): readonly T[] {
    let characters = 0;
    let count = 0;
    for (const { operations } of this.waiting) {
      const size = sizeOf(operations);
      if (count > 0 && (count >= most.units || characters + size > most.characters)) {
        break;
      }
      characters += size;
      count += 1;
    }
    this.characters -= characters;
    return this.waiting.splice(0, count);
  }

  /** To be called when what was taken is done: tells those who wait, if there is room now. */
  tellProducers(): void {
    if (this.hasRoom) {
      for (const resolve of this.producers.splice(0)) {
        resolve();
      }
    }
  }
}
