/**
 * What our path to the model costs beside the bare SDK and a bare fetch: time to the first event and
 * CPU per event, over a stream of 5,000 text deltas on loopback. The server is a process of its own,
 * so its work is not counted. Prints one line of JSON.
 */
import Anthropic from '@anthropic-ai/sdk';
import { systemClock } from '../../src/base/clock.ts';
import { createGateway } from '../../src/core/model/gateway.ts';
import type { ModelRequest } from '../../src/core/model/request.ts';
import { startServerProcess } from '../support/messagesServerProcess.ts';
import { type Answer, answer, text } from '../support/messagesServerScript.ts';
import { median, printReport, rounded } from './support.ts';

const deltas = 5_000;
const deltaCharacters = 40;
const warmUpRounds = 6;

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

function ours(endpoint: string, apiKey: string): Run & { dispose(): void } {
  const gateway = createGateway({
    connection: { current: () => Promise.resolve({ kind: 'anthropic', endpoint, apiKey }) },
    offline: () => {
      throw new Error('This bench is never offline.');
    },
    clock: systemClock,
    version: '0.0.0',
  });
  const request: ModelRequest = {
    id: 'bench',
    surface: 'chat',
    priority: 'interactive',
    model: body.model,
    system: '',
    tools: [],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Write a lot.' }] }],
    maxOutputTokens: body.max_tokens,
  };
  const run: Run = async (onEvent) => {
    for await (const event of gateway.stream(request, new AbortController().signal)) {
      if (event.type === 'ended' && event.outcome.kind !== 'done') {
        throw new Error(`The stream ended as ${JSON.stringify(event.outcome)}`);
      }
      onEvent();
    }
  };
  return Object.assign(run, { dispose: () => gateway.dispose() });
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
async function compare(script: Answer, rounds: number): Promise<Record<string, Sample>> {
  const server = await startServerProcess(script);
  const gateway = ours(server.endpoint, server.apiKey);
  const contenders: Record<string, Run> = {
    ours: gateway,
    sdk: bareSdk(server.endpoint, server.apiKey),
    fetch: bareFetch(server.endpoint, server.apiKey),
  };
  const samples: Record<string, Sample[]> = { ours: [], sdk: [], fetch: [] };
  for (let at = 0; at < rounds + warmUpRounds; at += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const sample = await measure(run);
      if (at >= warmUpRounds) {
        samples[name]?.push(sample);
      }
    }
  }
  gateway.dispose();
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

const content = 'x'.repeat(deltas * deltaCharacters);
const long = await compare(answer(text(content), { deltaCharacters }), 31);
// The long answer's server is busy when it begins: the first event is timed on short ones.
const short = await compare(answer(text('x')), 301);

const firstMs = (name: string): number => short[name]?.firstMs ?? Number.NaN;
const cpuMicros = (name: string): number => long[name]?.cpuMicrosPerEvent ?? Number.NaN;
const perContender = (name: string): object => ({
  firstMs: rounded(firstMs(name)),
  cpuMicrosPerEvent: rounded(cpuMicros(name)),
});
const against = (name: string): object => ({
  addedFirstMs: rounded(firstMs('ours') - firstMs(name)),
  addedCpuMicrosPerEvent: rounded(cpuMicros('ours') - cpuMicros(name)),
  firstRatio: rounded(firstMs('ours') / firstMs(name)),
  cpuRatio: rounded(cpuMicros('ours') / cpuMicros(name)),
});
printReport('stream', {
  deltas,
  ours: perContender('ours'),
  sdk: perContender('sdk'),
  fetch: perContender('fetch'),
  againstSdk: against('sdk'),
  againstFetch: against('fetch'),
  goals: { addedFirstMs: 0.3, addedCpuMicrosPerEvent: 1, against: 'sdk' },
});
