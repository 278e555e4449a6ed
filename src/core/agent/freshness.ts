/** A turn was about to begin in a thread that is no longer what is held of it: it is read again. */
export class BehindError extends Error {
  override readonly name = 'BehindError';
}

/**
 * Whether what is held of a thread may be gone on with. Others may write to it while a message is
 * prepared: the message would be put in the place of theirs, and its turn be out of anybody's reach.
 */
export class Freshness {
  private isOver = false;

  /** It is read anew for whoever comes next: no turn begins with this any more. */
  lapse(): void {
    this.isOver = true;
  }

  /** Throws `BehindError` once it has lapsed. */
  mustHold(): void {
    if (this.isOver) {
      throw new BehindError('Others have gone on with this thread.');
    }
  }
}
