/** The HTTP half of the scripted server: what is recorded of a request, and how one is answered. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { knownModels } from './messagesServerModels.ts';
import type { ApiError } from './messagesServerRules.ts';

/** One request as it arrived. Times are milliseconds of `performance.now()` in this process. */
export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body, or undefined where there is none. */
  readonly body: Record<string, unknown> | undefined;
  readonly bodyBytes: number;
  /** Numbers connections from 1 in the order they were opened. */
  readonly connection: number;
  /** When the request's head was read. */
  readonly arrivedAt: number;
  /** When the whole body was read. */
  readonly bodyReadAt: number;
  /** When the first byte of the response's body was handed to the socket. */
  firstByteAt: number | undefined;
  endedAt: number | undefined;
  status: number | undefined;
  /** Whether the client left before the response was complete. */
  isAborted: boolean;
  /** Resolves when the response is complete or the connection is gone. */
  readonly closed: Promise<void>;
}

export function modelList(): object {
  const data = knownModels.map((model) => ({
    type: 'model',
    id: model.id,
    display_name: model.id,
    lifecycle: model.lifecycle ?? 'active',
    retires_at: model.retiresAt ?? null,
    max_input_tokens: model.contextTokens,
    max_tokens: model.maxOutputTokens,
    capabilities: {
      image_input: { supported: true },
      effort: Object.fromEntries(
        ['supported', 'low', 'medium', 'high', 'xhigh', 'max'].map((name) => [
          name,
          name === 'supported' ? model.acceptsEffort : { supported: model.acceptsEffort },
        ]),
      ),
    },
  }));
  return { data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id };
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function sendError(response: ServerResponse, error: ApiError, requestId: string): void {
  const details = error.errorCode ? { details: { error_code: error.errorCode } } : {};
  sendJson(response, error.status, {
    type: 'error',
    error: { type: error.type, message: error.message, ...details },
    request_id: requestId,
  });
}

export function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // Not JSON: the rules answer that, where a body is needed at all.
    return undefined;
  }
}

/** Undefined when the client left before the body was complete. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) {
      parts.push(part as Buffer);
    }
  } catch {
    // The connection broke while reading: there is nobody to answer.
    return undefined;
  }
  return Buffer.concat(parts);
}
