import assert from 'node:assert/strict';
import type { ModelRequest } from '../../../../../src/core/model/request.ts';
import {
  complexFrom,
  estimateComplexity,
  simpleBelow,
} from '../../../../../src/core/model/router/complexity.ts';
import { aRequest } from '../gatewayKit.ts';

const tools = [{ name: 'read_file', description: '', inputSchema: { type: 'object' } }];

function kindOf(userText: string, changes: Partial<ModelRequest> = {}): string {
  const request = aRequest({ tools, routing: { userText }, ...changes });
  const { score } = estimateComplexity(request, 8_000);
  return score < simpleBelow ? 'simple' : score >= complexFrom ? 'complex' : 'ordinary';
}

describe('The complexity of a request', () => {
  const ordinary = [
    'Where is the discount calculated?',
    'Explain this function',
    'Add a test for percentOf in src/cart.ts',
    'Fix the failing test',
    'Add a --verbose flag to the command line',
    'Refactor this function',
    'Rename the module while you refactor the way orders are stored',
    'Почему падает тест?',
    '',
  ];
  for (const text of ordinary) {
    it(`is ordinary: ${text}`, () => assert.equal(kindOf(text), 'ordinary'));
  }

  for (const text of ['Hello', 'thanks!', 'Fix the typo in the README', 'rename foo to bar']) {
    it(`is simple: ${text}`, () => assert.equal(kindOf(text), 'simple'));
  }

  for (const text of [
    'Redesign the storage layer and migrate all the files to it',
    'Find the root cause of the deadlock between the two workers',
    'Audit the whole project for security problems and refactor what is unsafe',
  ]) {
    it(`is complex: ${text}`, () => assert.equal(kindOf(text), 'complex'));
  }

  it('rises with each correction, with files and with effort, and never leaves 0 to 1', () => {
    const text = 'Add a flag';
    assert.equal(kindOf(text, { routing: { userText: text, corrections: 5 } }), 'ordinary');
    assert.equal(
      kindOf(text, { routing: { userText: text, corrections: 5, filesInPlay: 40 } }),
      'complex',
    );
    assert.equal(kindOf('Still failing, find the root cause', { effort: 'max' }), 'complex');
    const all =
      'no, that is wrong. redesign, refactor, deadlock, root cause, security, performance';
    const request = aRequest({
      effort: 'max',
      routing: { userText: all.repeat(20), corrections: 9 },
    });
    assert.equal(estimateComplexity(request, 500_000).score, 1);
    assert.equal(
      estimateComplexity(aRequest({ surface: 'completion', effort: 'low' }), 1).score,
      0,
    );
  });

  it('takes background surfaces for the small work that they are', () => {
    assert.equal(kindOf('', { surface: 'summary' }), 'simple');
    assert.equal(kindOf('', { surface: 'commitMessage' }), 'simple');
  });
});
