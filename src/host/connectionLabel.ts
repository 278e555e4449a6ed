import type { Catalogue } from '../core/model/catalogue.ts';
import {
  anthropicEndpoint,
  type Connection,
  hostOf,
  isLoopback,
  isOnline,
} from '../core/model/connection.ts';
import type { ConnectionView } from '../shared/views.ts';

/** A program that serves models on a port of its own. */
export interface KnownServer {
  readonly name: string;
  readonly port: number;
}

/** Who answers, for display. */
export function connectionLabel(
  connection: Connection,
  knownServers: readonly KnownServer[],
): string {
  if (connection.kind === 'offline') {
    return 'Offline';
  }
  if (connection.kind === 'editor') {
    return 'VS Code';
  }
  const { endpoint, kind } = connection;
  if (endpoint === anthropicEndpoint) {
    return 'Anthropic';
  }
  const known = isLoopback(endpoint)
    ? knownServers.find((server) => String(server.port) === new URL(endpoint).port)
    : undefined;
  const name = known && kind === 'compatible' ? known.name : 'Server';
  return `${name} at ${hostOf(endpoint)}`;
}

/** The connection as the panel shows it. @param model The id of the model that will be asked. */
export function toConnectionView(
  connection: Connection,
  model: string,
  catalogue: Catalogue,
  knownServers: readonly KnownServer[],
): ConnectionView {
  // A model that can't take an image fails on every later message of the thread: better not offered.
  const known = catalogue.find(model)?.acceptsImages;
  return {
    kind: connection.kind,
    label: connectionLabel(connection, knownServers),
    acceptsImages: isOnline(connection) && (known ?? connection.kind === 'anthropic'),
  };
}
