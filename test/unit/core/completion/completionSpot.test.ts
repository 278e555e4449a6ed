import assert from 'node:assert/strict';
import { FakeEditor } from '../../../support/fakeEditor.ts';

describe('CompletionSpot', () => {
  it('is a place in the whole text', () => {
    const { place } = new FakeEditor('one\ntwo(¦)\nthree').spot();
    assert.equal(place.text, 'one\ntwo()\nthree');
    assert.equal(place.text.slice(0, place.offset), 'one\ntwo(');
    assert.equal(place.documentId, 'file:///a.ts');
  });

  it('is a place in the text as it would be, where something is selected in a list', () => {
    const { place } = new FakeEditor('one\ncon¦;\nthree').spot('console');
    assert.equal(place.text, 'one\nconsole;\nthree');
    assert.equal(place.text.slice(place.offset), ';\nthree');
  });

  it('finds what was made on a line above, once the text has grown into it', () => {
    const editor = new FakeEditor('one\nif¦\nend');
    const { key } = editor.spot().own('scope');
    editor.type(' (a) {\n  b');
    const found = [...editor.spot().texts('scope', 1)].filter((one) => one.key === key);
    assert.deepEqual(found, [{ key, text: 'if (a) {\n  b', closers: '' }]);
    assert.deepEqual(
      [...editor.spot().texts('scope', 0)].filter((one) => one.key === key),
      [],
    );
  });

  it('counts closing characters behind the cursor as there or not, from the nearest on', () => {
    const closers = (marked: string) =>
      [...new FakeEditor(marked).spot().texts('', 0)].map((text) => text.closers);
    assert.deepEqual(closers('f(¦)'), ['', ')']);
    assert.deepEqual(closers('f([¦]);'), ['', ']', '])']);
    assert.deepEqual(closers('f(¦ )'), ['']);
    assert.deepEqual(closers('f(¦a)'), ['']);
  });
});
