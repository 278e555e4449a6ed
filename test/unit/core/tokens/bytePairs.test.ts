import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import { BytePairs } from '../../../../src/core/tokens/bytePairs.ts';
import { TokenRanks } from '../../../../src/core/tokens/tokenRanks.ts';

const maxCharacters = 128;

describe('BytePairs', () => {
  /** All of a text is one piece to it, as to ours. */
  const plain = new Tiktoken({ ...cl100k, pat_str: '[^]+' });
  const exact = (piece: string): number => plain.encode(piece, [], []).length;
  let pairs: BytePairs;

  before(async () => {
    pairs = new BytePairs(await TokenRanks.read(cl100k.bpe_ranks), maxCharacters);
  });

  it('counts any piece as the tokenizer does', () => {
    const units = ['grapheme', 'binary', 'binary-ascii'] as const;
    const piece = fc.oneof(
      ...units.map((unit) => fc.string({ unit, minLength: 1, maxLength: 40 })),
    );
    fc.assert(
      fc.property(
        piece.filter((text) => text.length <= maxCharacters),
        (text) => assert.equal(pairs.count(text), exact(text)),
      ),
      { numRuns: 500 },
    );
  });

  const pieces: readonly (readonly [string, string])[] = [
    ['one letter', 'a'],
    ['a whole token', ' function'],
    ['the longest token', ' '.repeat(128)],
    ['equal letters', 'a'.repeat(maxCharacters)],
    ['as many bytes as characters can take', '语'.repeat(maxCharacters)],
    ['emoji', '👩‍👩‍👧‍👦'.repeat(11)],
    ['half of an emoji', 'x\ud83d'],
  ];
  for (const [name, piece] of pieces) {
    it(`counts ${name}`, () => assert.equal(pairs.count(piece), exact(piece)));
  }

  it('counts a piece after a longer one as before', () => {
    const before = pairs.count('tokenizers');
    pairs.count('语'.repeat(maxCharacters));
    assert.equal(pairs.count('tokenizers'), before);
  });
});
