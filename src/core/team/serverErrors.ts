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

/**
 * A server of the team answers, but not us: a wrong password, an untrusted certificate, a missing
 * right. The message is a sentence for the user and says what to do; trying again is of no use before
 * a setting, a secret or the server changes.
 */
export class ServerRefusedError extends Error {
  override readonly name = 'ServerRefusedError';
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ServerRefusedError';
  }
}
