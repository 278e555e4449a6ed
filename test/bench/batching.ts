/**
 * What asking together costs and saves. How fast batches are formed; and 200 threads that want a name,
 * asked for in batches and by one call each: requests, prompt tokens as the server counts them, and
 * time, from a server that takes 30 ms to begin. Both go through the gateway with the same number of
 * requests at a time.
 */
import { systemClock } from '../../src/base/clock.ts';
import { nameThreads, type ThreadBeginning } from '../../src/core/agent/threadNaming.ts';
import { createGateway } from '../../src/core/model/gateway.ts';
import type { ModelGateway, ModelRequest } from '../../src/core/model/request.ts';
import { formBatches } from '../../src/core/model/schedule/batchFormation.ts';
import { BatchQueue } from '../../src/core/model/schedule/batchQueue.ts';
import { RequestScheduler } from '../../src/core/model/schedule/requestScheduler.ts';
import { startServerProcess } from '../support/messagesServerProcess.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import { medianMs, printReport, rounded } from './support.ts';

const latencyMs = 30;
const itemCount = 200;
const groupCount = 20;
const runs = 9;
/** The queue's own limits. */
const limits = { maxItems: 16, maxTokens: 16_000 };
/** The product's default of `schedule.maxConcurrentRequests`. */
const maxConcurrentRequests = 8;
const model = 'claude-haiku-5-5';
const never = new AbortController().signal;

/** Items a second. Sizes differ as those of diagnostics and first messages do. */
async function formedPerSecond(count: number): Promise<number> {
  const items = Array.from({ length: count }, (_, index) => ({
    group: `group-${index % groupCount}`,
    tokens: 60 + ((index * 7_919) % 600),
  }));
  // Short runs are repeated, so that the clock's resolution does not show.
  const repeats = Math.max(1, Math.floor(10_000 / count));
  const form = (): void => {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      formBatches(items, limits);
    }
  };
  await medianMs(runs, form);
  const ms = (await medianMs(runs, form)) / repeats;
  return rounded((count / ms) * 1_000);
}

const beginnings: readonly ThreadBeginning[] = Array.from({ length: itemCount }, (_, index) => ({
  workspace: `workspace-${index % groupCount}`,
  question: `Why is total number ${index} of the cart wrong when a discount applies to it?`,
  answer: 'The discount is taken off before the tax is added, and rounded in between. '.repeat(3),
}));

interface Figures {
  readonly wireRequests: number;
  readonly promptTokens: number;
  readonly wallMs: number;
}

/** Asks a fresh server, whose every answer names `answersPerCall` items, and counts what it takes. */
async function measure(
  answersPerCall: number,
  askAll: (gateway: ModelGateway) => Promise<unknown>,
): Promise<Figures> {
  const answers = Array.from({ length: answersPerCall }, (_, index) => ({
    id: `item-${index + 1}`,
    answer: 'Wrong total with a discount',
  }));
  const script = answer(text(JSON.stringify({ answers })), { headDelayMs: latencyMs });
  const { endpoint, apiKey, stop } = await startServerProcess(script);
  const scheduler = new RequestScheduler({
    clock: systemClock,
    maxConcurrent: () => maxConcurrentRequests,
  });
  const gateway = createGateway({
    connection: { current: () => Promise.resolve({ kind: 'anthropic', endpoint, apiKey }) },
    offline: () => {
      throw new Error('This bench is never offline.');
    },
    clock: systemClock,
    version: '0.0.0',
    schedule: { scheduler, laneOf: () => Promise.resolve(endpoint) },
  });
  await gateway.warm();
  const counted = counting(gateway);
  const startedAt = performance.now();
  await askAll(counted);
  const wallMs = rounded(performance.now() - startedAt);
  gateway.dispose();
  scheduler.dispose();
  await stop();
  return { wireRequests: counted.wireRequests, promptTokens: counted.promptTokens, wallMs };
}

/** The gateway, with what the server tells of each answer added up. */
function counting(gateway: ModelGateway) {
  const counts = {
    wireRequests: 0,
    promptTokens: 0,
    async *stream(request: ModelRequest, signal: AbortSignal) {
      let promptTokens = 0;
      for await (const event of gateway.stream(request, signal)) {
        if (event.type === 'usage') {
          const { inputTokens, cacheReadTokens, cacheWriteTokens } = event.usage;
          promptTokens = inputTokens + cacheReadTokens + cacheWriteTokens;
        } else if (event.type === 'ended' && event.outcome.kind !== 'done') {
          throw new Error(`A call ended as ${JSON.stringify(event.outcome)}`);
        }
        yield event;
      }
      counts.wireRequests += 1;
      counts.promptTokens += promptTokens;
    },
  };
  return counts;
}

/** As the product names threads. */
async function together(gateway: ModelGateway): Promise<void> {
  const queue = new BatchQueue({
    kind: nameThreads,
    gateway,
    clock: systemClock,
    newId: () => 'batch',
    model: () => Promise.resolve(model),
  });
  await Promise.all(beginnings.map((beginning) => queue.ask(beginning, never)));
  queue.dispose();
}

/** As whoever has no queue does: the instructions and one item, and a name in plain text back. */
function oneByOne(gateway: ModelGateway): Promise<unknown> {
  return Promise.all(
    beginnings.map(async (beginning, index) => {
      const content = [{ type: 'text' as const, text: nameThreads.toText(beginning) }];
      const request: ModelRequest = {
        id: `one-${index}`,
        surface: 'summary',
        // Interactive, because so many waiting background requests would be dropped.
        priority: 'interactive',
        model,
        system: nameThreads.instructions,
        tools: [],
        messages: [{ role: 'user', content }],
        maxOutputTokens: nameThreads.outputTokensPerItem,
        thinking: 'least',
      };
      for await (const _ of gateway.stream(request, never)) {
        // Only counted.
      }
    }),
  );
}

const [batched, single] = [await measure(limits.maxItems, together), await measure(1, oneByOne)];
printReport('batching', {
  formedItemsPerSecond: {
    of10: await formedPerSecond(10),
    of1000: await formedPerSecond(1_000),
    of10000: await formedPerSecond(10_000),
  },
  items: itemCount,
  latencyMs,
  batched,
  single,
  ratio: {
    wireRequests: rounded(single.wireRequests / batched.wireRequests),
    promptTokens: rounded(single.promptTokens / batched.promptTokens),
    wallTime: rounded(single.wallMs / batched.wallMs),
  },
});
