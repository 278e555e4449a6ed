import assert from 'node:assert/strict';
import fc from 'fast-check';
import { piecesOf, transcriptOf } from '../../../../src/core/context/compactionInput.ts';
import { planCompaction } from '../../../../src/core/context/compactionPlan.ts';
import { answer, user } from '../agent/recordBuilders.ts';

describe('what a model gets to summarize', () => {
  it('has texts and calls, cut where they are long, and neither images nor thinking', () => {
    const image = { type: 'base64', media_type: 'image/png', data: 'AAAA' } as const;
    const question = {
      ...user('look'),
      content: [
        { type: 'text', text: `paste ${'p'.repeat(50_000)} end` },
        { type: 'image', source: image },
      ] as const,
    };
    const reply = answer(
      [
        { type: 'thinking', thinking: 'secret', signature: 's' },
        { type: 'opaque', value: { type: 'new' } },
        { type: 'text', text: 'I will.' },
        { type: 'tool_use', id: '1', name: 'write_file', input: { text: 'w'.repeat(9_000) } },
        { type: 'tool_use', id: '2', name: 'search', input: {} },
      ],
      {
        toolResults: [
          {
            toolUseId: '1',
            status: 'failed',
            title: '',
            content: [
              { type: 'text', text: 'r'.repeat(9_000) },
              { type: 'image', source: image },
            ],
            durationMs: 0,
            changedPaths: [],
          },
        ],
      },
    );
    const [first = '', second = ''] = transcriptOf([question, reply]);
    assert.match(
      first,
      /^<user>\npaste p+\n\[\d+ characters left out\]\np+ end\n\[image\]\n<\/user>$/,
    );
    assert.ok(first.length < 13_000);
    assert.match(second, /I will\.\n<call tool="write_file">/);
    assert.match(second, /<result status="failed">\nr+\n\[/);
    assert.match(second, /<call tool="search">\{\}<\/call>\n<result status="interrupted">/);
    assert.doesNotMatch(second, /secret|AAAA/);
    assert.ok(second.length < 4_000, `${second.length}`);
  });

  it('comes in pieces that hold all of it and are no longer than they may be', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60 }), { maxLength: 20 }),
        fc.integer({ min: 5, max: 50 }),
        (texts, maxCharacters) => {
          const pieces = piecesOf(texts, maxCharacters);
          assert.ok(pieces.every((piece) => piece.length <= maxCharacters && piece !== ''));
          const joined = pieces.join('').replaceAll('\n', '');
          assert.equal(joined, texts.join('').replaceAll('\n', ''));
        },
      ),
    );
  });
});

describe('the cut of a conversation', () => {
  it('keeps the newest that fit, the last one always, and gains something or is not made', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.nat(5_000), fc.nat(10), (tokens, keepTokens, from) => {
        const records = tokens.map((_, ordinal) => ({ ...user('x'), ordinal }));
        const sizeOf = ({ ordinal }: { ordinal: number }): number => tokens[ordinal] ?? 0;
        const total = (some: readonly { ordinal: number }[]): number =>
          some.reduce((sum, record) => sum + sizeOf(record), 0);
        const plan = planCompaction(records, { from, keepTokens, sizeOf });
        if (!plan) {
          return;
        }
        const kept = records.filter(({ ordinal }) => ordinal >= plan.keptFrom);
        assert.ok(kept.length === 1 || (kept.length > 1 && total(kept) <= keepTokens));
        assert.ok(total(plan.older) >= 1_000);
        const open = records.filter(({ ordinal }) => ordinal >= from);
        assert.deepEqual([...plan.older, ...kept], open);
      }),
    );
  });
});
