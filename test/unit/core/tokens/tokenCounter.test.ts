import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import { roughTokens } from '../../../../src/core/tokens/roughTokens.ts';
import { TokenCounter } from '../../../../src/core/tokens/tokenCounter.ts';
import { repositoryDir } from '../../../support/paths.ts';

describe('TokenCounter', () => {
  const plain = new Tiktoken(cl100k);
  const counter = new TokenCounter();
  const exact = (text: string): number => plain.encode(text, [], []).length;

  before(() => counter.load());

  it('counts source code exactly as the tokenizer does', () => {
    const folder = join(repositoryDir, 'src/core/model');
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    assert.ok(files.length > 5);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      assert.equal(counter.count(text), exact(text), file);
    }
  });

  it('counts any text of ordinary pieces exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        assert.equal(counter.count(text), exact(text));
      }),
      { numRuns: 300 },
    );
  });

  const checks: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈👍🏽 '.repeat(20)],
    ['Chinese', '这是一个没有空格的句子。'.repeat(10)],
    ['names of special tokens', 'a <|endoftext|> b <|fim_prefix|>'],
    ['control characters', '\u0000\u0001\r\n\t\u2028'],
  ];
  for (const [name, text] of checks) {
    it(`counts ${name} exactly`, () => assert.equal(counter.count(text), exact(text)));
  }

  it('takes halves of surrogate pairs', () => {
    for (const text of [
      '\ud800',
      'a\udc00b',
      '\ud83d'.repeat(1_000),
      'x'.repeat(127) + '👍'.repeat(99),
    ]) {
      assert.ok(counter.count(text) > 0);
    }
  });

  it('ends on long unbroken runs, and errs upwards by little', () => {
    const bytesOf = (text: string): number => Buffer.byteLength(text);
    // Plain `encode` takes 20 s for the first of these and minutes for the second.
    for (const text of ['a'.repeat(20_000), 'QUJDRA'.repeat(10_000), ' '.repeat(20_000)]) {
      const count = counter.count(text);
      assert.ok(count > 0 && count <= bytesOf(text));
    }
    const short = 'QUJDRA'.repeat(100);
    assert.ok(counter.count(short) >= exact(short));
    assert.ok(counter.count(short) <= exact(short) * 1.1);
    assert.ok(counter.count(' '.repeat(20_000)) < 1_000);
  });

  it('estimates before it is loaded, and then not below what it counts later', () => {
    const fresh = new TokenCounter();
    assert.equal(fresh.isLoaded, false);
    const code = readFileSync(join(repositoryDir, 'src/core/model/transport.ts'), 'utf8');
    const base64 = Buffer.from(code.repeat(2)).toString('base64');
    const chinese = '这是一个没有空格的句子。'.repeat(100);
    for (const text of [code, base64, chinese, 'word', '']) {
      assert.equal(fresh.count(text), roughTokens(text));
      assert.ok(roughTokens(text) >= exact(text) * 0.95, `${roughTokens(text)} for ${exact(text)}`);
      assert.ok(roughTokens(text) <= Buffer.byteLength(text));
    }
  });
});
