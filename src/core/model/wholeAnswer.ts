/**
 * An answer that came as one JSON message, as the bytes of the stream that would have told the same:
 * without content, for requests that ask for none.
 */
export async function* wholeAnswer(body: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let next = await body.next(); !next.done; next = await body.next()) {
    parts.push(next.value);
  }
  const message = JSON.parse(Buffer.concat(parts).toString('utf8')) as Readonly<
    Record<string, unknown>
  >;
  const events = [
    { type: 'message_start', message },
    { type: 'message_delta', delta: message, usage: message['usage'] },
    { type: 'message_stop' },
  ];
  yield Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
}
