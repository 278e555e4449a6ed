import assert from 'node:assert/strict';
import { ContextWindowOptimizer } from '../../../../src/core/context/contextWindow.ts';
import { Calibration } from '../../../../src/core/tokens/calibration.ts';
import { PromptTokens } from '../../../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../../../src/core/tokens/tokenCounter.ts';
import { contextKeeping, createAgentHarness, draft, reply } from '../../../support/agentHarness.ts';
import { text, thinking, toolUse } from '../../../support/messagesServerScript.ts';
import { withGateway } from '../model/gatewayKit.ts';
import { lastAnswer } from './threadKit.ts';

const questions = 25;

describe('a thread that goes on over a real connection after its window is full', () => {
  for (const isAutomatic of [true, false]) {
    const how = isAutomatic ? 'summarized' : 'cut';
    it(`sends nothing that the strict server rejects, its older part ${how}`, async () => {
      await withGateway(async ({ gateway, server }) => {
        const tokens = new PromptTokens({
          counter: new TokenCounter(),
          calibration: new Calibration(),
        });
        let answers = 0;
        server.respond(({ body }) => {
          answers += 1;
          const isSummary = !JSON.stringify(body?.['tools'] ?? []).includes('read_file');
          const uses = answers % 3 === 0 ? [] : [toolUse('read_file', { path: `a${answers}.ts` })];
          return isSummary
            ? [text('## Task\nRead all.\n')]
            : [thinking('I look at the next one. '.repeat(10)), text('Next.'), ...uses];
        });
        const harness = createAgentHarness({
          tools: { read_file: { run: async () => ({ text: 'const total = 1;\n'.repeat(60) }) } },
          parts: {
            gateway,
            model: async () => ({
              id: 'claude-sonnet-5-5',
              name: 'Claude Sonnet 5.5',
              contextWindow: 12_000,
            }),
            context: contextKeeping({
              tokens,
              optimizer: new ContextWindowOptimizer({
                tokens,
                countAtProvider: (prompt, signal) =>
                  gateway.countTokens(
                    {
                      ...prompt,
                      id: 'c',
                      surface: 'chat',
                      priority: 'interactive',
                      maxOutputTokens: 1,
                    },
                    signal,
                  ),
              }),
              isAutomatic: () => isAutomatic,
            }),
          },
        });
        for (let number = 0; number < questions; number += 1) {
          await harness.service.send('t', draft(`Question ${number}: ${'why? '.repeat(20)}`));
          await harness.settled('t');
        }
        const sent = server.requests.filter(({ method }) => method === 'POST');
        assert.deepEqual(new Set(sent.map(({ status }) => status)), new Set([200]));
        const longest = Math.max(
          ...server.messageRequests.map(({ body }) => JSON.stringify(body?.['messages']).length),
        );
        const all = JSON.stringify(server.messageRequests.map(({ body }) => body));
        assert.ok(longest < 45_000, `${longest} characters in one request`);
        assert.equal(all.includes('Read all.'), isAutomatic);
        assert.deepEqual(harness.troubles, []);
      });
    });
  }
});

describe('a thread without a model', () => {
  it('takes a message of any length, and leaves nothing out for want of room', async () => {
    const harness = createAgentHarness({
      parts: { model: async () => ({ id: 'offline', name: 'Offline', isUnlimited: true }) },
    });
    const long = 'export const total = 1;\n'.repeat(20_000);
    for (const message of [long, 'And now?']) {
      harness.model.add(reply([{ type: 'text', text: 'Found.' }]));
      await harness.service.send('t', draft(message));
      await harness.settled('t');
    }
    assert.equal(lastAnswer(await harness.view('t')).state, 'done');
    const [, second] = harness.model.requests;
    assert.equal(second?.messages.length, 3);
    assert.ok(JSON.stringify(second?.messages[0]).length > long.length);
    assert.equal(second?.maxOutputTokens, 4_096);
  });
});
