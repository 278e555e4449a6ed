import type { Readable } from 'node:stream';

/** What may lie here unread before the socket is told to wait, bytes: Node's own measure of a stream. */
const maxUnreadBytes = 64 * 1024;

/**
 * The body of a response, all that has come since the last read at once. A stream of events comes as
 * thousands of small pieces, several in one packet; joined, they cost one wait instead of many.
 */
export function readBody(message: Readable): AsyncIterable<Uint8Array> {
  const reader = new BodyReader(message);
  return { [Symbol.asyncIterator]: () => reader };
}

class BodyReader implements AsyncIterator<Uint8Array> {
  private readonly message: Readable;
  private unread: Buffer[] = [];
  private unreadBytes = 0;
  private wake: (() => void) | undefined;
  private isEnded = false;
  private error: Error | undefined;

  constructor(message: Readable) {
    this.message = message;
    message.on('data', this.onData);
    message.on('end', () => this.settle(undefined));
    message.on('error', (error) => this.settle(error));
    message.on('close', () => this.settle(closedEarly()));
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.unread.length > 0 || this.isEnded) {
      return this.take();
    }
    return new Promise<void>((resolve) => {
      this.wake = resolve;
    }).then(this.take);
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.message.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }

  private readonly take = (): Promise<IteratorResult<Uint8Array>> => {
    const { unread } = this;
    const [first] = unread;
    if (first) {
      this.unread = [];
      this.unreadBytes = 0;
      this.message.resume();
      const value = unread.length === 1 ? first : Buffer.concat(unread);
      return Promise.resolve({ done: false, value });
    }
    return this.error
      ? Promise.reject(this.error)
      : Promise.resolve({ done: true, value: undefined });
  };

  private readonly onData = (part: Buffer): void => {
    this.unread.push(part);
    this.unreadBytes += part.length;
    if (this.unreadBytes >= maxUnreadBytes) {
      this.message.pause();
    }
    this.wakeUp();
  };

  /** The first word on how the body ended counts. */
  private settle(error: Error | undefined): void {
    if (!this.isEnded) {
      this.isEnded = true;
      this.error = error;
      this.wakeUp();
    }
  }

  /** The reader goes on after this tick, when all pieces of the packet have come. */
  private wakeUp(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('The body ended early.'), { code: 'ECONNRESET' });
}
