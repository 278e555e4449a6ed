import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { OnlineConnection } from '../../../../src/core/model/connection.ts';
import {
  createGateway,
  type Gateway,
  type GatewayOptions,
} from '../../../../src/core/model/gateway.ts';
import type { AssistantBlock, UserMessage } from '../../../../src/core/model/message.ts';
import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  Outcome,
} from '../../../../src/core/model/request.ts';
import { createTransport, type Transport } from '../../../../src/core/model/transport.ts';
import { MessagesServer, type MessagesServerOptions } from '../../../support/messagesServer.ts';

/** A gateway that talks to a scripted server over real sockets. */
export interface GatewayKit {
  readonly server: MessagesServer;
  readonly gateway: Gateway;
  /** What stages threw. Anything here is a bug. */
  readonly internalErrors: unknown[];
  connection: OnlineConnection;
  ask(request?: Partial<ModelRequest>, signal?: AbortSignal): AsyncIterable<ModelEvent>;
  collect(request?: Partial<ModelRequest>, signal?: AbortSignal): Promise<ModelEvent[]>;
}

export interface KitOptions {
  readonly server?: MessagesServerOptions;
  readonly kind?: 'anthropic' | 'compatible';
  readonly clock?: Clock;
  readonly gateway?: Partial<GatewayOptions>;
}

/** Runs `test` with one, and takes it down whatever happens. */
export async function withGateway(
  test: (kit: GatewayKit) => Promise<void>,
  options: KitOptions = {},
): Promise<void> {
  const server = await MessagesServer.start(options.server);
  const internalErrors: unknown[] = [];
  const gateway = createGateway({
    connection: { current: () => Promise.resolve(kit.connection) },
    offline: () => {
      throw new Error('This gateway is never offline.');
    },
    clock: options.clock ?? systemClock,
    version: '9.8.7',
    onInternalError: (error) => internalErrors.push(error),
    ...options.gateway,
  });
  const { endpoint, apiKey } = server;
  const never = new AbortController().signal;
  const kit: GatewayKit = {
    server,
    gateway,
    internalErrors,
    connection: { kind: options.kind ?? 'anthropic', endpoint, apiKey },
    ask: (request, signal = never) => gateway.stream(aRequest(request), signal),
    collect: (request, signal) => collect(kit.ask(request, signal)),
  };
  try {
    await test(kit);
  } finally {
    gateway.dispose();
    await server.stop();
  }
}

export interface TransportKit {
  readonly server: MessagesServer;
  readonly transport: Transport;
  readonly connection: OnlineConnection;
  ask(request?: Partial<ModelRequest>, signal?: AbortSignal): AsyncIterable<ModelEvent>;
  collect(request?: Partial<ModelRequest>, signal?: AbortSignal): Promise<ModelEvent[]>;
}

/** The same with the last stage alone: nothing tries again. */
export async function withTransport(
  test: (kit: TransportKit) => Promise<void>,
  options: { readonly server?: MessagesServerOptions; readonly clock?: Clock } = {},
): Promise<void> {
  const server = await MessagesServer.start(options.server);
  const transport = createTransport({
    clock: options.clock ?? systemClock,
    catalogue: await loadCatalogue(),
    version: '9.8.7',
  });
  const { endpoint, apiKey } = server;
  const connection: OnlineConnection = { kind: 'anthropic', endpoint, apiKey };
  const never = new AbortController().signal;
  const ask: TransportKit['ask'] = (request, signal = never) =>
    transport.stream(aRequest(request), connection, signal);
  try {
    await test({
      server,
      transport,
      connection,
      ask,
      collect: (request, signal) => collect(ask(request, signal)),
    });
  } finally {
    transport.dispose();
    await server.stop();
  }
}

export function aRequest(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    id: 'request-1',
    surface: 'chat',
    priority: 'interactive',
    model: 'claude-sonnet-5-5',
    system: 'You help with code.',
    tools: [],
    messages: [userText('Hello')],
    maxOutputTokens: 1_000,
    ...overrides,
  };
}

export function userText(text: string): UserMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}

/** All events; checks on the way that there is one outcome and that it comes last. */
export async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const seen: ModelEvent[] = [];
  for await (const event of events) {
    seen.push(event);
  }
  const ends = seen.filter((event) => event.type === 'ended');
  assert.equal(ends.length, 1, `one outcome, not ${ends.length}`);
  assert.equal(seen.at(-1)?.type, 'ended');
  return seen;
}

export function outcomeOf(events: readonly ModelEvent[]): Outcome {
  const last = events.at(-1);
  assert.ok(last?.type === 'ended');
  return last.outcome;
}

export function failureOf(events: readonly ModelEvent[]): ModelFailure {
  const outcome = outcomeOf(events);
  assert.ok(outcome.kind === 'failed', `failed, not ${JSON.stringify(outcome)}`);
  return outcome.failure;
}

export function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'textDelta' ? event.text : '')).join('');
}

export function blocksOf(events: readonly ModelEvent[]): AssistantBlock[] {
  return events.flatMap((event) => (event.type === 'blockEnded' ? [event.block] : []));
}

export function typesOf(events: readonly ModelEvent[]): string[] {
  return events.map((event) => event.type);
}
