/** What local servers that fill in the middle are sent. Pure. */
import type { FillInTheMiddle, ModelRequest } from '../request.ts';

/** Whose form it is: `infill` is llama.cpp's, `generate` Ollama's. */
export type FillForm = 'infill' | 'generate';

export const fillPaths: Readonly<Record<FillForm, string>> = {
  infill: '/infill',
  generate: '/api/generate',
};

/** For another answer than the likeliest: what llama.cpp and Ollama take unless told otherwise. */
const otherTemperature = 0.8;

/** The body of a request that has something to fill. */
export function toFillBody(
  form: FillForm,
  request: ModelRequest,
  fill: FillInTheMiddle,
): Readonly<Record<string, unknown>> {
  return form === 'infill' ? toInfill(request, fill) : toGenerate(request, fill);
}

function toInfill(
  { model, maxOutputTokens }: ModelRequest,
  { prefix, suffix, extra, stopSequences, alternative }: FillInTheMiddle,
): Readonly<Record<string, unknown>> {
  return {
    model,
    input_prefix: prefix,
    input_suffix: suffix,
    input_extra: extra.map(({ path, text }) => ({ filename: path, text })),
    prompt: '',
    n_predict: maxOutputTokens,
    stop: stopSequences,
    stream: true,
    cache_prompt: true,
    ...sampling(alternative),
  };
}

function toGenerate(
  { model, maxOutputTokens }: ModelRequest,
  { prefix, suffix, stopSequences, alternative }: FillInTheMiddle,
): Readonly<Record<string, unknown>> {
  return {
    model,
    prompt: prefix,
    // Without a suffix the server takes the prompt for a message to chat about.
    suffix: suffix === '' ? '\n' : suffix,
    stream: true,
    options: { num_predict: maxOutputTokens, stop: stopSequences, ...sampling(alternative) },
  };
}

/** The likeliest text first; each other one from a beginning of its own. */
function sampling(alternative: number): { readonly temperature: number; readonly seed: number } {
  return { temperature: alternative === 0 ? 0 : otherTemperature, seed: alternative };
}

/** Asks for nothing, so that the answer only tells whether the server and its model can fill in. */
export function toProbeBody(form: FillForm, model: string): Readonly<Record<string, unknown>> {
  return form === 'infill'
    ? { model, input_prefix: '', input_suffix: '', prompt: '', n_predict: 0, stream: false }
    : { model };
}

export const probePaths: Readonly<Record<FillForm, string>> = {
  infill: '/infill',
  generate: '/api/show',
};

/** Whether the answer to a probe says that it can. Other servers answer anything with status 200. */
export function saysItFills(form: FillForm, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) {
    return false;
  }
  if (form === 'infill') {
    return 'content' in answer && typeof answer.content === 'string';
  }
  const capabilities: unknown = 'capabilities' in answer ? answer.capabilities : undefined;
  return Array.isArray(capabilities) && capabilities.includes('insert');
}
