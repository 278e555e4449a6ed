import assert from 'node:assert/strict';
import type { Message } from '../../../../src/core/model/message.ts';
import { Calibration } from '../../../../src/core/tokens/calibration.ts';
import { type Prompt, PromptTokens } from '../../../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../../../src/core/tokens/tokenCounter.ts';
import { userText } from '../model/gatewayKit.ts';

/** Counts a token for each character, and what it was asked to count. */
class CharacterCounter extends TokenCounter {
  counted = 0;
  override get isLoaded(): boolean {
    return true;
  }
  override count(text: string): number {
    this.counted += text.length;
    return text.length;
  }
}

const never = new AbortController().signal;

describe('PromptTokens', () => {
  const lines = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) => `line ${from + index}\n`).join('');

  function create() {
    const counter = new CharacterCounter();
    const tokens = new PromptTokens({ counter, calibration: new Calibration() });
    const prompt = (messages: readonly Message[], model = 'm'): Prompt => ({
      model,
      system: '',
      tools: [],
      messages,
    });
    return { counter, tokens, prompt };
  }

  it('counts each message once, and of a text that changed only the chunk that did', () => {
    const { counter, tokens, prompt } = create();
    const first = userText(lines(0, 500));
    tokens.estimatePromptTokens(prompt([first]));
    const once = counter.counted;
    tokens.estimatePromptTokens(prompt([first]));
    assert.equal(counter.counted, once);
    const changed = lines(0, 500).replace('line 123\n', 'another line\n');
    tokens.estimatePromptTokens(prompt([first, userText(changed)]));
    const fresh = counter.counted - once;
    assert.ok(fresh > 300 && fresh < 600, `${fresh} characters were counted`);
  });

  it('forgets estimates once the tokenizer is loaded', async () => {
    const counter = new TokenCounter();
    const tokens = new PromptTokens({ counter, calibration: new Calibration() });
    const text = 'a b c d e f g h '.repeat(100);
    const message = userText(text);
    const rough = tokens.message(message, undefined).conversation;
    await tokens.load();
    const exact = tokens.message(message, undefined).conversation;
    assert.equal(exact, counter.count(text) + 4);
    assert.notEqual(rough, exact);
  });

  it('takes what a conversation was measured with over what is usual for the model', () => {
    const { tokens, prompt } = create();
    const messages = [userText('x'.repeat(9_996))];
    assert.equal(tokens.estimatePromptTokens(prompt(messages)), 13_000);
    tokens.learn(prompt(messages), 11_000);
    assert.equal(tokens.estimatePromptTokens(prompt(messages)), 11_000);
    // The same conversation later on, whose first message is another object with the same content.
    const later = [...messages.map((message) => ({ ...message })), userText('x'.repeat(9_996))];
    assert.equal(tokens.estimatePromptTokens(prompt(later)), 22_000);
    const other = tokens.estimatePromptTokens(prompt([userText('x'.repeat(9_996))]));
    assert.ok(other > 12_000 && other < 13_000, 'another one has only been moved a little');
    assert.equal(tokens.estimatePromptTokens(prompt(later, 'n')), 26_000);
    // What was cut from it is no measure of the whole.
    tokens.learn(prompt(later), 24_000);
    tokens.learn(prompt(messages), 10_000);
    assert.equal(tokens.estimatePromptTokens(prompt(later)), 24_000);
  });

  it('counts an image as one, and thinking by the signature that holds it', () => {
    const { tokens } = create();
    const source = {
      type: 'base64',
      media_type: 'image/png',
      data: 'A'.repeat(1_000_000),
    } as const;
    const image: Message = { role: 'user', content: [{ type: 'image', source }] };
    assert.ok(tokens.message(image, undefined).files < 2_000);
    const thinking: Message = {
      role: 'assistant',
      content: [{ type: 'thinking', thinking: '', signature: 's'.repeat(4_300) }],
    };
    assert.equal(tokens.message(thinking, undefined).thinking, 1_000);
  });

  it('lets the editor have its turn while it counts a long conversation, and can be stopped', async () => {
    const { counter, tokens } = create();
    const messages = Array.from({ length: 10 }, () => userText('x'.repeat(20_000)));
    const controller = new AbortController();
    let turns = 0;
    const tick = (): void => {
      turns += 1;
      if (turns === 3) {
        controller.abort();
      } else {
        setImmediate(tick);
      }
    };
    setImmediate(tick);
    await tokens.prepare(messages, controller.signal);
    assert.ok(turns === 3 && counter.counted < 200_000, `${turns} turns`);
    await tokens.prepare(messages, never);
    const all = counter.counted;
    await tokens.prepare(messages, never);
    assert.equal(counter.counted, all);
  });
});
