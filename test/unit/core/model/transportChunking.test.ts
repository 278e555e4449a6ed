import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ModelEvent } from '../../../../src/core/model/request.ts';
import {
  type AnswerOptions,
  answer,
  type Chunking,
  type ScriptBlock,
  text,
  thinking,
  toolUse,
} from '../../../support/messagesServerScript.ts';
import { blocksOf, outcomeOf, textOf, withGateway, withTransport } from './gatewayKit.ts';

const content = 'Grüße, 世界! 👩‍👩‍👧 \\n\r\n';
const input = { path: 'src/größe.ts', text: content, lines: [1, -2.5] };
const blocks: ScriptBlock[] = [thinking(content), text(content), toolUse('write_file', input)];

/** Without what the server numbers and signs anew in each answer. */
function comparable(events: readonly ModelEvent[]): unknown {
  return JSON.parse(
    JSON.stringify(events, (key, value: unknown) =>
      key === 'messageId' || key === 'signature' || key === 'id' ? '' : value,
    ),
  );
}

describe('A stream in pieces', () => {
  const chunkings: Chunking[] = ['event', 'whole', 'byte', 'splitCharacters', [1, 2, 3, 5, 8, 13]];
  const decorations: AnswerOptions[] = [
    {},
    { lineEnding: '\r\n' },
    { lineEnding: '\r' },
    { comments: true, pingEvery: 1 },
    { unknownEvents: true },
    { lineEnding: '\r\n', comments: true, pingEvery: 2, unknownEvents: true },
  ];

  it('reads the same in every chunking, with every decoration', () =>
    withGateway(async ({ server, collect }) => {
      server.reply(answer(blocks, { deltaCharacters: 7 }));
      const expected = comparable(await collect());
      for (const chunking of chunkings) {
        for (const decoration of decorations) {
          server.reply(answer(blocks, { deltaCharacters: 7, chunking, ...decoration }));
          const what = JSON.stringify({ chunking, ...decoration });
          assert.deepEqual(comparable(await collect()), expected, what);
        }
      }
    }));

  it('gives the text and input that was sent, whatever they are', () =>
    withGateway(async ({ server, collect }) => {
      const scripts = fc.record({
        words: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        json: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true, maxKeys: 3 }),
        deltaCharacters: fc.integer({ min: 1, max: 20 }),
        sizes: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
        lineEnding: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
        comments: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(scripts, async ({ words, json, sizes, ...options }) => {
          server.reply(answer([text(words), toolUse('t', json)], { ...options, chunking: sizes }));
          const events = await collect();
          assert.equal(textOf(events), words);
          const use = blocksOf(events)[1];
          // Through JSON once, as the wire has no minus zero.
          assert.deepEqual(use?.type === 'tool_use' && use.input, JSON.parse(JSON.stringify(json)));
        }),
        { numRuns: 40 },
      );
    }));

  it('ends once, wherever it is cut', async () => {
    const short = [text('Ünï'), toolUse('t', { a: 1 })];
    await withTransport(async ({ server, collect }) => {
      const lengths: number[] = [];
      for (let bytes = 0; ; bytes += 1) {
        // A reset takes the server a while: every seventh cut goes through all places in time.
        const kind = bytes % 7 === 0 ? 'reset' : 'close';
        server.reply(answer(short, { chunking: 'whole', fault: { kind, after: { bytes } } }));
        const events = await collect();
        lengths.push(textOf(events).length);
        if (outcomeOf(events).kind === 'done') {
          assert.equal(textOf(events), 'Ünï');
          break;
        }
        assert.equal(outcomeOf(events).kind, 'failed');
      }
      assert.ok(lengths.length > 800, `${lengths.length} cuts`);
      assert.deepEqual(
        lengths,
        [...lengths].sort((left, right) => left - right),
        'never less text from more bytes',
      );
    });
  }).timeout(60_000);
});
