/**
 * Reads the events of a Messages API stream into ours. What is newer than this code is ignored or,
 * for whole blocks, kept as it came; what local servers leave out is forgiven.
 */
import { type AssistantBlock, noUsage, type Usage } from './message.ts';
import type { BlockStart, ModelEvent, Outcome, StopReason } from './request.ts';

/** An `error` event: the provider gave up after its answer had begun. */
export class StreamedError extends Error {
  override readonly name = 'StreamedError';
  /** Such as `overloaded_error`. */
  readonly type: string | undefined;
  /** The provider's own words. */
  readonly explanation: string | undefined;

  constructor(type: string | undefined, explanation: string | undefined) {
    super('The provider reported an error in its stream.');
    this.type = type;
    this.explanation = explanation;
  }
}

/** The answer broke the protocol. The message is a sentence without content, for the user. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

type Json = Readonly<Record<string, unknown>>;

/** A block that has begun and not ended, with what has come of it. */
interface OpenBlock {
  readonly start: BlockStart;
  /** The block as the stream began it. */
  readonly given: Json;
  text: string;
  signature: string;
  inputJson: string;
}

const stopReasons: ReadonlySet<StopReason> = new Set<StopReason>([
  'end_turn',
  'tool_use',
  'max_tokens',
  'stop_sequence',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
]);

export class AnswerReader {
  private readonly requestedModel: string;
  private readonly endpoint: string | undefined;
  private readonly open = new Map<number, OpenBlock>();
  private readonly pending: ModelEvent[] = [];
  private usage: Usage = noUsage;
  private stop: Json | undefined;
  private started = false;
  private ended = false;
  private hasToolUse = false;

  /** @param endpoint Host and port that answer. */
  constructor(requestedModel: string, endpoint?: string) {
    this.requestedModel = requestedModel;
    this.endpoint = endpoint;
  }

  get isStarted(): boolean {
    return this.started;
  }

  /** Whether the stop reason has come: nothing of the answer is missing then. */
  get isComplete(): boolean {
    return this.stop !== undefined;
  }

  /** Whether the last event of the stream has come. */
  get isEnded(): boolean {
    return this.ended;
  }

  /**
   * Reads one event of the stream. The answer is what came of it first; `takePending` has the rest.
   * @throws {ProtocolError} when the event cannot stand where it does.
   * @throws {StreamedError} when it is an error event.
   */
  read(value: object): ModelEvent | undefined {
    const event = value as Json;
    switch (event['type']) {
      case 'content_block_delta':
        return this.onDelta(this.block(event['index']), toIndex(event['index']), event['delta']);
      case 'content_block_start':
        this.onBlockStart(toIndex(event['index']), event['content_block']);
        break;
      case 'content_block_stop':
        this.onBlockStop(toIndex(event['index']));
        break;
      case 'message_start':
        this.onStart(event['message']);
        break;
      case 'message_delta':
        this.onMessageDelta(event);
        break;
      case 'message_stop':
        this.stop ??= {};
        this.ended = true;
        break;
      case 'error': {
        const error = asJson(event['error']);
        throw new StreamedError(asText(error?.['type']), asText(error?.['message']));
      }
      default:
        // A ping, or an event type that is newer than this code.
        break;
    }
    return this.pending.shift();
  }

  /** The next event that came of the last read, or of `finish`, beside its answer. */
  takePending(): ModelEvent | undefined {
    return this.pending.shift();
  }

  /** Ends blocks that the server left open and says how the answer ended. */
  finish(): Outcome {
    for (const index of [...this.open.keys()]) {
      this.onBlockStop(index);
    }
    const value = asText(this.stop?.['stop_reason']) ?? '';
    const details = asJson(this.stop?.['stop_details']);
    const category = asText(details?.['category']);
    return {
      kind: 'done',
      stopReason: this.stopReason(value),
      value,
      ...(category === undefined ? {} : { refusalCategory: category }),
    };
  }

  private stopReason(value: string): StopReason {
    // Some local servers end a tool use with `end_turn` or with nothing.
    if (value === '' || value === 'end_turn') {
      return this.hasToolUse ? 'tool_use' : 'end_turn';
    }
    for (const known of stopReasons) {
      if (known === value) {
        return known;
      }
    }
    return 'unknown';
  }

  private onStart(value: unknown): void {
    const message = asJson(value);
    if (!message || this.started) {
      throw new ProtocolError('It began in a way that is not known.');
    }
    this.started = true;
    this.pending.push({
      type: 'started',
      messageId: asText(message['id']) ?? '',
      model: asText(message['model']) ?? this.requestedModel,
      ...(this.endpoint === undefined ? {} : { endpoint: this.endpoint }),
    });
    this.onDiagnostics(asJson(message['diagnostics']));
    this.onUsage(message['usage']);
  }

  /** Without a reason it was not found out in time, or there was nothing to find. */
  private onDiagnostics(diagnostics: Json | undefined): void {
    const reason = asJson(diagnostics?.['cache_miss_reason']);
    const cause = asText(reason?.['type']);
    const missedTokens = asCount(reason?.['cache_missed_input_tokens']);
    if (cause !== undefined) {
      this.pending.push({
        type: 'promptCacheMiss',
        cause,
        ...(missedTokens === undefined ? {} : { missedTokens }),
      });
    }
  }

  private onBlockStart(index: number, value: unknown): void {
    const given = asJson(value);
    if (!given || !this.started || this.open.has(index)) {
      throw new ProtocolError('A part of it began where none can.');
    }
    const start = toBlockStart(given);
    this.hasToolUse ||= start.type === 'tool_use';
    const block: OpenBlock = { start, given, text: '', signature: '', inputJson: '' };
    this.open.set(index, block);
    this.pending.push({ type: 'blockStarted', index, block: start });
    this.onGivenText(block, index);
  }

