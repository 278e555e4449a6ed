/**
 * The answer of a server that fills in the middle, as the bytes of the stream of the Messages API that
 * would have told the same: everything behind it then works as for any other answer.
 */
import { ProtocolError } from '../answerReader.ts';
import type { ModelRequest } from '../request.ts';
import type { FillForm } from './fillForms.ts';

type Json = Readonly<Record<string, unknown>>;

/** Longer than any line that a server writes, characters. */
const maxLineCharacters = 1_000_000;

export async function* fillAnswer(
  form: FillForm,
  { model, fill }: Pick<ModelRequest, 'model' | 'fill'>,
  body: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let begun: readonly Json[] = beginning(model, fill?.opening ?? '');
  let rest = '';
  try {
    for (let next = await body.next(); !next.done; next = await body.next()) {
      const lines = (rest + decoder.decode(next.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineCharacters) {
        throw new ProtocolError('A line of it has no end.');
      }
      // With the first bytes of the answer, not before: they are waited for and timed.
      yield toBytes([...begun, ...lines.flatMap((line) => eventsOf(form, line))]);
      begun = [];
    }
    yield toBytes([...begun, ...eventsOf(form, rest + decoder.decode())]);
  } finally {
    await body.return?.();
  }
}

function beginning(model: string, opening: string): readonly Json[] {
  return [
    { type: 'message_start', message: { id: '', model, usage: {} } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: opening } },
  ];
}

function eventsOf(form: FillForm, line: string): readonly Json[] {
  // llama.cpp writes events of a stream, Ollama bare lines.
  const text = line.replace(/^(data|error):/, '').trim();
  if (!text.startsWith('{')) {
    return [];
  }
  const answer = JSON.parse(text) as Json;
  const error = line.startsWith('error:') ? answer : answer['error'];
  if (error !== undefined) {
    return [{ type: 'error', error: { type: 'api_error', message: messageOf(error) } }];
  }
  const content = answer[form === 'infill' ? 'content' : 'response'];
  const isLast = answer[form === 'infill' ? 'stop' : 'done'] === true;
  return [
    ...(typeof content === 'string' && content !== '' ? [deltaOf(content)] : []),
    ...(isLast ? endOf(form, answer) : []),
  ];
}

function deltaOf(text: string): Json {
  return { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
}

function endOf(form: FillForm, answer: Json): readonly Json[] {
  const isInfill = form === 'infill';
  const usage = {
    input_tokens: answer[isInfill ? 'tokens_evaluated' : 'prompt_eval_count'],
    output_tokens: answer[isInfill ? 'tokens_predicted' : 'eval_count'],
  };
  return [
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: stopReasonOf(answer) }, usage },
    { type: 'message_stop' },
  ];
}

/** llama.cpp said `stopped_limit` before it said `stop_type`. */
function stopReasonOf(answer: Json): string {
  const reason = answer['stop_type'] ?? answer['done_reason'];
  const isLimit = reason === 'limit' || reason === 'length' || answer['stopped_limit'] === true;
  if (isLimit) {
    return 'max_tokens';
  }
  return reason === 'word' || answer['stopped_word'] === true ? 'stop_sequence' : 'end_turn';
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') {
    return error;
  }
  const message: unknown =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : '';
  return typeof message === 'string' ? message : '';
}

function toBytes(events: readonly Json[]): Uint8Array {
  return Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
}
