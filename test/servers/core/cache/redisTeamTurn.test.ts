import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { defaultSharedKinds } from '../../../../src/core/cache/sharedKinds.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { TieredCache } from '../../../../src/core/cache/tieredCache.ts';
import { createGateway, type Gateway } from '../../../../src/core/model/gateway.ts';
import type { ModelEvent, ModelRequest } from '../../../../src/core/model/request.ts';
import { RequestLog } from '../../../../src/core/model/requestLog.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import { answer, text } from '../../../support/messagesServerScript.ts';
import { redisProgram } from '../../../support/servers/redisServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';
import { aRequest, textOf } from '../../../unit/core/model/gatewayKit.ts';
import { RedisKit, type RedisMember } from './redisKit.ts';

function fail(error: unknown): never {
  throw error;
}

interface Window {
  readonly gateway: Gateway;
  readonly log: RequestLog;
  readonly member: RedisMember;
}

describeWith([redisProgram], 'Two windows of a team on one Redis', () => {
  const kit = new RedisKit();
  const ends: (() => void)[] = [];
  let folder: TemporaryFolder;
  let server: MessagesServer;
  before(() => kit.start());
  after(() => kit.stop());
  beforeEach(async () => {
    folder = createTemporaryFolder('team');
    server = await MessagesServer.start();
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) {
      end();
    }
    await server.stop();
    await kit.clean();
    folder.dispose();
  });

  async function aWindow(machine: string, teamKeys = kit.teamKeys): Promise<Window> {
    const member = await kit.member({ machine, teamKeys });
    const cache = new TieredCache({
      clock: systemClock,
      memoryBytes: () => 1_000_000,
      diskBytes: () => 1_000_000,
      diskPath: join(folder.path, `${machine}.db`),
      onProblem: fail,
    });
    cache.useRemote([member.tier]);
    const log = new RequestLog();
    const { endpoint, apiKey } = server;
    const gateway = createGateway({
      connection: { current: async () => ({ kind: 'anthropic', endpoint, apiKey }) },
      offline: () => assert.fail('never offline'),
      clock: systemClock,
      version: '9.8.7',
      log,
      answers: {
        cache,
        keys: member.keys,
        isEnabled: () => true,
        sharedKinds: () => defaultSharedKinds,
      },
      onInternalError: fail,
    });
    ends.push(() => {
      gateway.dispose();
      cache.dispose();
    });
    return { gateway, log, member };
  }

  async function ask(
    { gateway }: Window,
    request: Partial<ModelRequest> = {},
    signal = new AbortController().signal,
  ): Promise<ModelEvent[]> {
    const explain: Partial<ModelRequest> = {
      surface: 'codeAction',
      caching: { operation: 'explain', version: 1 },
      ...request,
    };
    const events: ModelEvent[] = [];
    for await (const event of gateway.stream(aRequest(explain), signal)) {
      events.push(event);
    }
    return events;
  }

  it('find what the other has asked, and say where', async () => {
    const [anna, ben] = [await aWindow('anna'), await aWindow('ben')];
    server.reply([text('An explanation')]);
    await ask(anna);
    await anna.member.tier.flush();
    assert.equal(textOf(await ask(ben)), 'An explanation');
    assert.equal(server.messageRequests.length, 1);
    const [record] = ben.log.all();
    assert.equal(record?.answeredFrom, 'redis');
    assert.ok(record?.decisions.some(({ text: words }) => /found in the team’s Redis/.test(words)));
    assert.equal(textOf(await ask(ben)), 'An explanation');
    assert.equal(ben.log.all().at(-1)?.answeredFrom, 'memory', 'promoted');
  });

  it('show a third one with another key nothing, who neither waits for them', async () => {
    const anna = await aWindow('anna');
    const stranger = await aWindow('stranger', createTeamKeyText());
    server.reply(answer([text('An explanation')], { firstEventDelayMs: 200 }));
    server.reply(answer([text('Their own')], { firstEventDelayMs: 200 }));
    const first = ask(anna);
    while (server.messageRequests.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(textOf(await ask(stranger)), 'Their own');
    assert.equal(textOf(await first), 'An explanation');
    assert.deepEqual(stranger.member.rejections, []);
  });

  it('ask once where both ask at the same time', async () => {
    const [anna, ben] = [await aWindow('anna'), await aWindow('ben')];
    server.reply(answer([text('An explanation')], { firstEventDelayMs: 300 }));
    const answers = await Promise.all([ask(anna), ask(ben)]);
    assert.deepEqual(answers.map(textOf), ['An explanation', 'An explanation']);
    assert.equal(server.messageRequests.length, 1);
  });

  it('each ask where nobody may wait, or where it is not shared', async () => {
    const [anna, ben] = [await aWindow('anna'), await aWindow('ben')];
    for (const request of [
      { surface: 'completion', caching: { operation: 'complete', version: 1 } },
      { surface: 'summary', caching: { operation: 'compact', version: 1 } },
    ] as const) {
      const before = server.messageRequests.length;
      server.reply(answer([text('One')], { firstEventDelayMs: 100 }));
      server.reply(answer([text('Two')], { firstEventDelayMs: 100 }));
      await Promise.all([ask(anna, request), ask(ben, request)]);
      assert.equal(server.messageRequests.length - before, 2);
    }
    assert.deepEqual(await kit.keys(), []);
  });

  it('ask after the first one was stopped, without waiting for its lease', async () => {
    const [anna, ben] = [await aWindow('anna'), await aWindow('ben')];
    server.reply(answer([text('Never seen')], { firstEventDelayMs: 60_000 }));
    server.reply([text('An explanation')]);
    const stop = new AbortController();
    const stopped = ask(anna, {}, stop.signal);
    while (server.messageRequests.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const second = ask(ben);
    stop.abort();
    await stopped;
    assert.equal(textOf(await second), 'An explanation');
    const leases = (await kit.keys()).filter((key) => key.endsWith(':lease'));
    assert.deepEqual(leases, []);
  });

  it('go on where the server goes away in the middle', async () => {
    const [anna, ben] = [await aWindow('anna'), await aWindow('ben')];
    server.reply([text('An explanation')]);
    server.reply([text('Another')]);
    await ask(anna);
    ben.member.tier.dispose();
    assert.equal(textOf(await ask(ben)), 'Another');
  });
});
