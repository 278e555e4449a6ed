import assert from 'node:assert/strict';
import {
  IdleWarming,
  idleMs,
  type WarmableEditor,
} from '../../../../src/host/completion/idleWarming.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('IdleWarming', () => {
  let clock: FakeClock;
  let isOn: boolean;
  let warmed: string[];
  let warming: IdleWarming<WarmableEditor>;
  beforeEach(() => {
    clock = new FakeClock();
    isOn = true;
    warmed = [];
    warming = new IdleWarming({
      clock,
      isOn: () => isOn,
      warm: ({ document }) => warmed.push(document.languageId),
    });
  });
  afterEach(() => warming.dispose());

  it('waits for a moment in which nothing happens', async () => {
    warming.placed(editor('go'));
    await clock.advance(idleMs - 1);
    warming.placed(editor('go'));
    await clock.advance(idleMs - 1);
    assert.deepEqual(warmed, []);
    await clock.advance(1);
    assert.deepEqual(warmed, ['go']);
  });

  it('is done once for each language, for the editor that the cursor was put into last', async () => {
    warming.placed(editor('go'));
    warming.placed(editor('rust'));
    await clock.advance(idleMs);
    warming.placed(editor('rust'));
    await clock.advance(idleMs);
    warming.placed(editor('go'));
    await clock.advance(idleMs);
    assert.deepEqual(warmed, ['rust', 'go']);
  });

  it('is not done where completions are off, nor in what was closed, but may be later', async () => {
    isOn = false;
    warming.placed(editor('go'));
    await clock.advance(idleMs);
    isOn = true;
    warming.placed({ document: { languageId: 'go', isClosed: true } });
    await clock.advance(idleMs);
    assert.deepEqual(warmed, []);
    warming.placed(editor('go'));
    await clock.advance(idleMs);
    assert.deepEqual(warmed, ['go']);
  });

  it('is not done after the end', async () => {
    warming.placed(editor('go'));
    warming.dispose();
    await clock.advance(idleMs);
    assert.deepEqual(warmed, []);
  });
});

function editor(languageId: string): WarmableEditor {
  return { document: { languageId, isClosed: false } };
}
