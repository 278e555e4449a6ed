/**
 * A server of the team does not answer now. Nothing was done, or what was done may be done again.
 * Known by its name, as the errors of `base` are, and not to be extended.
 */
export class ServerAwayError extends Error {
  override readonly name = 'ServerAwayError';
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ServerAwayError';
  }
}
