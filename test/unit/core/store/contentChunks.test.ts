import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chunksOf } from '../../../../src/core/store/contentChunks.ts';
import { noise } from './noise.ts';

describe('chunksOf', () => {
  it('gives chunks that together are the content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60_000 }), (content) => {
        const chunks = chunksOf(content);
        assert.ok(Buffer.concat(chunks).equals(content));
        assert.equal(
          chunks.slice(0, -1).every(({ length }) => length >= 1_024),
          true,
        );
        assert.equal(
          chunks.every(({ length }) => length <= 16_384),
          true,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('gives one chunk of little or nothing', () => {
    assert.deepEqual(chunksOf(new Uint8Array()), [new Uint8Array()]);
    assert.equal(chunksOf(Buffer.from('short')).length, 1);
  });

  it('cuts what has no borders of its own as well', () => {
    const chunks = chunksOf(new Uint8Array(100_000));
    assert.ok(chunks.length >= 100_000 / 16_384);
  });

  it('has all chunks but those around a change in common with the version before', () => {
    const before = noise(400_000, 1);
    const known = new Set(chunksOf(Buffer.from(before)).map(String));
    fc.assert(
      fc.property(
        fc.nat(before.length),
        fc.nat(200),
        fc.string({ maxLength: 300 }),
        (at, removed, added) => {
          const after = before.slice(0, at) + added + before.slice(at + removed);
          const chunks = chunksOf(Buffer.from(after));
          const fresh = chunks.filter((chunk) => !known.has(String(chunk)));
          // The borders fall into step again within a few chunks.
          assert.ok(fresh.length <= 12, `${fresh.length} of ${chunks.length}`);
        },
      ),
      { numRuns: 60 },
    );
  });
});
