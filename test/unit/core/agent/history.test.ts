import assert from 'node:assert/strict';
import { isAnswered, toMessages } from '../../../../src/core/agent/history.ts';
import type { Message } from '../../../../src/core/model/message.ts';
import type { MessageRecord } from '../../../../src/core/store/records.ts';
import { text, thinking, toolUse } from '../../../support/agentHarness.ts';
import { answer, result, user } from './recordBuilders.ts';

function resultsIn(message: Message | undefined): unknown[] {
  return (message?.content ?? []).map((block) => [
    block.type === 'tool_result' && block.tool_use_id,
    block.type === 'tool_result' && block.is_error === true,
  ]);
}

describe('history as messages', () => {
  it('answers each tool use in the message right after it, in the order of the calls', () => {
    const uses = [toolUse('a', 'read_file'), text('and'), toolUse('b', 'read_file')];
    const messages = toMessages([
      user('look'),
      answer(uses, { toolResults: [result('b'), result('a', 'failed')] }),
    ]);
    assert.deepEqual(
      messages.map((message) => message.role),
      ['user', 'assistant', 'user'],
    );
    assert.deepEqual(resultsIn(messages[2]), [
      ['a', true],
      ['b', false],
    ]);
  });

  it('marks whatever was not done as an error', () => {
    const statuses = ['done', 'failed', 'denied', 'cancelled'] as const;
    const uses = statuses.map((status) => toolUse(status, 'run_command'));
    const toolResults = statuses.map((status) => result(status, status));
    const messages = toMessages([user('go'), answer(uses, { toolResults })]);
    assert.deepEqual(resultsIn(messages[2]), [
      ['done', false],
      ['failed', true],
      ['denied', true],
      ['cancelled', true],
    ]);
  });

  it('answers a call that a crash left open, and the same way every time', () => {
    const open = answer([toolUse('a', 'x'), toolUse('b', 'x')], { toolResults: [result('a')] });
    const crashed: MessageRecord[] = [user('go'), open];
    const messages = toMessages(crashed);
    assert.deepEqual(resultsIn(messages[2]), [
      ['a', false],
      ['b', true],
    ]);
    assert.equal(JSON.stringify(toMessages(crashed)), JSON.stringify(messages));
    assert.equal(isAnswered(open), false);
  });

  it('matches results to the calls of their own answer where a server uses ids again', () => {
    const messages = toMessages([
      user('go'),
      answer([toolUse('call_0', 'x')], { toolResults: [result('call_0', 'done', 'first')] }),
      answer([toolUse('call_0', 'x')], { toolResults: [result('call_0', 'done', 'second')] }),
    ]);
    const contents = [messages[2], messages[4]].flatMap((message) =>
      (message?.content ?? []).map((block) => block.type === 'tool_result' && block.content),
    );
    assert.deepEqual(contents, ['first', 'second']);
  });

  it('leaves a refused turn out, with its earlier rounds and its message', () => {
    const messages = toMessages([
      user('one', { turnId: 'first' }),
      answer([text('fine')], { turnId: 'first' }),
      user('two', { turnId: 'refused' }),
      answer([toolUse('a', 'x')], { turnId: 'refused', toolResults: [result('a')] }),
      answer([text('I c')], { turnId: 'refused', stopReason: 'refusal', state: 'failed' }),
      user('three', { turnId: 'third' }),
    ]);
    assert.deepEqual(
      messages.map((message) => message.content[0]),
      [text('one'), text('fine'), text('three')],
    );
  });

  it('drops blank texts, and answers of which nothing is left', () => {
    const messages = toMessages([
      user('one'),
      answer([text(' \n'), thinking('hm')]),
      user('two'),
      answer([text(''), text('yes')]),
      user('three'),
      answer([]),
    ]);
    assert.deepEqual(
      messages.map((message) => message.content),
      [[text('one')], [text('two')], [text('yes')], [text('three')]],
    );
  });

  it('sends signed thinking back as it came, and drops what was never signed', () => {
    const redacted = { type: 'redacted_thinking', data: 'AAAA' } as const;
    const signed = thinking('', 'signature');
    const messages = toMessages([
      user('go'),
      answer([signed, redacted, thinking('half', ''), text('so')]),
    ]);
    assert.deepEqual(messages[1]?.content, [signed, redacted, text('so')]);
  });

  it('keeps a block of an unknown type untouched, even as the only one of a paused answer', () => {
    const value = { type: 'server_tool_use', id: 'srv_1', input: { b: 1, a: [null] } };
    const messages = toMessages([user('go'), answer([{ type: 'opaque', value }])]);
    assert.deepEqual(messages[1]?.content, [{ type: 'opaque', value }]);
  });

  it('leaves out thinking before an ordinal, and keeps all else', () => {
    const records = [
      user('one', { ordinal: 0 }),
      answer([thinking('early'), text('A')], { ordinal: 1 }),
      user('two', { ordinal: 2 }),
      answer([thinking('late'), text('B')], { ordinal: 3 }),
    ];
    const messages = toMessages(records, { thinkingFrom: 3 });
    assert.deepEqual(messages[1]?.content, [text('A')]);
    assert.deepEqual(messages[3]?.content, [thinking('late'), text('B')]);
    assert.deepEqual(toMessages(records, { thinkingFrom: 4 })[3]?.content, [text('B')]);
  });
});
