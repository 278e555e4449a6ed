import assert from 'node:assert/strict';
import { windowTokens as windowTokensOf } from '../../../../src/core/agent/windowTokens.ts';
import type { Message } from '../../../../src/core/model/message.ts';
import type { MessageRecord } from '../../../../src/core/store/records.ts';
import { Calibration } from '../../../../src/core/tokens/calibration.ts';
import { PromptTokens } from '../../../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../../../src/core/tokens/tokenCounter.ts';
import { text, toolUse, usage } from '../../../support/agentHarness.ts';
import { answer, result, user } from './recordBuilders.ts';

describe('tokens in the window', () => {
  const tokens = new PromptTokens({ counter: new TokenCounter(), calibration: new Calibration() });
  const estimate = (messages: readonly Message[]): number =>
    tokens.estimatePromptTokens({ model: 'm', system: '', tools: [], messages });
  const windowTokens = (records: readonly MessageRecord[]) => windowTokensOf(records, { estimate });

  it('are none in an empty thread', () => {
    assert.deepEqual(windowTokens([]), { tokens: 0, isEstimate: false });
  });

  it('are what the last answer counted, cached ones included', () => {
    const counted = { ...usage, cacheReadTokens: 1_000, cacheWriteTokens: 500 };
    const records = [user('x'.repeat(9_999)), answer([text('y')], { usage: counted })];
    assert.deepEqual(windowTokens(records), { tokens: 1_620, isEstimate: false });
  });

  it('are estimated from what came after, results included', () => {
    const toolResults = [result('1', 'done', 'rest '.repeat(500))];
    const records = [user('go'), answer([toolUse('1', 'x')], { usage, toolResults })];
    const before = windowTokens(records);
    assert.equal(before.isEstimate, true);
    assert.ok(before.tokens >= 1_120 && before.tokens < 1_200);
    const { tokens } = windowTokens([...records, user('text '.repeat(500))]);
    assert.ok(tokens >= 2_120 && tokens < 2_250);
  });

  it('pass over answers that were not counted', () => {
    const records = [user('go'), answer([text('y')], { usage }), user('on'), answer([])];
    const { tokens, isEstimate } = windowTokens(records);
    assert.ok(isEstimate && tokens > 120 && tokens < 140);
  });

  it('count an image as one, not as its base64 text', () => {
    const data = 'A'.repeat(1_000_000);
    const source = { type: 'base64', media_type: 'image/png', data } as const;
    const { tokens } = windowTokens([user('', { content: [{ type: 'image', source }] })]);
    assert.ok(tokens >= 1_600 && tokens < 1_650);
  });
});
