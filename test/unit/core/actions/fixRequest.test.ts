import assert from 'node:assert/strict';
import {
  fixMessages,
  fixRequest,
  readFix,
  repairMessages,
} from '../../../../src/core/actions/fixRequest.ts';

const messages = fixMessages({
  displayPath: 'src/a.ts',
  languageId: 'typescript',
  text: 'const a: number = "1";\n',
  problems: [
    { startLine: 1, startColumn: 7, endLine: 1, severity: 'error', message: 'Not assignable.' },
  ],
});

describe('A fix', () => {
  it('is asked for with the file and its problems, in a form that can be read', () => {
    const model = { id: 'request-1', model: 'claude-sonnet-5-5', maxOutputTokens: 1_000 };
    const request = fixRequest(messages, model);
    assert.match(JSON.stringify(request.messages), /const a: number/);
    assert.match(JSON.stringify(request.messages), /Not assignable/);
    assert.ok(request.outputSchema);
  });

  it('is asked for once more with the reason why it does not apply', () => {
    const again = repairMessages(messages, '{"edits": []}', 'old_text does not occur.');
    assert.deepEqual(
      again.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.match(JSON.stringify(again[2]), /old_text does not occur/);
  });

  it('is read from JSON, also in a fence', () => {
    const json = '{"edits": [{"old_text": "1", "new_text": "2"}], "explanation": " Why. "}';
    const fix = { edits: [{ oldText: '1', newText: '2' }], explanation: 'Why.' };
    assert.deepEqual(readFix(json), fix);
    assert.deepEqual(readFix(`Here:\n\`\`\`json\n${json}\n\`\`\``), fix);
  });

  it('is nothing where the answer is something else', () => {
    for (const answer of ['', 'No.', '[]', '{}', '{"edits": 1}', '{"edits": [{"old_text": 1}]}']) {
      assert.equal(readFix(answer), undefined, answer);
    }
  });
});
