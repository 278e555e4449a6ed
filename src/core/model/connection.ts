/** Where requests go, and what is spoken there. */
export type Connection =
  | {
      /**
       * `anthropic` speaks the whole Messages API. `compatible` is a server that speaks its core, as
       * local ones do: it is sent no extras and forgiven what it leaves out.
       */
      readonly kind: 'anthropic' | 'compatible';
      /** Base URL without `/v1`. */
      readonly endpoint: string;
      readonly apiKey?: string;
    }
  /** The editor's own language models answer. */
  | { readonly kind: 'editor' }
  /** Nothing is configured: the built-in responder answers. */
  | { readonly kind: 'offline' };

/** A server that is asked over the network. */
export type OnlineConnection = Extract<Connection, { readonly endpoint: string }>;

export function isOnline(connection: Connection): connection is OnlineConnection {
  return 'endpoint' in connection;
}

/** Asked for each request, so that a new key or address works at once. */
export interface ConnectionProvider {
  current(): Promise<Connection>;
  /**
   * All endpoints that serve the same models, the current one first; empty while offline. Each has the
   * key of its own server. Absent where there is only the current one.
   */
  all?(): Promise<readonly OnlineConnection[]>;
}

export const anthropicEndpoint = 'https://api.anthropic.com';

/** What an endpoint speaks unless the user says otherwise: on this machine, a local server. */
export function guessConnectionKind(endpoint: string): 'anthropic' | 'compatible' {
  return isLoopback(endpoint) ? 'compatible' : 'anthropic';
}

/** Whether a URL points at this machine. Something that is not a URL does not. */
export function isLoopback(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) {
    return false;
  }
  const host = new URL(endpoint).hostname;
  const isName = host === 'localhost' || host.endsWith('.localhost');
  return isName || host === '[::1]' || host === '0.0.0.0' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** How a server is reached that is not on this machine. */
export type ConnectionWay = 'proxy' | 'direct';

/** Host and port for messages to the user. */
export function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
}
