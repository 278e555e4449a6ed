import assert from 'node:assert/strict';
import { tickText } from '../../../../../src/webview/perf/text/tickText.ts';

/** As somebody in this place reads it. */
const date = new Date(2030, 0, 8, 14, 5, 30);
const time = date.getTime() / 1000;

describe('What stands at an axis of time', () => {
  it('is the day where ticks are days apart, also where a change of the clock shortens one', () => {
    const day = date.toLocaleDateString([], { month: 'short', day: 'numeric' });
    assert.equal(tickText(time, 4 * 86_400), day);
    assert.equal(tickText(time, 23 * 3_600), day);
  });

  it('is the time where they are closer, with seconds where it needs them', () => {
    const minutes = { hour: '2-digit', minute: '2-digit' } as const;
    assert.equal(tickText(time, 600), date.toLocaleTimeString([], minutes));
    const seconds = date.toLocaleTimeString([], { ...minutes, second: '2-digit' });
    assert.equal(tickText(time, 5), seconds);
  });

  it('is the time where there is one tick alone', () => {
    assert.match(tickText(time, 0), /05/);
  });
});
