import assert from 'node:assert/strict';
import type { RequestRecord } from '../../../../src/core/model/requestLog.ts';
import { requestReport } from '../../../../src/core/telemetry/requestReport.ts';

const record: RequestRecord = {
  id: 'request-1',
  surface: 'chat',
  priority: 'interactive',
  model: 'claude-sonnet-5-5',
  startedAt: 0,
  firstTokenMs: 640,
  durationMs: 4_200,
  usage: {
    inputTokens: 500,
    cacheReadTokens: 11_500,
    cacheWriteTokens: 0,
    outputTokens: 300,
    thinkingTokens: 0,
  },
  attempts: 2,
  outcome: 'done',
  decisions: [{ by: 'schedule', text: 'Sent at once.', atMs: 3 }],
};

const parts = {
  nameOf: () => 'Claude Sonnet 5.5',
  costOf: () => 0.0123,
  formatTime: () => '14:03:22',
};

describe('The report of requests', () => {
  it('tells time, tokens, price and every decision', () => {
    const text = requestReport([record], parts);
    assert.match(text, /## 14:03:22: Chat, Claude Sonnet 5\.5\n/);
    assert.match(
      text,
      /4\.2 s, the first word after 640 ms, 2 tries, 12k tokens in \(11\.5k from the cache\), 300 out, \$0\.012\n/,
    );
    assert.match(text, /- Queue, after 3 ms: Sent at once\./);
  });

  it('shows the newest first, why one failed, and no invented price', () => {
    const failed: RequestRecord = {
      ...record,
      model: 'local',
      startedAt: 1,
      outcome: 'failed',
      failure: 'It broke.',
    };
    const text = requestReport([record, failed], {
      ...parts,
      nameOf: (model) => model,
      costOf: (_, model) => (model === 'local' ? undefined : 1),
    });
    assert.ok(text.indexOf('local') < text.indexOf('claude-sonnet-5-5'));
    assert.match(text, /Failed: It broke\./);
    assert.match(text, /price not known/);
  });

  it('says where nothing was asked', () => {
    assert.match(requestReport([], parts), /No model was asked/);
  });
});
