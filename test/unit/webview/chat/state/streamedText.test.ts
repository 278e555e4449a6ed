import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Frames } from '../../../../../src/webview/chat/state/frames.ts';
import { StreamedText } from '../../../../../src/webview/chat/state/streamedText.ts';

function watch(text: StreamedText): string[] {
  const heard: string[] = [];
  text.listen({ onDidGrow: () => heard.push('grow'), onDidReplace: () => heard.push('replace') });
  return heard;
}

describe('StreamedText', () => {
  it('tells that it grew, and nothing of an empty delta', () => {
    const text = new StreamedText('a', false);
    const heard = watch(text);
    text.append('b');
    text.append('');
    assert.equal(text.text, 'ab');
    assert.deepEqual(heard, ['grow']);
  });

  it('tells of its end once, because what was held back is drawn then', () => {
    const text = new StreamedText('', false);
    const heard = watch(text);
    text.end();
    text.end();
    assert.deepEqual(heard, ['grow']);
  });

  it('asks to be drawn afresh when text comes after the end', () => {
    const text = new StreamedText('a', true);
    const heard = watch(text);
    text.append('b');
    assert.deepEqual(heard, ['replace']);
    assert.equal(text.isEnded, false);
    text.append('c');
    assert.deepEqual(heard, ['replace', 'grow']);
  });

  it('grows when replaced by more of the same, is drawn afresh otherwise', () => {
    const text = new StreamedText('ab', false);
    const heard = watch(text);
    text.replace('ab');
    text.replace('abc');
    text.replace('x');
    assert.deepEqual(heard, ['grow', 'replace']);
  });

  it('forgets a listener that is disposed', () => {
    const text = new StreamedText('', false);
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    const subscription = text.listen({ onDidGrow: count, onDidReplace: count });
    subscription.dispose();
    text.append('a');
    assert.equal(calls, 0);
  });
});

describe('Frames', () => {
  class Source {
    readonly callbacks: (() => void)[] = [];
    requestAnimationFrame(callback: () => void): number {
      return this.callbacks.push(callback);
    }
    run(): void {
      for (const callback of this.callbacks.splice(0)) {
        callback();
      }
    }
  }

  it('asks for one frame however often it is asked, and draws only in it', () => {
    const source = new Source();
    const frames = new Frames(source);
    const drawn: string[] = [];
    const first = (): number => drawn.push('first');
    frames.request(first);
    frames.request(first);
    frames.request(() => drawn.push('second'));
    assert.equal(source.callbacks.length, 1);
    // A hidden page gets no frames: until one comes, nothing is drawn.
    assert.deepEqual(drawn, []);
    source.run();
    assert.deepEqual(drawn, ['first', 'second']);
  });

  it('leaves what is asked for while drawing to the next frame', () => {
    const source = new Source();
    const frames = new Frames(source);
    let count = 0;
    const again = (): void => {
      count += 1;
      frames.request(again);
    };
    frames.request(again);
    source.run();
    assert.equal(count, 1);
    source.run();
    assert.equal(count, 2);
  });

  it('draws the rest when one fails, and then tells', () => {
    const source = new Source();
    const frames = new Frames(source);
    let isDrawn = false;
    frames.request(() => {
      throw new Error('broken');
    });
    frames.request(() => {
      isDrawn = true;
    });
    assert.throws(() => source.run(), /broken/);
    assert.ok(isDrawn);
  });

  it('does not draw what was taken back', () => {
    const source = new Source();
    const frames = new Frames(source);
    frames.request(() => assert.fail('drawn')).dispose();
    source.run();
  });
});
