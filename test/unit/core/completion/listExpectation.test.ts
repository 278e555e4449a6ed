import assert from 'node:assert/strict';
import { ListExpectation } from '../../../../src/core/completion/listExpectation.ts';

describe('ListExpectation', () => {
  let list: ListExpectation;
  beforeEach(() => {
    list = new ListExpectation();
  });

  /** Types a text key by key into an editor whose list is open where `isOpen` says so. */
  function type(text: string, isOpen: (before: string) => boolean): string {
    let plain = '';
    for (let length = 1; length <= text.length; length += 1) {
      const before = text.slice(0, length);
      if (list.typed(before)) {
        plain += before.at(-1);
      }
      list.asked(before, isOpen(before));
    }
    return plain;
  }

  it('expects the list in words, where it opens at their beginnings', () => {
    const plain = type('a = foo(bar, baz);', (before) => /\w$/.test(before));
    assert.equal(plain, ' = (, );');
  });

  it('expects none where none has opened, at the next word', () => {
    assert.equal(
      type('one two', () => false),
      'ne two',
    );
  });

  it('expects one behind what often opens one', () => {
    assert.equal(
      type('a."/<', () => false),
      '',
    );
  });

  it('knows nothing before the editor has asked, nor where it did not', () => {
    assert.equal(list.typed('a '), false);
    list.asked('a ', false);
    assert.equal(list.typed('a  '), true);
    assert.equal(list.typed('a   '), false);
  });

  it('takes a new line for a place without one', () => {
    list.asked('a;', false);
    assert.equal(list.typed(''), true);
  });
});
