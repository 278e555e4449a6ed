import { type ConnectionProvider, hostOf } from '../connection.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelEvent, ModelRequest, Next, Stage } from '../request.ts';

export interface LocalGapsOptions {
  readonly connection: ConnectionProvider;
  /** Told once of each model that takes no tools: without them it can neither read nor change files. */
  readonly onToolsRefused: (message: string) => void;
}

/** Endpoints and models are few; a server whose models come and go shall not fill the memory. */
const maxRemembered = 100;

/**
 * Local servers differ in what they take, and say so only by refusing. A model that refuses a request
 * with tools is asked once more without; where that works, it is asked so from then on.
 */
export function createLocalGapsStage(options: LocalGapsOptions): Stage {
  const withoutTools = new Set<string>();
  return (request, next, signal) => handingOver(ask(options, withoutTools, request, next, signal));
}

async function* ask(
  { connection, onToolsRefused }: LocalGapsOptions,
  withoutTools: Set<string>,
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
): HandingOver {
  const current = request.tools.length > 0 ? await connection.current() : undefined;
  if (current?.kind !== 'compatible' || hasToolUse(request)) {
    return next(request, signal)[Symbol.asyncIterator]();
  }
  const bare: ModelRequest = { ...request, tools: [] };
  const name = `${current.endpoint} ${request.model}`;
  if (withoutTools.has(name)) {
    request.trail?.note('failover', `Sent without tools, which ${request.model} does not take.`);
    return next(bare, signal)[Symbol.asyncIterator]();
  }
  const events = next(request, signal)[Symbol.asyncIterator]();
  const first = yield* untilDecided(events);
  if (!isRefusal(first) || signal.aborted) {
    return yield* passOn(first, events);
  }
  request.trail?.note('failover', `Asked once more without tools: ${request.model} refused.`);
  const again = next(bare, signal)[Symbol.asyncIterator]();
  const second = yield* untilDecided(again);
  if (second === undefined || isEnd(second)) {
    // It was not the tools: the first refusal says more.
    return yield* passOn(first, events);
  }
  if (withoutTools.size < maxRemembered) {
    withoutTools.add(name);
  }
  const message = `${request.model} at ${hostOf(current.endpoint)} takes no tools: it answers, but can neither read nor change files. Choose a model that does to let it work on your code.`;
  request.trail?.note('failover', message);
  onToolsRefused(message);
  return yield* passOn(second, again);
}

/** Passes on what is said of tries, up to the first event that is not. */
async function* untilDecided(
  events: AsyncIterator<ModelEvent>,
): AsyncGenerator<ModelEvent, ModelEvent | undefined> {
  for (let result = await events.next(); !result.done; result = await events.next()) {
    if (result.value.type !== 'retrying') {
      return result.value;
    }
    yield result.value;
  }
  return undefined;
}

async function* passOn(
  first: ModelEvent | undefined,
  rest: AsyncIterator<ModelEvent>,
): HandingOver {
  if (first) {
    yield first;
  }
  return rest;
}

function isEnd(event: ModelEvent): boolean {
  return event.type === 'ended' && event.outcome.kind !== 'done';
}

/** Refused for what it asks: by Ollama with 400, by others with 500 and the words of their template. */
function isRefusal(event: ModelEvent | undefined): event is ModelEvent {
  if (event?.type !== 'ended' || event.outcome.kind !== 'failed') {
    return false;
  }
  const { status } = event.outcome.failure;
  return status === 400 || status === 500 || status === 501;
}

function hasToolUse({ messages }: ModelRequest): boolean {
  return messages.some(
    ({ role, content }) =>
      role === 'assistant' && content.some((block) => block.type === 'tool_use'),
  );
}
