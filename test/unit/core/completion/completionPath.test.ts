import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base/clock.ts';
import type { CompletionPlace } from '../../../../src/core/completion/completion.ts';
import { createCompletionPrompts } from '../../../../src/core/completion/completionPrompts.ts';
import { createCompletionShaping } from '../../../../src/core/completion/completionShaping.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { OnlineConnection } from '../../../../src/core/model/connection.ts';
import { createTransport } from '../../../../src/core/model/transport.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FillServer } from '../../../support/fillServer.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import { text as textBlock } from '../../../support/messagesServerScript.ts';
import { aRequest } from '../model/gatewayKit.ts';
import { placeAt, syntaxOf } from './completionKit.ts';
import { FakeSurroundings } from './surroundingsKit.ts';

/** From a place over the wire to a completion, with nothing in between left out but the pipeline. */
async function complete(
  place: CompletionPlace,
  connection: OnlineConnection,
): Promise<string | undefined> {
  const syntax = syntaxOf();
  const surroundings = new FakeSurroundings('/work');
  const prompts = createCompletionPrompts({ surroundings, syntax, clock: new FakeClock() });
  const catalogue = await loadCatalogue();
  const transport = createTransport({ clock: systemClock, catalogue, version: '9.8.7' });
  const controller = new AbortController();
  try {
    const options = { trigger: 'automatic', model: 'claude-haiku-5-5', alternative: 0 } as const;
    const prompt = await prompts.build(place, options, controller.signal);
    assert.ok(prompt);
    const shaper = await createCompletionShaping({ syntax }).begin(place, prompt);
    const request = aRequest(prompt.request);
    for await (const event of transport.stream(request, connection, controller.signal)) {
      if (event.type === 'ended') {
        return await shaper.finish(event.outcome);
      }
      if (event.type === 'textDelta' && shaper.push(event.text) === 'enough') {
        return await shaper.finish('enough');
      }
    }
    return undefined;
  } finally {
    controller.abort();
    prompts.dispose();
    transport.dispose();
  }
}

describe('A completion over the wire', () => {
  it('comes from the Messages API in its tags', async () => {
    const server = await MessagesServer.start();
    try {
      server.reply(textBlock('<fill>items.length);\nmore'));
      const { endpoint, apiKey } = server;
      const place = placeAt('const count = total(¦);\n');
      assert.equal(await complete(place, { kind: 'anthropic', endpoint, apiKey }), 'items.length');
    } finally {
      await server.stop();
    }
  });

  for (const kind of ['llama.cpp', 'ollama'] as const) {
    it(`comes from ${kind} as it is`, async () => {
      const server = await FillServer.start({ kind });
      try {
        server.reply({ text: ' items.length);', end: 'word' });
        const { endpoint } = server;
        const place = placeAt('const count = total(¦);\n');
        assert.equal(await complete(place, { kind: 'compatible', endpoint }), ' items.length');
      } finally {
        await server.stop();
      }
    });
  }

  it('comes from a local server that is only talked to', async () => {
    const server = await FillServer.start({ kind: 'lmStudio' });
    try {
      const { endpoint } = server;
      const place = placeAt('const word = ¦;\n');
      assert.equal(await complete(place, { kind: 'compatible', endpoint }), 'told');
    } finally {
      await server.stop();
    }
  });
});
