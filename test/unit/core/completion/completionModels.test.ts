import assert from 'node:assert/strict';
import {
  completionModels,
  suitsCompletions,
} from '../../../../src/core/completion/completionModels.ts';
import { createCompletionPrompts } from '../../../../src/core/completion/completionPrompts.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { knownModels } from '../../../support/messagesServerModels.ts';
import { text } from '../../../support/messagesServerScript.ts';
import { aRequest, outcomeOf, textOf, withTransport } from '../model/gatewayKit.ts';
import { placeAt, syntaxOf } from './completionKit.ts';
import { FakeSurroundings } from './surroundingsKit.ts';

describe('Models for completions', () => {
  it('begin with the one that answers soonest', async () => {
    const [first] = completionModels(await loadCatalogue());
    assert.equal(first?.id, 'claude-haiku-5-5');
  });

  it('are none that must think first', async () => {
    const catalogue = await loadCatalogue();
    const suiting = completionModels(catalogue).map(({ id }) => id);
    assert.ok(suiting.includes('claude-sonnet-5-5'));
    for (const id of ['claude-opus-5-5', 'claude-fable-5-2']) {
      assert.ok(catalogue.find(id) && !suiting.includes(id), id);
    }
  });

  it('may be any that the catalogue does not know', () => {
    assert.ok(suitsCompletions(undefined));
  });

  it('take the request for a completion, which a strict server checks', async () => {
    const surroundings = new FakeSurroundings('/work');
    const clock = new FakeClock();
    const prompts = createCompletionPrompts({ surroundings, syntax: syntaxOf(), clock });
    const { signal } = new AbortController();
    try {
      await withTransport(async ({ server, collect }) => {
        const served = new Set(knownModels.map(({ id }) => id));
        const suiting = completionModels(await loadCatalogue()).map(({ id }) => id);
        for (const model of suiting.filter((id) => served.has(id))) {
          server.reply(text('<fill>1'));
          const options = { trigger: 'automatic', model, alternative: 0 } as const;
          const prompt = await prompts.build(placeAt('const x = ¦'), options, signal);
          const events = await collect(aRequest({ ...prompt?.request }));
          assert.equal(outcomeOf(events).kind, 'done', model);
          assert.equal(textOf(events), '<fill>1');
          const body = server.messageRequests.at(-1)?.body ?? {};
          assert.equal(body['temperature'], undefined);
          assert.notDeepEqual(body['thinking'], { type: 'adaptive' }, model);
        }
      });
    } finally {
      prompts.dispose();
    }
  });
});
