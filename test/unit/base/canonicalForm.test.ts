import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalForm } from '../../../src/base/canonicalForm.ts';
import { BugError } from '../../../src/base/errors.ts';

/** Data of all kinds that requests are made of, and some that they may come to be made of. */
const data = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('é', 'e\u0301', 'Å', '\u212b', '\ud800', '\ud801', '', '1', 't', 'n', 's1:a'),
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, Number.NaN, -0, 0),
    fc.date(),
  ),
  any: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('any'), { maxKeys: 4 }),
    fc.array(tie('any'), { maxLength: 4 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('leaf'), tie('any')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
})).any;

/** The same value, written in another way: keys and members turned round, texts decomposed. */
function rewritten(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.normalize('NFD');
  }
  if (Array.isArray(value)) {
    return value.map(rewritten);
  }
  if (value instanceof Date) {
    return new Date(value);
  }
  if (value instanceof Set) {
    return new Set([...value].reverse().map(rewritten));
  }
  if (value instanceof Map) {
    return new Map([...value].reverse().map(([key, one]) => [rewritten(key), rewritten(one)]));
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).reverse();
    return Object.fromEntries([
      ['left out by all', undefined],
      ...fields.map(([key, one]) => [key.normalize('NFD'), rewritten(one)]),
    ]);
  }
  return value === 0 ? -0 : value;
}

/** What a value means, compared in another way than by text: by Node's own deep equality. */
function meaning(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.normalize('NFC');
  }
  if (Array.isArray(value)) {
    return value.map(meaning);
  }
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const fields = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(fields.map(([key, one]) => [key.normalize('NFC'), meaning(one)]));
  }
  return value === 0 ? 0 : value;
}

function isSame(left: unknown, right: unknown): boolean {
  try {
    assert.deepStrictEqual(meaning(left), meaning(right));
    return true;
  } catch {
    return false;
  }
}

describe('The canonical form', () => {
  it('is the same however a value is written', () => {
    fc.assert(
      fc.property(data, (value) => {
        // Two keys or members that only differ in form are one after rewriting.
        fc.pre(!hasTwins(value));
        assert.equal(canonicalForm(rewritten(value)), canonicalForm(value));
      }),
      { numRuns: 500 },
    );
  });

  it('is equal for two values if and only if they mean the same', () => {
    const leaf = fc.constantFrom<unknown>(
      ...['', '1', 't', 'n', 'u', '#1;', 's1:1', 'é', 'e\u0301', '\ud800', '\ud801'],
      ...[1, -1, 0, -0, 1e21, Number.NaN, Number.POSITIVE_INFINITY, 1n],
      ...[true, false, null, undefined, new Date(1), new Date(Number.NaN)],
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 2 },
        leaf,
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b', '1', ''), tie('value'), { maxKeys: 2 }),
      ),
    }));
    fc.assert(
      fc.property(value, value, (left, right) => {
        assert.equal(canonicalForm(left) === canonicalForm(right), isSame(left, right));
      }),
      { numRuns: 5_000 },
    );
  });

  it('tells types, borders and orders apart', () => {
    const different: readonly unknown[] = [
      ...['1', 1, 1n, true, 'true', null, 'null', undefined, [], {}, new Set(), new Map(), ''],
      ...[['ab'], ['a', 'b'], ['b', 'a'], [['a'], 'b'], ['a', ['b']], [undefined], [null]],
      ...[new Set(['a', 'b']), new Map([['a', 'b']]), { a: 'b' }, { b: 'a' }, { a: null }],
      ...[new Date(5), 5, '5', new Date(5).toISOString(), { ab: '' }, { a: 'b', c: '' }],
    ];
    assert.equal(new Set(different.map(canonicalForm)).size, different.length);
  });

  it('sees holes, and refuses what is not data', () => {
    assert.equal(canonicalForm(new Array(2)), canonicalForm([undefined, undefined]));
    for (const value of [() => 1, Symbol('a'), new (class Thing {})(), Buffer.from('a')]) {
      assert.throws(() => canonicalForm({ value }), BugError);
    }
  });
});

/** Whether a value has two keys or members that only differ in their Unicode form. */
function hasTwins(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const keys = value instanceof Map ? [...value.keys()] : Object.keys(value);
  const names = (value instanceof Set ? [...value] : keys).filter((one) => typeof one === 'string');
  const inner = value instanceof Set || value instanceof Map ? [...value.values()] : [];
  return (
    new Set(names.map((name) => name.normalize('NFC'))).size < names.length ||
    [...inner, ...Object.values(value)].some(hasTwins)
  );
}
