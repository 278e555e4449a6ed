/**
 * Server-sent events whose data is JSON, from bytes in any pieces. The SDK's own reader hands them out
 * one by one, which costs 1 µs more for each, and drops those without a name.
 */
export class EventStreamParser {
  private readonly decoder = new TextDecoder();
  /** The beginning of a line whose end has not come. */
  private rest = '';
  private name: string | undefined;
  private data: string | undefined;

  /**
   * The events that these bytes complete. One that names its type outside its data has it inside.
   * @throws {SyntaxError} when data is not JSON.
   */
  push(bytes: Uint8Array): object[] {
    const events: object[] = [];
    const decoded = this.decoder.decode(bytes, { stream: true });
    if (!this.rest.endsWith('\r') && !/[\r\n]/.test(decoded)) {
      // Joined only when a line ends: searching a growing string at each piece would be quadratic.
      this.rest += decoded;
      return events;
    }
    const text = this.rest + decoded;
    const findEnd = text.includes('\r') ? findAnyLineEnd : findNewline;
    let start = 0;
    for (let end = findEnd(text, 0); end >= 0; end = findEnd(text, start)) {
      this.readLine(text, start, end, events);
      start = end + (text.startsWith('\r\n', end) ? 2 : 1);
    }
    this.rest = text.slice(start);
    return events;
  }

  /** The events that the end of the stream completes: a line that ends in a bare carriage return. */
  finish(): object[] {
    return this.rest.endsWith('\r') ? this.push(new Uint8Array([newlineByte])) : [];
  }

  private readLine(text: string, start: number, end: number, events: object[]): void {
    if (start === end) {
      this.dispatch(events);
    } else if (text.startsWith('data:', start)) {
      const value = fieldValue(text, start + 5, end);
      this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    } else if (text.startsWith('event:', start)) {
      this.name = fieldValue(text, start + 6, end);
    }
    // Comments and other fields mean nothing here.
  }

  private dispatch(events: object[]): void {
    const { name, data } = this;
    this.name = undefined;
    this.data = undefined;
    if (data === undefined || data === '') {
      return;
    }
    const value: unknown = JSON.parse(data);
    if (typeof value === 'object' && value !== null) {
      events.push('type' in value || name === undefined ? value : { ...value, type: name });
    }
  }
}

const newlineByte = 10;

/** Where the line that begins at `from` ends; -1 while that is not known. */
function findNewline(text: string, from: number): number {
  return text.indexOf('\n', from);
}

/** The same where lines may end in a carriage return, with or without a newline. */
function findAnyLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === newlineByte) {
      return at;
    }
    if (character === carriageReturn) {
      // As the last character it may be the first half of a line end.
      return at === text.length - 1 ? -1 : at;
    }
  }
  return -1;
}

const carriageReturn = 13;

function fieldValue(text: string, start: number, end: number): string {
  return text.slice(text.startsWith(' ', start) ? start + 1 : start, end);
}
