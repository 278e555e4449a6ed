import { ObjectPool, type ObjectPoolOptions } from '../../../src/base/objectPool.ts';
import { FakeClock } from '../../support/fakeClock.ts';

export interface Tool {
  readonly id: number;
}

/** A pool of two numbered objects under a fake clock. */
export function setUp(options: Partial<ObjectPoolOptions<Tool>> = {}) {
  const clock = new FakeClock();
  const disposed: number[] = [];
  let made = 0;
  const pool = new ObjectPool<Tool>({
    create: () => {
      made += 1;
      return { id: made };
    },
    reset: () => undefined,
    dispose: ({ id }) => disposed.push(id),
    min: 0,
    max: 2,
    maxIdle: 2,
    idleMs: 1000,
    clock,
    ...options,
  });
  return { pool, clock, disposed };
}

/** Hears in which order callers are served. */
export function watch(
  promise: Promise<Tool>,
  name: string,
  log: string[],
): Promise<Tool | undefined> {
  return promise.then(
    (object) => {
      log.push(`${name}:${object.id}`);
      return object;
    },
    (error: Error) => {
      log.push(`${name}:${error.name}`);
      return undefined;
    },
  );
}
