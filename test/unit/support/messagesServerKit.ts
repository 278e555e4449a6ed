import { MessagesServer, type MessagesServerOptions } from '../../support/messagesServer.ts';

export type Json = Record<string, unknown>;

export const user = { role: 'user', content: 'Hello' };
export const plain: Json = { model: 'claude-sonnet-5-5', max_tokens: 1_000, messages: [user] };
export const png = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');

export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

export async function withServer(
  test: (server: MessagesServer) => Promise<void>,
  options: MessagesServerOptions = {},
): Promise<void> {
  const server = await MessagesServer.start(options);
  try {
    await test(server);
  } finally {
    await server.stop();
  }
}

/** Asks on a connection of its own, so that none is left to the global pool. */
export async function ask(
  server: MessagesServer,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/v1/messages',
): Promise<Reply> {
  const response = await fetch(server.endpoint + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.apiKey}`,
      'anthropic-version': '2026-10-21',
      'content-type': 'application/json',
      connection: 'close',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const content = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(content) : { content }) as Json,
  };
}

export function use(id: string): Json {
  return { type: 'tool_use', id, name: 'read', input: {} };
}

export function result(id: string, content: unknown = 'ok'): Json {
  return { type: 'tool_result', tool_use_id: id, content };
}

export function talk(...contents: unknown[]): Json {
  const messages = contents.map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
  }));
  return { ...plain, messages };
}

export function tool(overrides: Json = {}): Json {
  return { name: 'read', description: 'Reads.', input_schema: { type: 'object' }, ...overrides };
}

export function image(source: Json): Json {
  return talk([{ type: 'image', source: { type: 'base64', media_type: 'image/png', ...source } }]);
}

export const ephemeral = { type: 'ephemeral' };
export const marked = (value: string, marker: Json = ephemeral): Json => ({
  type: 'text',
  text: value,
  cache_control: marker,
});
