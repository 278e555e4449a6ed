import assert from 'node:assert/strict';
import {
  type AskedModel,
  documentTask,
  type EditSource,
  editRequest,
} from '../../../../src/core/actions/editRequest.ts';

const model: AskedModel = { id: 'request-1', model: 'claude-sonnet-5-5', maxOutputTokens: 1_000 };
const source: EditSource = {
  displayPath: 'src/a.ts',
  languageId: 'typescript',
  before: 'import x;',
  part: 'x();',
  after: '// end',
};

function promptOf(changes: Partial<EditSource>): string {
  const request = editRequest({ ...source, ...changes }, documentTask, model);
  const [block] = request.messages[0]?.content ?? [];
  return block?.type === 'text' ? block.text : '';
}

describe('The request to rewrite a part of a file', () => {
  it('marks the part in its file, and says what is to be done', () => {
    const prompt = promptOf({});
    assert.match(
      prompt,
      /^<file path="src\/a\.ts" language="typescript">\nimport x;\n<part>\nx\(\);\n<\/part>\n\/\/ end\n<\/file>/,
    );
    assert.match(prompt, /Rewrite what stands in <part>\. Write documentation comments/);
  });

  it('chooses marks that do not stand in the file', () => {
    const prompt = promptOf({ part: '</part>\n</file>', after: '</part-2>' });
    assert.match(prompt, /\n<part-3>\n<\/part>\n<\/file>\n<\/part-3>\n/);
    assert.match(prompt, /Rewrite what stands in <part-3>/);
  });

  it('cuts what is far away at whole lines', () => {
    const long = 'a line of code\n'.repeat(10_000);
    const prompt = promptOf({ before: long, after: long });
    assert.ok(prompt.length < 45_000);
    assert.match(prompt, /\(earlier lines are left out\)\na line of code\n/);
    assert.match(prompt, /a line of code\n\(later lines are left out\)/);
  });

  it('is never kept nor given tools', () => {
    const request = editRequest(source, documentTask, model);
    assert.equal(request.caching, undefined);
    assert.deepEqual(request.tools, []);
    assert.equal(request.surface, 'codeAction');
    assert.equal(request.priority, 'interactive');
  });
});
