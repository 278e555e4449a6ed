/**
 * The three kinds of failure, kept apart: a `UserError` is expected and its message is written for
 * the user; a `BugError` is ours to fix; cancellation is neither and travels as an abort.
 * Each is known by its name: the file that VS Code activates, what is loaded later and the workers
 * each hold a copy of these classes. So none of them is to be extended.
 */

/** An expected failure. The message is shown to the user as it is: say what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isNamed(value, 'UserError');
  }
}

/** A broken assumption in our own code. Logged in full; the user sees a general sentence. */
export class BugError extends Error {
  override readonly name = 'BugError';
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isNamed(value, 'BugError');
  }
}

/** Thrown where a caller's signal was aborted before the work was done. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isNamed(value, 'CancelledError');
  }
  constructor() {
    super('Cancelled.');
  }
}

function isNamed(value: unknown, name: string): boolean {
  return value instanceof Error && value.name === name;
}

/** Whether `error` only says that somebody wanted the work to stop. */
export function isCancellation(error: unknown): boolean {
  if (error instanceof CancelledError) {
    return true;
  }
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled');
}

/** Throws `CancelledError` if the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new CancelledError();
  }
}

/** Whatever was thrown, as an `Error`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Marks a branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new BugError(`Unexpected value: ${JSON.stringify(value)}`);
}