  /** A block may begin with content, though the API itself begins all of them empty. */
  private onGivenText(block: OpenBlock, index: number): void {
    const { start, given } = block;
    block.signature = asText(given['signature']) ?? '';
    const text = asText(given[start.type === 'thinking' ? 'thinking' : 'text']) ?? '';
    if (text === '' || start.type === 'tool_use' || start.type === 'redacted_thinking') {
      return;
    }
    block.text = text;
    if (start.type !== 'opaque') {
      this.pending.push({ type: `${start.type}Delta`, index, text });
    }
  }

  private block(index: unknown): OpenBlock {
    const block = this.open.get(index as number);
    if (!block) {
      throw new ProtocolError('It went on with a part that was not begun.');
    }
    return block;
  }

  private onDelta(block: OpenBlock, index: number, value: unknown): ModelEvent | undefined {
    const delta = asJson(value);
    switch (delta?.['type']) {
      case 'text_delta':
        return this.onText(block, index, delta['text']);
      case 'thinking_delta':
        return this.onText(block, index, delta['thinking']);
      case 'input_json_delta': {
        const json = asText(delta['partial_json']) ?? '';
        block.inputJson += json;
        const isShown = block.start.type === 'tool_use' && json !== '';
        return isShown ? { type: 'inputDelta', index, json } : undefined;
      }
      case 'signature_delta':
        block.signature += asText(delta['signature']) ?? '';
        return undefined;
      default:
        // A delta type that is newer than this code, or citations, which are not asked for.
        return undefined;
    }
  }

  private onText(block: OpenBlock, index: number, value: unknown): ModelEvent | undefined {
    const text = asText(value) ?? '';
    block.text += text;
    switch (block.start.type) {
      case 'text':
        return { type: 'textDelta', index, text };
      case 'thinking':
        return { type: 'thinkingDelta', index, text };
      default:
        return undefined;
    }
  }

  private onBlockStop(index: number): void {
    const open = this.block(index);
    this.open.delete(index);
    const { block, inputError } = toBlock(open);
    this.pending.push({
      type: 'blockEnded',
      index,
      block,
      ...(inputError === undefined ? {} : { inputError }),
    });
  }

  private onMessageDelta(event: Json): void {
    const delta = asJson(event['delta']);
    if (typeof delta?.['stop_reason'] === 'string') {
      this.stop = delta;
    }
    this.onUsage(event['usage']);
  }

  /** Counts are totals so far: those that are given replace what was known. */
  private onUsage(value: unknown): void {
    const given = asJson(value);
    if (!given) {
      return;
    }
    const details = asJson(given['output_tokens_details']);
    const written = asJson(given['cache_creation']);
    const hourTokens =
      asCount(written?.['ephemeral_1h_input_tokens']) ?? this.usage.hourCacheWriteTokens ?? 0;
    this.usage = {
      inputTokens: asCount(given['input_tokens']) ?? this.usage.inputTokens,
      outputTokens: asCount(given['output_tokens']) ?? this.usage.outputTokens,
      cacheReadTokens: asCount(given['cache_read_input_tokens']) ?? this.usage.cacheReadTokens,
      cacheWriteTokens:
        asCount(given['cache_creation_input_tokens']) ?? this.usage.cacheWriteTokens,
      thinkingTokens: asCount(details?.['thinking_tokens']) ?? this.usage.thinkingTokens,
      ...(hourTokens > 0 ? { hourCacheWriteTokens: hourTokens } : {}),
    };
    this.pending.push({ type: 'usage', usage: this.usage });
  }
}

function toBlockStart(given: Json): BlockStart {
  switch (given['type']) {
    case 'text':
    case 'thinking':
    case 'redacted_thinking':
      return { type: given['type'] };
    case 'tool_use':
      return {
        type: 'tool_use',
        id: asText(given['id']) ?? '',
        name: asText(given['name']) ?? '',
      };
    default:
      return { type: 'opaque' };
  }
}

interface FinishedBlock {
  readonly block: AssistantBlock;
  readonly inputError?: string;
}

function toBlock(open: OpenBlock): FinishedBlock {
  const { start, given, text, signature } = open;
  switch (start.type) {
    case 'text':
      return { block: { type: 'text', text } };
    case 'thinking':
      return { block: { type: 'thinking', thinking: text, signature } };
    case 'redacted_thinking':
      return { block: { type: 'redacted_thinking', data: asText(given['data']) ?? '' } };
    case 'tool_use': {
      const { input, inputError } = toInput(open);
      const block: AssistantBlock = { ...start, input };
      return inputError === undefined ? { block } : { block, inputError };
    }
    case 'opaque':
      return { block: { type: 'opaque', value: toOpaqueValue(open) } };
  }
}

/** Parsed once, at the end: parsing at each delta would cost time that grows with its square. */
function toInput({ given, inputJson }: OpenBlock): { input: Json; inputError?: string } {
  if (inputJson.trim() === '') {
    return { input: asJson(given['input']) ?? {} };
  }
  try {
    const input = asJson(JSON.parse(inputJson));
    return input ? { input } : { input: {}, inputError: 'The input is not a JSON object.' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { input: {}, inputError: `The input is not valid JSON: ${reason}` };
  }
}

/** The block as it began, with the text and input that came for it. */
function toOpaqueValue(open: OpenBlock): Json {
  const { input } = open.inputJson === '' ? { input: undefined } : toInput(open);
  return {
    ...open.given,
    ...(open.text === '' ? {} : { text: open.text }),
    ...(input === undefined ? {} : { input }),
  };
}

function toIndex(value: unknown): number {
  if (typeof value !== 'number') {
    throw new ProtocolError('A part of it has no number.');
  }
  return value;
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
