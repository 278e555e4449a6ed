import type { Outcome } from '../request.ts';

/** Hears how one HTTP try goes. Each is called at most once, and not at all where a try is cancelled. */
export interface TryWatch {
  /** There is a connection, which was open before or not. Not told by every way to connect. */
  connected?(isReused: boolean): void;
  /** The head of the response has come, also that of an error. */
  answered(headers: Headers): void;
  /** The first bytes of the answer itself have come. */
  began(): void;
  ended(outcome: Outcome): void;
}
