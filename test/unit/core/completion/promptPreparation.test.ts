import assert from 'node:assert/strict';
import { CancelledError } from '../../../../src/base/errors.ts';
import type { CompletionPlace } from '../../../../src/core/completion/completion.ts';
import {
  PromptPreparation,
  preparationDelayMs,
} from '../../../../src/core/completion/promptPreparation.ts';
import { IndentationSyntax } from '../../../../src/core/syntax/indentationSyntax.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';

describe('PromptPreparation', () => {
  let clock: FakeClock;
  let isOpen: boolean;
  let prepared: { readonly place: CompletionPlace; readonly signal: AbortSignal }[];
  let answer: (signal: AbortSignal) => Promise<void>;
  let asked: { readonly text: string; readonly signal: AbortSignal }[];
  let errors: unknown[];
  let preparation: PromptPreparation;

  beforeEach(() => {
    clock = new FakeClock();
    isOpen = true;
    prepared = [];
    answer = async () => undefined;
    asked = [];
    errors = [];
    preparation = new PromptPreparation({
      clock,
      prompts: {
        prepare: (place, signal) => {
          prepared.push({ place, signal });
          return answer(signal);
        },
      },
      engine: {
        isOpen: () => isOpen,
        askAhead: async (spot, signal) => {
          asked.push({ text: spot.place.text, signal });
        },
      },
      syntax: {
        read: async (text, use) => use(new IndentationSyntax(text)),
      },
      onInternalError: (error) => errors.push(error),
    });
  });

  afterEach(() => preparation.dispose());

  it('waits a little after a key, and works for the last of several only', async () => {
    const editor = new FakeEditor('a¦');
    preparation.typed(() => editor.spot(), false);
    await clock.advance(preparationDelayMs - 1);
    editor.type('b');
    preparation.typed(() => editor.spot(), false);
    await clock.advance(preparationDelayMs - 1);
    assert.equal(prepared.length, 0);
    await clock.advance(1);
    assert.deepEqual(
      prepared.map(({ place }) => place.text),
      ['ab'],
    );
  });

  it('looks where the cursor is by then, and does nothing where it is nowhere', async () => {
    const editor = new FakeEditor('a¦');
    preparation.typed(() => editor.spot(), false);
    editor.type('bc');
    await clock.advance(preparationDelayMs);
    assert.equal(prepared[0]?.place.offset, 3);
    preparation.typed(() => undefined, false);
    await clock.advance(preparationDelayMs);
    assert.equal(prepared.length, 1);
  });

  it('does nothing where no model has to be asked', async () => {
    isOpen = false;
    preparation.typed(() => new FakeEditor('a¦').spot(), false);
    await clock.advance(preparationDelayMs);
    assert.equal(prepared.length, 0);
  });

  it('lets go of what is under way with the next key, and of all at the end', async () => {
    answer = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new CancelledError()), { once: true });
      });
    preparation.typed(() => new FakeEditor('a¦').spot(), false);
    await clock.advance(preparationDelayMs);
    assert.equal(prepared[0]?.signal.aborted, false);
    preparation.typed(() => new FakeEditor('ab¦').spot(), false);
    assert.equal(prepared[0]?.signal.aborted, true);
    await clock.advance(preparationDelayMs);
    preparation.typed(() => new FakeEditor('abc¦').spot(), false);
    preparation.dispose();
    await clock.advance(preparationDelayMs);
    assert.equal(prepared.length, 2);
    assert.equal(prepared[1]?.signal.aborted, true);
    assert.deepEqual(errors, []);
  });

  it('asks ahead only where it may, and lets go of that with the next key', async () => {
    preparation.typed(() => new FakeEditor('a¦').spot(), true);
    await clock.advance(preparationDelayMs);
    assert.deepEqual(
      asked.map(({ text }) => text),
      ['a'],
    );
    preparation.typed(() => new FakeEditor('ab¦').spot(), false);
    assert.equal(asked[0]?.signal.aborted, true);
    await clock.advance(preparationDelayMs);
    assert.equal(asked.length, 1);
  });

  it('warms what the first completion would wait for, until the next key', async () => {
    const { place } = new FakeEditor('a¦').spot();
    await preparation.warm(place);
    assert.deepEqual(prepared[0]?.place, place);
    const begun = new Promise<void>((resolve) => {
      answer = (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new CancelledError()), { once: true });
          resolve();
        });
    });
    const warming = preparation.warm(place);
    await begun;
    preparation.typed(() => undefined, false);
    await warming;
    assert.equal(prepared[1]?.signal.aborted, true);
    assert.deepEqual(errors, []);
  });

  it('lets what a key set off go on while it warms', async () => {
    const editor = new FakeEditor('a¦');
    preparation.typed(() => editor.spot(), true);
    await clock.advance(preparationDelayMs);
    await preparation.warm(editor.spot().place);
    assert.equal(asked[0]?.signal.aborted, false);
  });

  it('tells of a mistake', async () => {
    answer = async () => Promise.reject(new Error('broken'));
    preparation.typed(() => new FakeEditor('a¦').spot(), false);
    await clock.advance(preparationDelayMs);
    await preparation.warm(new FakeEditor('a¦').spot().place);
    assert.deepEqual(errors.map(String), ['Error: broken', 'Error: broken']);
  });
});
