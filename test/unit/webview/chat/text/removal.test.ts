import assert from 'node:assert/strict';
import { removalOf } from '../../../../../src/webview/chat/text/removal.ts';

describe('What taking a thread out of the list is called', () => {
  it('deletes what nobody else sees', () => {
    for (const team of [undefined, { isShared: false }]) {
      const { verb, done } = removalOf(team);
      assert.equal(verb, 'Delete');
      assert.equal(done('Sums'), 'Deleted “Sums”');
    }
  });

  it('says that a shared one goes for all', () => {
    const { verb, done } = removalOf({ isShared: true });
    assert.equal(verb, 'Delete');
    assert.equal(done('Sums'), 'Deleted “Sums” for the whole team');
  });

  it('only hides one of somebody else, and says so', () => {
    const { verb, done } = removalOf({ owner: 'ben', isShared: true });
    assert.equal(verb, 'Hide');
    assert.equal(done('Sums'), '“Sums” is hidden on this machine. It stays ben’s.');
  });
});
