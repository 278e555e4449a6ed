import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CompletionTrie } from '../../../../src/core/completion/completionTrie.ts';

/** A list that is searched from one end to the other: what the trie must agree with. */
class PlainList {
  private entries: {
    readonly key: string;
    readonly whole: string;
    readonly start: number;
    readonly value: number;
  }[] = [];
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get size(): number {
    return this.entries.length;
  }

  get sizeBytes(): number {
    return this.entries.reduce((sum, { key, whole }) => sum + bytesOf(key, whole), 0);
  }

  put(key: string, text: string, completion: string, value: number): void {
    const whole = text + completion;
    if (completion === '' || bytesOf(key, whole) > this.maxBytes) {
      return;
    }
    const same = this.entries.find((one) => one.key === key && one.whole === whole);
    const start = Math.min(text.length, same?.start ?? text.length);
    this.entries = this.entries.filter((one) => one !== same);
    this.entries.push({ key, whole, start, value });
    while (this.sizeBytes > this.maxBytes) {
      this.entries.shift();
    }
  }

  find(key: string, text: string): readonly object[] {
    const found = this.entries
      .map((entry, place) => ({ entry, place }))
      .filter(
        ({ entry: one }) =>
          one.key === key &&
          one.whole.startsWith(text) &&
          one.whole.length > text.length &&
          one.start <= text.length,
      )
      .sort((left, right) => right.entry.start - left.entry.start || right.place - left.place)
      .map(({ entry }) => entry);
    this.entries = [...this.entries.filter((one) => !found.includes(one)), ...found.toReversed()];
    return found.map(({ whole, start, value }) => ({
      rest: whole.slice(text.length),
      start,
      value,
    }));
  }
}

/** What one entry takes, by the trie's own account. */
function bytesOf(key: string, whole: string): number {
  const trie = new CompletionTrie<number>(1_000_000);
  trie.put(key, '', whole, 0);
  return trie.sizeBytes;
}

const key = fc.constantFrom('k', 'other');
const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 6 });
const operation = fc.oneof(
  fc.record({ do: fc.constant('put' as const), key, text, completion: text }),
  fc.record({ do: fc.constant('find' as const), key, text }),
);

describe('CompletionTrie', () => {
  it('agrees with a list that is searched linearly, whatever is put, found and evicted', () => {
    const maxBytes = bytesOf('other', 'abab') * 4;
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const trie = new CompletionTrie<number>(maxBytes);
        const list = new PlainList(maxBytes);
        for (const [index, one] of operations.entries()) {
          if (one.do === 'put') {
            trie.put(one.key, one.text, one.completion, index);
            list.put(one.key, one.text, one.completion, index);
          } else {
            assert.deepEqual(trie.find(one.key, one.text), list.find(one.key, one.text));
          }
          assert.equal(trie.size, list.size);
          assert.equal(trie.sizeBytes, list.sizeBytes);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives back what is left after typing along, and all of it after deleting back', () => {
    const trie = new CompletionTrie<string>(10_000);
    trie.put('k', 'con', 'sole.log()', 'made');
    assert.deepEqual(trie.find('k', 'console'), [{ rest: '.log()', start: 3, value: 'made' }]);
    assert.deepEqual(trie.find('k', 'con'), [{ rest: 'sole.log()', start: 3, value: 'made' }]);
    assert.deepEqual(trie.find('k', 'co'), [], 'nobody asked about that text');
    assert.deepEqual(trie.find('k', 'const'), []);
    assert.deepEqual(trie.find('other', 'con'), []);
  });

  it('tells white space from none', () => {
    const trie = new CompletionTrie<string>(10_000);
    trie.put('k', 'if ', '(a)', 'made');
    assert.deepEqual(trie.find('k', 'if'), []);
    assert.deepEqual(trie.find('k', 'if  '), []);
    assert.equal(trie.find('k', 'if ').length, 1);
  });

  it('is empty again once everything was evicted or cleared', () => {
    const trie = new CompletionTrie<number>(2_000);
    for (let index = 0; index < 1_000; index += 1) {
      trie.put(`k${index}`, 'abc', `${index}`, index);
      assert.ok(trie.sizeBytes <= 2_000);
    }
    assert.equal(trie.keyCount, trie.size, 'a key goes with its last completion');
    trie.clear();
    assert.deepEqual([trie.size, trie.sizeBytes, trie.keyCount], [0, 0, 0]);
  });

  it('does not take one that is larger than all it may hold', () => {
    const trie = new CompletionTrie<number>(1_000);
    trie.put('k', '', 'small', 1);
    trie.put('k', '', 'x'.repeat(1_000), 2);
    assert.equal(trie.size, 1);
  });
});
