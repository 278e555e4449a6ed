import type { Disposable } from '../../../src/base/lifecycle.ts';

/** Puts a function in the place of another one until it is disposed of. */
export function replaced<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  stub: Owner[Name],
): Disposable {
  const before = owner[name];
  owner[name] = stub;
  return {
    dispose: () => {
      owner[name] = before;
    },
  };
}
