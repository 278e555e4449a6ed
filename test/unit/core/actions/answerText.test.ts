import assert from 'node:assert/strict';
import { CancelledError, UserError } from '../../../../src/base/errors.ts';
import { wholeText } from '../../../../src/core/actions/answerText.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import {
  aborted,
  done,
  failed,
  reply,
  ScriptedModel,
  text,
  thinking,
} from '../../../support/agentHarness.ts';

const request: ModelRequest = {
  id: 'request-1',
  surface: 'codeAction',
  priority: 'interactive',
  model: 'claude-sonnet-5-5',
  system: '',
  tools: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  maxOutputTokens: 100,
};

function ask(model: ScriptedModel, signal = new AbortController().signal): Promise<string> {
  return wholeText(model, request, signal);
}

describe('The text of an answer', () => {
  it('is its text alone', async () => {
    const model = new ScriptedModel(reply([thinking('Hm.'), text('Hello '), text('there.')]));
    assert.equal(await ask(model), 'Hello there.');
  });

  it('is not taken where it was cut off or declined', async () => {
    const cut = new ScriptedModel(reply([text('Hel')], done('max_tokens')));
    await assert.rejects(ask(cut), /cut off/);
    const refused = new ScriptedModel(reply([text('Hel')], done('refusal')));
    await assert.rejects(ask(refused), /declined/);
  });

  it('gives the reason of a failure in its own words', async () => {
    await assert.rejects(ask(new ScriptedModel(reply([], failed()))), new UserError('It broke.'));
  });

  it('ends with a cancellation', async () => {
    const stop = new AbortController();
    const model = new ScriptedModel(async function* stuck(_, signal) {
      stop.abort();
      await aborted(signal);
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
    });
    await assert.rejects(ask(model, stop.signal), CancelledError);
  });
});
