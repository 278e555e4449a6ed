import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  Announcer,
  splitSentences,
  toSpeech,
} from '../../../../../src/webview/chat/state/announcer.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

describe('Announcer', () => {
  let clock: FakeClock;
  let announcer: Announcer;

  beforeEach(() => {
    clock = new FakeClock();
    announcer = new Announcer(clock);
  });

  afterEach(() => {
    announcer.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('tells whole sentences, and not more often than they can be heard', async () => {
    const heard: string[] = [];
    announcer.polite.subscribe((text) => heard.push(text));
    for (const word of 'One is here. Two is here. Three is h'.split(/(?= )/)) {
      announcer.stream(word);
      await clock.advance(10);
    }
    await clock.advance(2_000);
    announcer.stream('ere. ');
    await clock.advance(2_000);
    assert.deepEqual(heard, ['', 'One is here. Two is here.', 'Three is here.']);
  });

  it('says the rest with how the answer ended', async () => {
    announcer.stream('Almost');
    announcer.finish('Answer complete.');
    assert.equal(announcer.polite.value, 'Almost Answer complete.');
    await clock.advance(5_000);
    assert.equal(announcer.polite.value, 'Almost Answer complete.');
  });

  it('repeats an alert with the same words as a change, so that it is heard', () => {
    announcer.alert('Approve?');
    const first = announcer.assertive.value;
    announcer.alert('Approve?');
    assert.notEqual(announcer.assertive.value, first);
    assert.equal(announcer.assertive.value.trim(), 'Approve?');
  });

  it('waits for the end of a code block and only mentions it', async () => {
    announcer.stream('Run this:\n```sh\nrm. -rf! x\n');
    await clock.advance(2_000);
    assert.equal(announcer.polite.value, 'Run this:');
    announcer.stream('```\nDone.\n');
    await clock.advance(2_000);
    assert.equal(announcer.polite.value, 'Code block. Done.');
  });

  it('tells an endless sentence in parts', () => {
    const [told, rest] = splitSentences('word '.repeat(100));
    assert.ok(told.length > 300 && told.endsWith(' '));
    assert.equal(told + rest, 'word '.repeat(100));
  });

  it('drops the marks of markdown', () => {
    const markdown = '## A *b* `c`\n\n- [d](e) **f**\n> g\n\n| h | i |\n|---|---|\n| 1 | 2 |';
    assert.equal(toSpeech(markdown), 'A b c d f g h i 1 2');
  });
});
