import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findTrigger, readCommand } from '../../../../../src/webview/chat/text/trigger.ts';

/** The bar marks the caret. */
function at(marked: string): ReturnType<typeof findTrigger> {
  const caret = marked.indexOf('|');
  return findTrigger(marked.replace('|', ''), caret);
}

describe('What opens suggestions', () => {
  it('is an at sign at the start of a word, with what follows up to the caret', () => {
    assert.deepEqual(at('see @src/ca|rt'), { kind: 'mention', query: 'src/ca', start: 4, end: 11 });
    assert.deepEqual(at('@|'), { kind: 'mention', query: '', start: 0, end: 1 });
    assert.deepEqual(at('(@a|'), { kind: 'mention', query: 'a', start: 1, end: 3 });
    assert.equal(at('line\n@x|')?.start, 5);
  });

  it('is no address, no finished word and no long one', () => {
    for (const marked of ['me@example|', '@a b|', 'a|@b', `@${'x'.repeat(61)}|`, 'a@@b|']) {
      assert.equal(at(marked), undefined, marked);
    }
  });

  it('is a slash at the very start', () => {
    assert.deepEqual(at('/fi|x'), { kind: 'command', query: 'fi', start: 0, end: 3 });
    for (const marked of [' /fi|', 'a /fi|', '/fix |', '/usr/bin|']) {
      assert.equal(at(marked), undefined, marked);
    }
  });
});

describe('Commands', () => {
  it('are read from the start of a message', () => {
    assert.deepEqual(readCommand('/fix the loop\nplease'), {
      name: 'fix',
      rest: 'the loop\nplease',
    });
    assert.deepEqual(readCommand('  /clear '), { name: 'clear', rest: '' });
    for (const text of ['fix', '/usr/bin is a folder', '/ x', '']) {
      assert.equal(readCommand(text), undefined, text);
    }
  });
});
