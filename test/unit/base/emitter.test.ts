import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import { collectUncaught } from '../../support/uncaught.ts';

describe('Emitter', () => {
  it('tells listeners in the order they subscribed, each value in turn', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    emitter.event((value) => heard.push(`a${value}`));
    emitter.event((value) => heard.push(`b${value}`));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, ['a1', 'b1', 'a2', 'b2']);
  });

  it('takes a function twice as two listeners, unsubscribed apart', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    const listen = (value: string): void => {
      heard.push(value);
    };
    const first = emitter.event(listen);
    emitter.event(listen);
    emitter.fire('x');
    first.dispose();
    first.dispose();
    emitter.fire('y');
    assert.deepEqual(heard, ['x', 'x', 'y']);
  });

  it('goes on after a listener that throws, and reports the error', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    const heard: number[] = [];
    const failure = new Error('broken');
    emitter.event(() => {
      throw failure;
    });
    emitter.event((value) => heard.push(value));
    emitter.fire(1);
    assert.deepEqual(heard, [1]);
    assert.deepEqual(errors, [failure]);
  });

  it('surfaces the error of a listener that nobody listens for', async () => {
    const emitter = new Emitter<number>();
    emitter.event(() => {
      throw new Error('broken');
    });
    const uncaught = await collectUncaught(() => emitter.fire(1));
    assert.deepEqual(uncaught.map(String), ['Error: broken']);
  });

  it('lets a listener unsubscribe itself while it is told', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const once = emitter.event((value) => {
      once.dispose();
      heard.push(`once ${value}`);
    });
    emitter.event((value) => heard.push(`always ${value}`));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, ['once 1', 'always 1', 'always 2']);
  });

  it('tells a listener added while telling from the next value on', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    const adding = emitter.event(() => {
      adding.dispose();
      emitter.event((value) => heard.push(value));
    });
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, [2]);
  });

  it('tells nobody once disposed', () => {
    const emitter = new Emitter<number>();
    emitter.event(() => assert.fail('told'));
    emitter.dispose();
    emitter.fire(1);
  });
});
