import assert from 'node:assert/strict';
import { namesRequest, readNames } from '../../../../src/core/actions/nameSuggestions.ts';
import { lifetimeOf } from '../../../../src/core/cache/answerPolicy.ts';

describe('Names for a symbol', () => {
  it('are asked for with the code around it, and kept until that changes', () => {
    const request = namesRequest(
      {
        displayPath: 'src/a.ts',
        path: '/home/ada/src/a.ts',
        languageId: 'typescript',
        name: 'x',
        line: 3,
        code: 'const x = 86_400;',
      },
      { id: 'request-1', model: 'claude-haiku-5-5', maxOutputTokens: 1_000 },
    );
    assert.match(JSON.stringify(request.messages), /const x = 86_400;/);
    assert.match(JSON.stringify(request.messages), /The symbol: x, at line 3/);
    assert.deepEqual(request.caching?.files, ['/home/ada/src/a.ts']);
    assert.ok(lifetimeOf(request));
  });

  it('are those that can be names, each once, without the present one', () => {
    const names = [
      'secondsPerDay',
      'x',
      'seconds per day',
      '2day',
      '',
      7,
      'größe',
      'secondsPerDay',
    ];
    assert.deepEqual(readNames(JSON.stringify({ names }), 'x'), ['secondsPerDay', 'größe']);
  });

  it('are no more than can be looked over, and none where the answer is something else', () => {
    const names = Array.from({ length: 30 }, (_, index) => `name${index}`);
    assert.equal(readNames(JSON.stringify({ names }), 'x').length, 8);
    assert.deepEqual(readNames('No idea.', 'x'), []);
    assert.deepEqual(readNames('{"names": "x"}', 'y'), []);
  });
});
