import assert from 'node:assert/strict';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import { noRank, TokenRanks } from '../../../../src/core/tokens/tokenRanks.ts';

describe('TokenRanks', () => {
  const rankOf = (ranks: TokenRanks, text: string | Uint8Array): number => {
    const bytes = Buffer.from(text);
    // Amidst others, as parts of a piece are.
    const piece = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')]);
    return ranks.rankOf(piece, 2, 2 + bytes.length);
  };
  const packed = (tokens: readonly string[]): string =>
    tokens.map((token) => Buffer.from(token).toString('base64')).join(' ');

  it('finds every token of cl100k at its rank', async () => {
    const ranks = await TokenRanks.read(cl100k.bpe_ranks);
    const tokens = cl100k.bpe_ranks.split(' ').slice(2);
    assert.equal(tokens.length, 100_256);
    const wrong = tokens.filter(
      (token, rank) => rankOf(ranks, Buffer.from(token, 'base64')) !== rank,
    );
    assert.deepEqual(wrong, []);
  });

  it('knows what is no token', async () => {
    const ranks = await TokenRanks.read(`! 0 ${packed(['a', 'b', 'ab', 'abc'])}`);
    assert.deepEqual(
      ['a', 'b', 'ab', 'abc'].map((text) => rankOf(ranks, text)),
      [0, 1, 2, 3],
    );
    for (const text of ['c', 'ba', 'abcd', 'ab\u0000', '']) {
      assert.equal(rankOf(ranks, text), noRank, JSON.stringify(text));
    }
  });

  it('reads several lines, one after the other', async () => {
    const ranks = await TokenRanks.read(`! 0 ${packed(['a', 'b'])}\n! 2 ${packed(['ab'])}\n`);
    assert.equal(rankOf(ranks, 'ab'), 2);
  });

  it('refuses more tokens than it has room for', async () => {
    const many = packed(Array.from({ length: 131_073 }, (_, index) => String(index)));
    await assert.rejects(TokenRanks.read(`! 0 ${many}`), /more tokens than there is room for/);
  });
});
