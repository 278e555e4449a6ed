/** The client against a server that others wrote, as far as that one goes. */
import assert from 'node:assert/strict';
import { LLMock } from '@copilotkit/aimock';
import { createGateway } from '../../../../src/core/model/gateway.ts';
import type { Message } from '../../../../src/core/model/message.ts';
import type { ModelEvent, ModelRequest } from '../../../../src/core/model/request.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import {
  aRequest,
  blocksOf,
  collect,
  failureOf,
  outcomeOf,
  textOf,
  typesOf,
  userText,
} from './gatewayKit.ts';

interface MockKit {
  readonly mock: LLMock;
  ask(overrides?: Partial<ModelRequest>): Promise<ModelEvent[]>;
}

/** Waits pass at once, so that tries again cost no time. */
class HurriedClock extends FakeClock {
  override setTimeout(...[callback, delayMs]: Parameters<FakeClock['setTimeout']>) {
    const timer = super.setTimeout(callback, delayMs);
    if (delayMs <= 10_000) {
      setImmediate(() => this.advance(delayMs));
    }
    return timer;
  }
}

async function withMock(test: (kit: MockKit) => Promise<void>): Promise<void> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1' });
  await mock.start();
  const gateway = createGateway({
    connection: {
      current: () => Promise.resolve({ kind: 'anthropic', endpoint: mock.url, apiKey: 'key' }),
    },
    offline: () => assert.fail('offline'),
    clock: new HurriedClock(),
    version: '1.0.0',
  });
  const signal = new AbortController().signal;
  try {
    await test({ mock, ask: (overrides) => collect(gateway.stream(aRequest(overrides), signal)) });
  } finally {
    gateway.dispose();
    await mock.stop();
  }
}

describe('The gateway against aimock', () => {
  it('streams text', () =>
    withMock(async ({ mock, ask }) => {
      const content = 'Grüße, 世界! '.repeat(20);
      mock.onMessage('Hello', { content }, { chunkSize: 3 });
      const events = await ask();
      assert.equal(textOf(events), content);
      assert.deepEqual(outcomeOf(events), {
        kind: 'done',
        stopReason: 'end_turn',
        value: 'end_turn',
      });
    }));

  it('goes through a tool round, thinking included', () =>
    withMock(async ({ mock, ask }) => {
      const toolCalls = [{ id: 'toolu_1', name: 'read_file', arguments: '{"path":"ä.ts"}' }];
      mock.onToolResult('toolu_1', { content: 'It says hello.' });
      mock.onMessage('Hello', { toolCalls, reasoning: 'Which file?' });
      const first = await ask();
      const blocks = blocksOf(first);
      const use = blocks.find((block) => block.type === 'tool_use');
      assert.deepEqual(use, {
        type: 'tool_use',
        id: 'toolu_1',
        name: 'read_file',
        input: { path: 'ä.ts' },
      });
      assert.equal(blocks[0]?.type, 'thinking');
      const result: Message = {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'hello' }],
      };
      const messages = [userText('Hello'), { role: 'assistant', content: blocks } as const, result];
      assert.equal(textOf(await ask({ messages })), 'It says hello.');
    }));

  for (const status of [429, 529]) {
    it(`tries again after ${status}`, () =>
      withMock(async ({ mock, ask }) => {
        mock.onMessage('Hello', { content: 'Fine.' });
        mock.nextRequestError(status, { message: 'Later', type: 'overloaded_error' });
        const events = await ask();
        assert.equal(typesOf(events)[0], 'retrying');
        assert.equal(textOf(events), 'Fine.');
      }));
  }

  it('tells what it does not know how to answer', () =>
    withMock(async ({ ask }) => {
      assert.equal(failureOf(await ask()).kind, 'invalidRequest');
    }));

  it('keeps the text before a cut', () =>
    withMock(async ({ mock, ask }) => {
      const content = 'All happy families are alike. '.repeat(10);
      mock.onMessage('Hello', { content }, { chunkSize: 10, truncateAfterChunks: 8, latency: 2 });
      const events = await ask();
      assert.equal(failureOf(events).kind, 'connection');
      const text = textOf(events);
      assert.ok(text.length > 0 && content.startsWith(text), text);
    }));
});
