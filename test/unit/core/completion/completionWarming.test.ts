import assert from 'node:assert/strict';
import { CancelledError } from '../../../../src/base/errors.ts';
import type { CompletionPlace } from '../../../../src/core/completion/completion.ts';
import { warmCompletions } from '../../../../src/core/completion/completionWarming.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';
import { createTestSyntax } from '../../../support/syntaxHarness.ts';

describe('Warming completions', () => {
  let prepared: CompletionPlace[];
  const prompts = {
    prepare: async (place: CompletionPlace) => {
      prepared.push(place);
    },
  };
  beforeEach(() => {
    prepared = [];
  });

  it('leaves the file’s tree and the language’s queries behind, and a prompt that is prepared', async () => {
    const syntax = await createTestSyntax();
    const { place } = new FakeEditor('const one = 1;\n¦').spot();
    await warmCompletions({ syntax, prompts }, place, new AbortController().signal);
    const { wasm, keptTrees } = syntax.counts();
    assert.equal(keptTrees, 1);
    assert.equal(wasm?.queries, 2);
    await syntax.read(place, (file) => [file.outline(), file.imports()]);
    assert.equal(syntax.counts().wasm?.queries, 2, 'the queries that are used');
    assert.deepEqual(prepared, [place]);
    syntax.dispose();
  });

  it('does without a grammar where there is none', async () => {
    const syntax = await createTestSyntax();
    const { place } = new FakeEditor('a: 1\n¦', 'a.yaml').spot();
    const yaml = { ...place, languageId: 'yaml' };
    await warmCompletions({ syntax, prompts }, yaml, new AbortController().signal);
    assert.equal(syntax.counts().wasm, undefined, 'nothing is loaded');
    assert.deepEqual(prepared, [yaml]);
    syntax.dispose();
  });

  it('ends where it is cancelled', async () => {
    const syntax = await createTestSyntax();
    const { place } = new FakeEditor('const one = 1;\n¦').spot();
    const controller = new AbortController();
    const warming = warmCompletions({ syntax, prompts }, place, controller.signal);
    controller.abort();
    await assert.rejects(warming, CancelledError);
    assert.deepEqual(prepared, []);
    syntax.dispose();
  });
});
