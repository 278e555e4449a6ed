/**
 * What our path to the model, with all its stages, costs beside the bare SDK and a bare fetch: time to
 * the first event and CPU per event, over a stream of 5,000 text deltas on loopback. A gateway with no
 * stage that may be left out shows what the others cost. The server is a process of its own, so its
 * work is not counted. Prints one line of JSON.
 */
import Anthropic from '@anthropic-ai/sdk';
import { systemClock } from '../../src/base/clock.ts';
import { createGateway, type Gateway } from '../../src/core/model/gateway.ts';
import type { ModelRequest } from '../../src/core/model/request.ts';
import { startServerProcess } from '../support/messagesServerProcess.ts';
import { type Answer, answer, text } from '../support/messagesServerScript.ts';
import { median, printReport, rounded } from './support.ts';
import { openWholePath } from './wholePath.ts';

const deltas = 5_000;
const deltaCharacters = 40;
/** Until the compiler has seen to the code of all contenders; each round is one request of each. */
const longRounds: Rounds = { measured: 31, warmUp: 6 };
const shortRounds: Rounds = { measured: 301, warmUp: 100 };

interface Rounds {
  readonly measured: number;
  readonly warmUp: number;
}

interface Sample {
  readonly firstMs: number;
  readonly cpuMicrosPerEvent: number;
  readonly events: number;
}

/** Calls `onEvent` for each event of one stream. */
type Run = (onEvent: () => void) => Promise<void>;

const body = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1_000,
  messages: [{ role: 'user' as const, content: 'Write a lot.' }],
};

function bareSdk(endpoint: string, apiKey: string): Run {
  const client = new Anthropic({ baseURL: endpoint, apiKey, maxRetries: 0, openTelemetry: false });
  return async (onEvent) => {
    for await (const _ of await client.messages.create({ ...body, stream: true })) {
      onEvent();
    }
  };
}

