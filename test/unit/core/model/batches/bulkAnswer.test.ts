import assert from 'node:assert/strict';
import { fileOfAnswer, problemOfStop } from '../../../../../src/core/model/batches/bulkAnswer.ts';
import { bulkRequest, testPathOf } from '../../../../../src/core/model/batches/bulkTask.ts';

describe('The file in an answer', () => {
  const check = (answer: string, before: string | undefined, expected: string): void =>
    assert.equal(fileOfAnswer(answer, before), expected);

  it('is what is in the code block', () => {
    check('```ts src/a.ts\nconst a = 1;\n```', 'const a = 0;\n', 'const a = 1;\n');
    check('Here it is:\n\n```\na\n```\nDone.', undefined, 'a\n');
  });

  it('keeps fences of its own', () => {
    check('````md\n# A\n```ts\nx\n```\n````', undefined, '# A\n```ts\nx\n```\n');
    check('```md\n# A\n```ts\nx\n```\n```', undefined, '# A\n```ts\nx\n```\n');
    check('~~~py\n"""\n```\n"""\n~~~', undefined, '"""\n```\n"""\n');
  });

  it('has the line ends and the end of the file it replaces', () => {
    check('```\na\nb\n```', 'a\r\n', 'a\r\nb\r\n');
    check('```\r\na\r\nb\r\n```', 'a\n', 'a\nb\n');
    check('```\na\n```', 'a', 'a');
  });

  it('is refused where there is none or it is not whole', () => {
    for (const answer of ['Sorry.', '```ts\nconst a', '```\n```', '```\n\n```', '']) {
      assert.throws(() => fileOfAnswer(answer, 'a\n'), { name: 'UserError' }, answer);
    }
  });

  it('is refused where the answer was cut off; a text to read is not', () => {
    assert.equal(problemOfStop('document', 'end_turn'), undefined);
    assert.match(problemOfStop('document', 'max_tokens') ?? '', /cut off/);
    assert.equal(problemOfStop('explain', 'max_tokens'), undefined);
    assert.match(problemOfStop('review', 'refusal') ?? '', /declined/);
  });
});

describe('The request for a file', () => {
  it('leaves room for a file that is written anew', () => {
    const options = { id: 'a', model: 'm', maxOutputTokens: 1_000 };
    const source = { displayPath: 'a.ts', text: 'x'.repeat(25_000) };
    assert.ok(bulkRequest('document', source, options).maxOutputTokens > 11_000);
    assert.equal(bulkRequest('explain', source, options).maxOutputTokens, 1_000);
  });

  it('names the place for tests by the custom of the language', () => {
    assert.equal(testPathOf('src/cart.ts'), 'src/cart.test.ts');
    assert.equal(testPathOf('shop/cart.py'), 'shop/test_cart.py');
    assert.equal(testPathOf('cart.go'), 'cart_test.go');
    assert.equal(testPathOf('a/Cart.java'), 'a/CartTest.java');
    assert.equal(testPathOf('/home/ada/.x/Makefile'), '/home/ada/.x/Makefile.test');
  });
});
