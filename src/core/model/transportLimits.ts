/** How long each side of a request may be silent, milliseconds. */
export interface TransportLimits {
  /** Between two reads of a stream. The API pings far more often, even while it thinks. */
  readonly idleMs: number;
  /** From the request to the head of its answer. */
  readonly firstByteMs: number;
  /** Both of these for a local server. */
  readonly localMs: number;
}

export const defaultTransportLimits: TransportLimits = {
  // Within the 60 to 120 s that the facts on the API recommend for a stream without any byte.
  idleMs: 90_000,
  // Twice that: a prompt of a million tokens is read before the head is sent.
  firstByteMs: 180_000,
  // A model on a laptop's CPU may read a long prompt for minutes without a word.
  localMs: 600_000,
};
