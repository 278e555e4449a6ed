import assert from 'node:assert/strict';
import type { CompletionOffer } from '../../../../src/core/completion/completionOffer.ts';
import { type JudgedOffer, OfferWatch } from '../../../../src/core/completion/offerWatch.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';

describe('OfferWatch', () => {
  let judged: JudgedOffer[];
  let watch: OfferWatch;
  let editor: FakeEditor;
  beforeEach(() => {
    judged = [];
    watch = new OfferWatch((one) => judged.push(one));
    editor = new FakeEditor('a\nlet x¦\nb');
    watch.offered(editor.spot(), undefined, [offer('1', ' = compute(a);'), offer('2', ';')]);
  });

  it('goes on while the text becomes what was offered', () => {
    type(' =');
    type(' ');
    assert.equal(watch.current?.reached, 3);
    assert.deepEqual(judged, []);
  });

  it('tells an accept of a piece from keys, also from one that brings a bracket along', () => {
    type(' = compute');
    editor.type('(', ')');
    watch.moved(editor.spot());
    type('!');
    assert.deepEqual(fates(), ['accepted']);
    assert.equal(judged[0]?.watched.acceptedCharacters, ' = compute'.length);
    assert.equal(judged[0]?.watched.reached, ' = compute('.length);
  });

  it('takes a word that was typed for use, and less for none', () => {
    for (const key of ' = c') {
      type(key);
    }
    type('?');
    watch.offered(editor.spot(), undefined, [offer('3', 'abc')]);
    type('?');
    assert.deepEqual(fates(), ['followed', 'ignored']);
  });

  it('takes all of a short one for use', () => {
    watch.offered(editor.spot(), undefined, [offer('3', ';')]);
    type(';');
    type('\n');
    assert.deepEqual(fates(), ['ignored', 'followed']);
  });

  it('ends when the cursor goes before it or another file is edited', () => {
    editor.delete(2);
    watch.moved(editor.spot());
    assert.deepEqual(fates(), ['ignored']);
    watch.offered(editor.spot(), undefined, [offer('3', 'abc')]);
    watch.moved(new FakeEditor('a\nlet x¦\nb', 'b.ts').spot());
    assert.deepEqual(fates(), ['ignored', 'ignored']);
  });

  it('is told of a whole accept once, also after the text has come to its end', () => {
    type(' = compute(a);');
    const accepted = watch.accepted();
    assert.equal(accepted?.acceptedCharacters, accepted?.text.length);
    assert.equal(watch.accepted(), undefined);
    assert.deepEqual(fates(), ['accepted']);
  });

  it('takes a piece that was accepted and taken back for nothing', () => {
    type(' = compute');
    editor.delete(' = compute'.length);
    watch.moved(editor.spot());
    type('?');
    assert.deepEqual(fates(), ['ignored']);
    assert.equal(judged[0]?.watched.acceptedCharacters, 0);
  });

  it('counts a piece once that was taken back and accepted again', () => {
    type(' = compute');
    editor.delete(' = compute'.length);
    watch.moved(editor.spot());
    type(' = compute');
    type('?');
    assert.deepEqual(fates(), ['accepted']);
    assert.equal(judged[0]?.watched.acceptedCharacters, ' = compute'.length);
  });

  it('is rejected once', () => {
    watch.end('rejected');
    watch.end('rejected');
    assert.deepEqual(fates(), ['rejected']);
  });

  it('follows what is offered for a selection in a list from what is typed', () => {
    const other = new FakeEditor('con¦');
    watch.offered(other.spot(), other.spot('console'), [offer('3', '.log()')]);
    assert.equal(watch.current?.text, 'sole.log()');
    other.type('s');
    watch.moved(other.spot());
    assert.equal(watch.current?.reached, 1);
  });

  function type(text: string): void {
    editor.type(text);
    watch.moved(editor.spot());
  }

  function fates(): readonly string[] {
    return judged.map(({ fate }) => fate);
  }
});

function offer(id: string, text: string): CompletionOffer {
  return { id, text, closers: '', origin: { id, source: 'model' } };
}
