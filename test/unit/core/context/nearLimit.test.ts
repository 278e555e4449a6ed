import assert from 'node:assert/strict';
import { ContextWindowOptimizer, type Fit } from '../../../../src/core/context/contextWindow.ts';
import type { Message } from '../../../../src/core/model/message.ts';
import { Calibration } from '../../../../src/core/tokens/calibration.ts';
import { type Prompt, PromptTokens } from '../../../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../../../src/core/tokens/tokenCounter.ts';
import { aRequest, type GatewayKit, userText, withGateway } from '../model/gatewayKit.ts';

const never = new AbortController().signal;
/** About 11 tokens of the local count each, 1,000 of them within 5 % of the window below. */
const sentence = 'The discount is applied before the tax is added. ';

describe('counting near a limit', () => {
  let asked: Prompt[];
  let answer: number | undefined;

  beforeEach(() => {
    asked = [];
    answer = undefined;
  });

  const tokens = (): PromptTokens =>
    new PromptTokens({ counter: new TokenCounter(), calibration: new Calibration() });

  function create(own = tokens()) {
    const optimizer = new ContextWindowOptimizer({
      tokens: own,
      countAtProvider: async (prompt) => {
        asked.push(prompt);
        return answer;
      },
    });
    const send = (messages: readonly Message[], contextTokens: number): Promise<Fit> =>
      optimizer.fitToSend(
        {
          system: '',
          tools: [],
          messages,
          model: { id: 'm', contextTokens },
          maxOutputTokens: 1_000,
        },
        never,
      );
    return { own, send };
  }

  it('goes without the tokenizer and the provider while there is plenty of room', async () => {
    const { own, send } = create();
    await send([userText(sentence.repeat(100))], 100_000);
    assert.deepEqual([own.isLoaded, asked.length], [false, 0]);
    await send([userText(sentence.repeat(5_000))], 100_000);
    assert.deepEqual([own.isLoaded, asked.length], [true, 0]);
  });

  it('believes the provider where the estimate says it may not fit', async () => {
    const { send } = create();
    const messages = [userText('First'), userText(sentence.repeat(1_000))];
    answer = 11_000;
    const first = await send(messages, 14_000);
    assert.ok(first.kind === 'fits' && first.messages === messages);
    assert.equal(first.usage.isEstimate, false);
    assert.ok(Math.abs(first.usage.total - 11_000) <= 5);
    // The same again, and a little more of it, is known by now.
    await send(messages, 14_000);
    await send([...messages, userText('And now?')], 14_000);
    assert.equal(asked.length, 1);
    await send([...messages, userText(sentence.repeat(100))], 14_000);
    assert.equal(asked.length, 2);
  });

  it('leaves out what the provider says does not fit', async () => {
    const { send } = create();
    const messages = [userText(sentence.repeat(300)), userText(sentence.repeat(600))];
    answer = 13_900;
    const fitted = await send(messages, 14_000);
    assert.ok(fitted.kind === 'fits');
    assert.deepEqual(fitted.messages, messages.slice(1));
    assert.equal(fitted.usage.isEstimate, true);
  });

  it('keeps to its estimate where nobody counts', async () => {
    const { send } = create();
    const fitted = await send([userText(sentence.repeat(900))], 14_000);
    assert.ok(fitted.kind === 'fits' && fitted.usage.isEstimate);
    assert.equal(asked.length, 1);
  });
});

describe('the count of the provider', () => {
  const request = aRequest({
    surface: 'chat',
    messages: [userText(sentence.repeat(50))],
    tools: [{ name: 'read_file', description: 'Reads.', inputSchema: { type: 'object' } }],
    effort: 'high',
    stopSequences: ['</fill>'],
  });
  const countedPaths = ({ server }: GatewayKit): number =>
    server.requests.filter(({ path }) => path === '/v1/messages/count_tokens').length;

  it('is asked for in a form that the strict server takes', async () => {
    await withGateway(async ({ gateway, server }) => {
      const counted = await gateway.countTokens(request, never);
      assert.ok(counted !== undefined && counted > 500, `${counted} tokens`);
      assert.equal(server.requests.at(-1)?.path, '/v1/messages/count_tokens');
    });
  });

  it('is not asked for again where a local server has none, nor missed where there is no server', async () => {
    await withGateway(
      async (kit) => {
        assert.equal(
          await kit.gateway.countTokens(aRequest({ model: 'nobody-knows' }), never),
          undefined,
        );
        assert.equal(
          await kit.gateway.countTokens(aRequest({ model: 'nobody-knows' }), never),
          undefined,
        );
        assert.equal(countedPaths(kit), 1);
        await kit.server.stop();
        assert.equal(await kit.gateway.countTokens(request, never), undefined);
        assert.equal(await kit.gateway.countTokens(request, AbortSignal.abort()), undefined);
      },
      { kind: 'compatible' },
    );
  });
});
