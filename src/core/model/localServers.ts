/** Finds servers on this machine that speak the Messages API, by asking on their usual ports. */
import http from 'node:http';
import type { Clock } from '../../base/clock.ts';

export interface LocalServer {
  readonly name: string;
  /** Base URL without `/v1`. */
  readonly endpoint: string;
  /** Ids as the server names them; may be empty where none is loaded. */
  readonly models: readonly string[];
}

interface Candidate {
  readonly name: string;
  readonly port: number;
}

/** Each program's own default. Others use the same ports: what answers is looked at, not trusted. */
export const defaultCandidates: readonly Candidate[] = [
  { name: 'Ollama', port: 11434 },
  { name: 'llama.cpp', port: 8080 },
  { name: 'LM Studio', port: 1234 },
  { name: 'vLLM', port: 8000 },
  { name: 'SGLang', port: 30000 },
];

/** On one's own machine an answer takes a few milliseconds; a busy one is still given this, ms. */
const timeoutMs = 1_000;
/** A list of models is a few kilobytes; something else that answers is not read to its end. */
const maxAnswerBytes = 1024 * 1024;

/**
 * The servers that answer, in the order of `candidates`. Only 127.0.0.1 is asked. Never rejects: what
 * does not answer in time, or not with a list of models, is left out.
 */
export async function findLocalServers(
  clock: Clock,
  signal: AbortSignal,
  candidates: readonly Candidate[] = defaultCandidates,
): Promise<LocalServer[]> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const limit = clock.setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  const asked = candidates.map((candidate) => ask(candidate, controller.signal));
  const found = await Promise.all(asked);
  limit.dispose();
  signal.removeEventListener('abort', stop);
  return found.filter((server) => server !== undefined);
}

async function ask(candidate: Candidate, signal: AbortSignal): Promise<LocalServer | undefined> {
  const endpoint = `http://127.0.0.1:${candidate.port}`;
  // Ollama's own list holds what is installed; /v1/models is what all the others have.
  const [tags, list] = await Promise.all([
    getJson(`${endpoint}/api/tags`, signal),
    getJson(`${endpoint}/v1/models`, signal),
  ]);
  const installed = modelNames(tags, 'models', 'name');
  if (installed) {
    return { name: 'Ollama', endpoint, models: installed };
  }
  const models = modelNames(list, 'data', 'id');
  return models && { name: recognise(list) ?? candidate.name, endpoint, models };
}

/** What a server says of itself in its list of models, where it does. */
function recognise(answer: unknown): string | undefined {
  const owner = entriesOf(answer, 'data')[0]?.['owned_by'];
  switch (owner) {
    case 'vllm':
      return 'vLLM';
    case 'sglang':
      return 'SGLang';
    case 'llamacpp':
      return 'llama.cpp';
    default:
      return undefined;
  }
}

function modelNames(answer: unknown, list: string, field: string): string[] | undefined {
  const hasList = Array.isArray((answer as Record<string, unknown> | undefined)?.[list]);
  if (!hasList) {
    return undefined;
  }
  const names = entriesOf(answer, list).map((entry) => entry[field]);
  return names.filter((name) => typeof name === 'string');
}

function entriesOf(answer: unknown, list: string): Record<string, unknown>[] {
  const entries = (answer as Record<string, unknown> | undefined)?.[list];
  return Array.isArray(entries)
    ? entries.filter((entry) => typeof entry === 'object' && entry !== null)
    : [];
}

/** Undefined for whatever is not a JSON object with status 200. */
function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const giveUp = (): void => resolve(undefined);
    const request = http.get(url, { signal, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        giveUp();
        return;
      }
      readJson(response).then(resolve, giveUp);
    });
    request.on('error', giveUp);
  });
}

async function readJson(response: http.IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > maxAnswerBytes) {
      return undefined;
    }
  }
  const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  return typeof value === 'object' && value !== null ? value : undefined;
}
