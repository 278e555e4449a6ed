import type { Lifecycle } from './catalogue.ts';
import type { Effort } from './request.ts';

/** What an endpoint says of one of its models. Absent fields are not told. */
export interface ModelFacts {
  readonly id: string;
  readonly name?: string;
  readonly lifecycle?: Lifecycle;
  /** As `YYYY-MM-DD`. */
  readonly retiresAt?: string;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly acceptsImages?: boolean;
  readonly effortLevels?: readonly Effort[];
}

const efforts: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** The endpoint's words for the stages of a model's life, and ours. */
const lifecycles: ReadonlyMap<unknown, Lifecycle> = new Map([
  ['active', 'current'],
  ['deprecated', 'legacy'],
  ['retired', 'retired'],
]);

/** Reads an answer of `GET /v1/models`. What is not as documented is left out, never guessed. */
export function parseModelFacts(answer: unknown): readonly ModelFacts[] {
  const data = isRecord(answer) ? answer['data'] : undefined;
  const entries: readonly unknown[] = Array.isArray(data) ? data : [];
  return entries.flatMap((entry) => (isRecord(entry) ? factsOf(entry) : []));
}

function factsOf(entry: Readonly<Record<string, unknown>>): ModelFacts | [] {
  const { id, display_name: name, retires_at: retiresAt, capabilities } = entry;
  if (typeof id !== 'string' || id === '') {
    return [];
  }
  const lifecycle = lifecycles.get(entry['lifecycle']);
  const contextTokens = tokens(entry['max_input_tokens']);
  const maxOutputTokens = tokens(entry['max_tokens']);
  const acceptsImages = isSupported(capabilities, 'image_input');
  const effortLevels = effortsOf(capabilities);
  return {
    id,
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(lifecycle ? { lifecycle } : {}),
    ...(isDate(retiresAt) ? { retiresAt: retiresAt.slice(0, 10) } : {}),
    ...(contextTokens ? { contextTokens } : {}),
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
    ...(acceptsImages === undefined ? {} : { acceptsImages }),
    ...(effortLevels ? { effortLevels } : {}),
  };
}

function effortsOf(capabilities: unknown): readonly Effort[] | undefined {
  const effort = isRecord(capabilities) ? capabilities['effort'] : undefined;
  if (!isRecord(effort) || typeof effort['supported'] !== 'boolean') {
    return undefined;
  }
  return effort['supported'] ? efforts.filter((level) => isSupported(effort, level)) : [];
}

function isSupported(holder: unknown, name: string): boolean | undefined {
  const support = isRecord(holder) ? holder[name] : undefined;
  const value = isRecord(support) ? support['supported'] : undefined;
  return typeof value === 'boolean' ? value : undefined;
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
