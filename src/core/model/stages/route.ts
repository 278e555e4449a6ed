import { operation } from '../../telemetry/spanNames.ts';
import type { ConnectionProvider } from '../connection.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelEvent, ModelFailure, ModelRequest, Next, Stage } from '../request.ts';
import type { ModelRouter } from '../router/modelRouter.ts';

export interface RouteOptions {
  readonly router: ModelRouter;
  readonly connection: ConnectionProvider;
}

/** What the endpoint says where it does not have a model, or not for this user. */
const statusesOfRefusal: readonly (number | undefined)[] = [400, 403, 404];

/**
 * Chooses the model of each request that leaves it open, and says why by `routed`. A request whose
 * model the user has set passes as it is, unless that model answers no more.
 */
export function createRouteStage(options: RouteOptions): Stage {
  return (request, next, signal) => handingOver(route(options, request, next, signal));
}

async function* route(
  options: RouteOptions,
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
): HandingOver {
  const { router, connection } = options;
  request.trail?.enter(operation.route);
  if ((await connection.current()).kind !== 'anthropic') {
    return start(request, next, signal);
  }
  const choice = await decide(router, request);
  request.trail?.note('route', choice.reason);
  router.used(request, choice.model);
  if (choice.model === request.model && !choice.isChosen) {
    return start(request, next, signal);
  }
  yield { type: 'routed', model: choice.model, reason: choice.reason };
  const events = start({ ...request, model: choice.model }, next, signal);
  if (choice.model === request.model || !router.isAllowed(request.model)) {
    return events;
  }
  const head = await readHead(events);
  if (!refusalIn(head.at(-1))) {
    yield* head;
    return events;
  }
  return yield* again(options, request, choice.model, { next, signal });
}

/**
 * The events up to the first that tells whether the model is refused. Where it is, thinking was not at
 * fault, and the usual model gets it.
 */
async function readHead(events: AsyncIterator<ModelEvent>): Promise<readonly ModelEvent[]> {
  const head: ModelEvent[] = [];
  for (let result = await events.next(); !result.done; result = await events.next()) {
    head.push(result.value);
    if (result.value.type !== 'thinkingDropped') {
      break;
    }
  }
  return head;
}

/** The chosen model is not to be had here: the usual one takes its place. */
async function* again(
  { router }: RouteOptions,
  request: ModelRequest,
  refused: string,
  rest: { readonly next: Next; readonly signal: AbortSignal },
): HandingOver {
  const [name, usual] = await Promise.all([router.nameOf(refused), router.nameOf(request.model)]);
  const reason = `${usual}: the endpoint did not take the request for ${name}.`;
  request.trail?.note('route', reason);
  router.used(request, request.model);
  yield { type: 'routed', model: request.model, reason };
  const events = start(request, rest.next, rest.signal);
  const head = await readHead(events);
  // Where this one is refused as well, the request is at fault and not the model.
  if (!refusalIn(head.at(-1))) {
    router.reject(refused);
  }
  yield* head;
  return events;
}

interface Choice {
  readonly model: string;
  readonly reason: string;
  /** Whether Slipstream chose it, even where it is the one that was asked for. */
  readonly isChosen: boolean;
}

async function decide(router: ModelRouter, request: ModelRequest): Promise<Choice> {
  const retirement = await router.replacementOf(request.model);
  if (retirement) {
    const { retired, replacement } = retirement;
    const reason = `${replacement.name}: it stands in for ${retired.name}, which answers no more.`;
    return { model: replacement.id, reason, isChosen: true };
  }
  const selection = request.routing && (await router.choose(request));
  if (selection) {
    return { model: selection.model.id, reason: selection.reason, isChosen: true };
  }
  const name = await router.nameOf(request.model);
  const reason = request.routing
    ? `${name}: none of the models to choose from is available.`
    : `${name}: it was asked for by name.`;
  return { model: request.model, reason, isChosen: false };
}

function start(request: ModelRequest, next: Next, signal: AbortSignal): AsyncIterator<ModelEvent> {
  return next(request, signal)[Symbol.asyncIterator]();
}

function refusalIn(event: ModelEvent | undefined): ModelFailure | undefined {
  if (event?.type !== 'ended' || event.outcome.kind !== 'failed') {
    return undefined;
  }
  const { failure } = event.outcome;
  return statusesOfRefusal.includes(failure.status) ? failure : undefined;
}