function bareFetch(endpoint: string, apiKey: string): Run {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'anthropic-version': '2026-10-21',
    'content-type': 'application/json',
  };
  return async (onEvent) => {
    const response = await fetch(`${endpoint}/v1/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...body, stream: true }),
    });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        JSON.parse(frame.slice(frame.indexOf('data: ') + 6));
        onEvent();
      }
    }
  };
}

/** How a request differs from the plainest one. */
type Changes = (run: number) => Partial<ModelRequest>;

/** A user's turn of an agent, as the panel sends it: routed, counted, scheduled, never shared. */
const chatTurn: Changes = (run) => ({
  threadId: 'thread',
  turnId: `turn-${run}`,
  routing: { userText: 'Write a lot.' },
});

/** What takes the most stages: equal ones share a call, and the answer is kept. */
const explanation: Changes = (run) => ({
  surface: 'codeAction',
  caching: { operation: 'explain', version: 1 },
  messages: [{ role: 'user', content: [{ type: 'text', text: `Explain the lines at ${run}.` }] }],
});

function through(gateway: Gateway, changes: Changes): Run {
  let runs = 0;
  return async (onEvent) => {
    runs += 1;
    const request: ModelRequest = {
      id: `bench-${runs}`,
      surface: 'chat',
      priority: 'interactive',
      model: body.model,
      system: '',
      tools: [],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Write a lot.' }] }],
      maxOutputTokens: body.max_tokens,
      ...changes(runs),
    };
    let isStarted = false;
    for await (const event of gateway.stream(request, new AbortController().signal)) {
      if (event.type === 'ended' && event.outcome.kind !== 'done') {
        throw new Error(`The stream ended as ${JSON.stringify(event.outcome)}`);
      }
      // What the router says comes before anything is sent.
      isStarted ||= event.type === 'started';
      if (isStarted) {
        onEvent();
      }
    }
  };
}

function openBareGateway(endpoint: string, apiKey: string): Gateway {
  return createGateway({
    connection: { current: () => Promise.resolve({ kind: 'anthropic', endpoint, apiKey }) },
    offline: () => {
      throw new Error('This bench is never offline.');
    },
    clock: systemClock,
    version: '0.0.0',
  });
}

async function measure(run: Run): Promise<Sample> {
  const startedAt = performance.now();
  const startedCpu = process.cpuUsage();
  let firstMs = 0;
  let events = 0;
  await run(() => {
    events += 1;
    if (events === 1) {
      firstMs = performance.now() - startedAt;
    }
  });
  const { user, system } = process.cpuUsage(startedCpu);
  return { firstMs, events, cpuMicrosPerEvent: (user + system) / events };
}

/** The medians of each contender, taken in turns: what else the machine does strikes all of them. */
async function compare(script: Answer, rounds: Rounds): Promise<Record<string, Sample>> {
  const server = await startServerProcess(script);
  const { endpoint, apiKey } = server;
  const whole = await openWholePath(endpoint, apiKey);
  const bare = openBareGateway(endpoint, apiKey);
  const contenders: Record<string, Run> = {
    ours: through(whole.gateway, chatTurn),
    explanation: through(whole.gateway, explanation),
    bareGateway: through(bare, () => ({})),
    sdk: bareSdk(endpoint, apiKey),
    fetch: bareFetch(endpoint, apiKey),
  };
  const samples = await takeTurns(contenders, rounds);
  bare.dispose();
  whole.dispose();
  await server.stop();
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      {
        firstMs: median(all.map((sample) => sample.firstMs)),
        cpuMicrosPerEvent: median(all.map((sample) => sample.cpuMicrosPerEvent)),
        events: median(all.map((sample) => sample.events)),
      },
    ]),
  );
}

async function takeTurns(
  contenders: Record<string, Run>,
  { measured, warmUp }: Rounds,
): Promise<Record<string, Sample[]>> {
  const all = Object.entries(contenders);
  const samples: Record<string, Sample[]> = {};
  for (let round = 0; round < warmUp + measured; round += 1) {
    // Nobody always comes after the same one, whose work is still in the processor's caches.
    const order = shuffled(all);
    for (const [name, run] of order) {
      const sample = await measure(run);
      if (round >= warmUp) {
        samples[name] ??= [];
        samples[name].push(sample);
      }
    }
  }
  return samples;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

const content = 'x'.repeat(deltas * deltaCharacters);
const long = await compare(answer(text(content), { deltaCharacters }), longRounds);
// The long answer's server is busy when it begins: the first event is timed on short ones.
const short = await compare(answer(text('x')), shortRounds);

const firstMs = (name: string): number => short[name]?.firstMs ?? Number.NaN;
const cpuMicros = (name: string): number => long[name]?.cpuMicrosPerEvent ?? Number.NaN;
const perContender = (name: string): object => ({
  firstMs: rounded(firstMs(name)),
  cpuMicrosPerEvent: rounded(cpuMicros(name)),
});
const added = (name: string, to: string): object => ({
  addedFirstMs: rounded(firstMs(name) - firstMs(to)),
  addedCpuMicrosPerEvent: rounded(cpuMicros(name) - cpuMicros(to)),
  firstRatio: rounded(firstMs(name) / firstMs(to)),
  cpuRatio: rounded(cpuMicros(name) / cpuMicros(to)),
});
printReport('stream', {
  deltas,
  ours: perContender('ours'),
  explanation: perContender('explanation'),
  bareGateway: perContender('bareGateway'),
  sdk: perContender('sdk'),
  fetch: perContender('fetch'),
  againstSdk: added('ours', 'sdk'),
  againstFetch: added('ours', 'fetch'),
  againstBareGateway: added('ours', 'bareGateway'),
  explanationAgainstSdk: added('explanation', 'sdk'),
  goals: { addedFirstMs: 0.3, addedCpuMicrosPerEvent: 1, against: 'sdk' },
});
