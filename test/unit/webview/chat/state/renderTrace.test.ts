import assert from 'node:assert/strict';
import type { HostEvent, RenderReport } from '../../../../../src/shared/protocol.ts';
import { RenderTrace } from '../../../../../src/webview/chat/state/renderTrace.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function started(threadId: string, traced: string | undefined = traceparent): HostEvent {
  const assistant = {
    role: 'assistant',
    id: 'm',
    turnId: 't',
    blocks: [],
    state: 'running',
    createdAt: 0,
  } as const;
  const started = { type: 'turn/started', threadId, assistant } as const;
  return traced === '' ? started : { ...started, traceparent: traced };
}

function ended(threadId: string): HostEvent {
  return { type: 'turn/ended', threadId, messageId: 'm', state: 'done', durationMs: 1 };
}

describe('The trace of drawing', () => {
  let clock: FakeClock;
  let reports: RenderReport[];
  let trace: RenderTrace;
  beforeEach(() => {
    clock = new FakeClock();
    reports = [];
    trace = new RenderTrace(clock, (report) => reports.push(report));
  });

  it('tells once the end of a turn is on the screen', async () => {
    const origin = trace.sending();
    await clock.advance(30);
    // The host goes on with what began here.
    const own = origin.replace(/-[0-9a-f]{16}-/, '-b7ad6b7169203331-');
    trace.observe(started('a', own));
    await clock.advance(100);
    trace.drawn(4);
    trace.observe(ended('a'));
    assert.deepEqual(reports, []);
    await clock.advance(16);
    trace.drawn(6);
    trace.drawn(1);
    assert.deepEqual(reports, [
      {
        traceparent: own,
        origin,
        sinceStartMs: 116,
        sinceEndMs: 16,
        sendMs: 30,
        frames: 2,
        busyMs: 10,
        longestMs: 6,
      },
    ]);
  });

  it('says nothing of sending where the panel did not send', () => {
    // Another turn begins, by a command, while this one is on its way.
    trace.sending();
    trace.observe(started('a'));
    trace.observe(ended('a'));
    trace.drawn(1);
    assert.equal(reports[0]?.sendMs, undefined);
    assert.equal(reports[0]?.origin, undefined);
  });

  it('is silent about turns that are not traced', () => {
    trace.observe(started('a', ''));
    trace.observe(ended('a'));
    trace.drawn(1);
    assert.deepEqual(reports, []);
  });

  it('keeps turns of several threads apart, and not without end', () => {
    for (let thread = 0; thread < 20; thread += 1) {
      trace.observe(started(`thread ${thread}`));
    }
    for (let thread = 0; thread < 20; thread += 1) {
      trace.observe(ended(`thread ${thread}`));
    }
    trace.drawn(1);
    assert.equal(reports.length, 8);
  });
});
