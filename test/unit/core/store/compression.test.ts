import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../../src/base/errors.ts';
import { type Encoding, pack, unpack } from '../../../../src/core/store/compression.ts';

const encodings: readonly Encoding[] = ['zstd', 'gzip', 'plain'];

describe('pack', () => {
  for (const encoding of encodings) {
    it(`gives back any JSON with ${encoding}`, () => {
      fc.assert(
        fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 40 }), (texts) => {
          const json = JSON.stringify(texts).repeat(8);
          const packed = pack(json, encoding);
          assert.equal(unpack(packed.value, packed.encoding), json);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('makes long text smaller and leaves short text alone', () => {
    const source = 'export const cart = [];\n'.repeat(500);
    for (const encoding of ['zstd', 'gzip'] as const) {
      const packed = pack(source, encoding);
      assert.equal(packed.encoding, encoding);
      assert.ok(packed.value.length < source.length / 10);
    }
    assert.equal(pack(source).encoding, 'zstd', 'the best this Node has');
    assert.equal(pack('short').encoding, 'plain');
  });
});

describe('unpack', () => {
  it('says so where the encoding is newer than it', () => {
    assert.throws(() => unpack(new Uint8Array([1]), 'newer'), UserError);
  });

  it('does not pass damaged bytes off as what was kept', () => {
    // Node 22 gives the readable beginning of a cut text, which is then no JSON.
    const { value } = pack(JSON.stringify('x'.repeat(5_000)), 'zstd');
    assert.throws(() => JSON.parse(unpack(value.slice(0, 9), 'zstd')));
    assert.throws(() => unpack(new Uint8Array([1, 2, 3]), 'gzip'));
    assert.throws(() => unpack(null, 'plain'), TypeError);
  });
});
