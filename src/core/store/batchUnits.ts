import type { WriteOperation } from './batchPlan.ts';

export function halves<T>(items: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

/** Roughly how much operations add to a database, in characters or bytes. */
export function sizeOf(operations: readonly WriteOperation[]): number {
  let size = 0;
  for (const operation of operations) {
    if (operation.kind === 'put') {
      for (const value of Object.values(operation.row)) {
        size += typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
      }
    }
  }
  return size;
}
