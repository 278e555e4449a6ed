import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventStreamParser } from '../../../../src/core/model/eventStreamParser.ts';

function parse(pieces: readonly (string | Uint8Array)[]): object[] {
  const parser = new EventStreamParser();
  const events = pieces.flatMap((piece) =>
    parser.push(typeof piece === 'string' ? Buffer.from(piece) : piece),
  );
  return [...events, ...parser.finish()];
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(start, start + size));
    start += size;
  }
  return pieces;
}

describe('EventStreamParser', () => {
  it('reads the same events from any pieces, with any line ends, between comments', () => {
    const event = fc.record(
      { type: fc.string(), text: fc.string({ unit: 'grapheme' }) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (events, sizes, end, hasComments) => {
          const comment = hasComments ? `: a comment, with data: {}${end}` : '';
          const frames = events.map((one) => `${comment}data: ${JSON.stringify(one)}${end}${end}`);
          const bytes = Buffer.from(frames.join(''));
          assert.deepEqual(parse(cut(bytes, sizes)), events);
        },
      ),
    );
  });

  it('keeps a character whole that is cut in two', () => {
    const bytes = Buffer.from('data: {"text":"ä€😀"}\n\n');
    for (let at = 0; at <= bytes.length; at += 1) {
      assert.deepEqual(parse([bytes.subarray(0, at), bytes.subarray(at)]), [{ text: 'ä€😀' }]);
    }
  });

  it('joins several data lines', () => {
    assert.deepEqual(parse(['data: {"a":\ndata: 1}\n\n']), [{ a: 1 }]);
  });

  it('takes the type from the name where the data has none', () => {
    assert.deepEqual(parse(['event: error\ndata: {"error":{}}\n\n']), [
      { error: {}, type: 'error' },
    ]);
    assert.deepEqual(parse(['event: other\ndata: {"type":"ping"}\n\n']), [{ type: 'ping' }]);
  });

  it('does not carry a name over to the next event', () => {
    assert.deepEqual(parse(['event: lost\n\ndata: {"a":1}\n\n']), [{ a: 1 }]);
  });

  it('ignores what is no event: empty data, bare values, other fields', () => {
    assert.deepEqual(parse(['data:\n\ndata: 5\n\ndata: null\n\nid: 7\nretry: 9\n\n']), []);
  });

  it('does not tell an event that was cut off', () => {
    assert.deepEqual(parse(['data: {"a":1}\n']), []);
    assert.deepEqual(parse(['data: {"a":1}']), []);
  });

  it('throws on data that is not JSON', () => {
    assert.throws(() => parse(['data: {"a":\n\n']), SyntaxError);
  });

  it('reads a line of many pieces', () => {
    const text = 'x'.repeat(2_000_000);
    const bytes = Buffer.from(`data: ${JSON.stringify({ text })}\n\n`);
    assert.deepEqual(parse(cut(bytes, [65_536])), [{ text }]);
  });
});
