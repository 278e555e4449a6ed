/** What choosing a model adds to a request: a first turn, a round of a turn under way, a long thread. */
import { loadCatalogue } from '../../src/core/model/catalogue.ts';
import { LiveCatalogue } from '../../src/core/model/liveCatalogue.ts';
import type { Message } from '../../src/core/model/message.ts';
import type { ModelEvent, ModelRequest } from '../../src/core/model/request.ts';
import { Retirements } from '../../src/core/model/retirement.ts';
import { ModelRouter } from '../../src/core/model/router/modelRouter.ts';
import { ModelStatistics } from '../../src/core/model/router/modelStatistics.ts';
import { createRouteStage } from '../../src/core/model/stages/route.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { medianMs, printReport, rounded } from './support.ts';

const requestsPerRun = 2_000;
const runs = 15;

const clock = new FakeClock();
const live = new LiveCatalogue(await loadCatalogue());
const catalogue = async (): Promise<LiveCatalogue> => live;
const statistics = new ModelStatistics({ workspace: () => 'w', onProblem: () => undefined });
const router = new ModelRouter({
  catalogue,
  retirements: new Retirements({ catalogue, clock, onRetired: () => undefined }),
  statistics,
  clock,
  allowedModels: () => [],
  explorationShare: () => 0.03,
  budgetLeftUsd: () => 20,
});
const connection = {
  current: async () => ({ kind: 'anthropic', endpoint: 'https://api.example' }) as const,
};
const stage = createRouteStage({ router, connection });
const signal = new AbortController().signal;

const ended: ModelEvent = {
  type: 'ended',
  outcome: { kind: 'done', stopReason: 'end_turn', value: 'end_turn' },
};

async function* answerAtOnce(): AsyncGenerator<ModelEvent> {
  yield ended;
}

const tools = Array.from({ length: 9 }, (_, index) => ({
  name: `tool_${index}`,
  description: 'Does something with files of the workspace. '.repeat(6),
  inputSchema: { type: 'object', properties: { path: { type: 'string', description: 'A path' } } },
}));

function aRequest(messages: readonly Message[], changes: Partial<ModelRequest>): ModelRequest {
  return {
    id: 'request',
    surface: 'chat',
    priority: 'interactive',
    model: 'claude-sonnet-5-5',
    system: 'You help with code. '.repeat(100),
    tools,
    messages,
    maxOutputTokens: 32_000,
    ...changes,
  };
}

function conversation(messages: number): Message[] {
  return Array.from({ length: messages }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: [
      { type: 'text', text: 'Why is the total wrong when a discount applies? '.repeat(10) },
    ],
  }));
}

const routing = { userText: 'Why is the total of the cart wrong when a discount applies?' };

/** Microseconds a request, with the stage less without it. */
async function overheadUs(makeRequest: (index: number) => ModelRequest): Promise<number> {
  const run = (ask: (request: ModelRequest) => AsyncIterable<ModelEvent>) => async () => {
    for (let index = 0; index < requestsPerRun; index += 1) {
      for await (const event of ask(makeRequest(index))) {
        void event;
      }
    }
  };
  const withStage = run((request) => stage(request, answerAtOnce, signal));
  const bare = run(() => answerAtOnce());
  await withStage();
  const [routedMs, bareMs] = [await medianMs(runs, withStage), await medianMs(runs, bare)];
  return rounded(((routedMs - bareMs) * 1_000) / requestsPerRun);
}

const [short, long] = [conversation(6), conversation(2_000)];
printReport('router', {
  newTurnUs: await overheadUs((index) => aRequest(short, { routing, turnId: `t${index}` })),
  sameTurnUs: await overheadUs(() => aRequest(short, { routing, turnId: 'same' })),
  pinnedUs: await overheadUs((index) => aRequest(short, { turnId: `p${index}` })),
  messages2000Us: await overheadUs((index) => aRequest(long, { routing, turnId: `l${index}` })),
});
router.dispose();
