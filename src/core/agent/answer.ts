import { toError } from '../../base/errors.ts';
import { type AssistantBlock, noUsage, type Usage } from '../model/message.ts';
import type {
  BlockStart,
  ModelEvent,
  ModelFailure,
  ModelGateway,
  ModelRequest,
  Outcome,
} from '../model/request.ts';

/** Hears how one answer grows, block by block. */
export interface AnswerObserver {
  /** The model was chosen for this request; `reason` is for the user. */
  routed(model: string, reason: string): void;
  started(model: string): void;
  /** The provider no longer takes the thinking of earlier answers: it was left out. */
  thinkingDropped(): void;
  /** The request failed and is tried again in `delayMs`. */
  retrying(delayMs: number, failure: ModelFailure): void;
  blockStarted(index: number, block: BlockStart): void;
  textAppended(index: number, kind: 'text' | 'thinking', text: string): void;
  inputAppended(index: number, json: string): void;
  blockEnded(index: number, block: AssistantBlock): void;
  usageChanged(usage: Usage): void;
}

/** One answer of the model, whole or as far as it got. */
export interface Answer {
  readonly model: string;
  /** Why Slipstream chose it; absent where the user did. */
  readonly modelReason?: string;
  readonly content: readonly AssistantBlock[];
  readonly usage: Usage;
  readonly outcome: Outcome;
  /** Why the input of a tool use could not be read, by the tool use's id. */
  readonly inputErrors: ReadonlyMap<string, string>;
  /** Thinking that broke off before it was signed: to be shown, never to be sent. */
  readonly unfinishedThinking?: string;
  /** It was kept from an earlier request. */
  readonly isKept?: true;
  /** What broke the stream where nothing should: a bug. The answer is what had come by then. */
  readonly bug?: Error;
}

/** Streams one answer, telling the observer as it goes. Never throws. */
export async function streamAnswer(
  model: ModelGateway,
  request: ModelRequest,
  observer: AnswerObserver,
  signal: AbortSignal,
): Promise<Answer> {
  const assembly = new AnswerAssembly(request.model, observer);
  try {
    for await (const event of model.stream(request, signal)) {
      assembly.take(event);
    }
  } catch (error) {
    return { ...assembly.finish(), bug: toError(error) };
  }
  return assembly.finish();
}

/** Puts an answer together from its events. */
class AnswerAssembly {
  private model: string;
  private modelReason: string | undefined;
  private readonly observer: AnswerObserver;
  private readonly ended = new Map<number, AssistantBlock>();
  private readonly openText = new Map<number, string>();
  private readonly openThinking = new Map<number, string>();
  private readonly inputErrors = new Map<string, string>();
  private usage = noUsage;
  private outcome: Outcome = { kind: 'cancelled' };
  private isKept = false;

  constructor(model: string, observer: AnswerObserver) {
    this.model = model;
    this.observer = observer;
  }

  take(event: ModelEvent): void {
    switch (event.type) {
      case 'routed':
        this.model = event.model;
        this.modelReason = event.reason;
        this.observer.routed(event.model, event.reason);
        return;
      case 'started':
        this.model = event.model;
        this.isKept = event.isKept === true;
        this.observer.started(event.model);
        return;
      case 'thinkingDropped':
        this.observer.thinkingDropped();
        return;
      case 'retrying':
        this.observer.retrying(event.delayMs, event.failure);
        return;
      case 'blockStarted':
        this.observer.blockStarted(event.index, event.block);
        return;
      case 'textDelta':
        appendTo(this.openText, event.index, event.text);
        this.observer.textAppended(event.index, 'text', event.text);
        return;
      case 'thinkingDelta':
        appendTo(this.openThinking, event.index, event.text);
        this.observer.textAppended(event.index, 'thinking', event.text);
        return;
      case 'inputDelta':
        this.observer.inputAppended(event.index, event.json);
        return;
      case 'blockEnded':
        this.endBlock(event);
        return;
      case 'usage':
        this.usage = event.usage;
        this.observer.usageChanged(event.usage);
        return;
      case 'ended':
        this.outcome = event.outcome;
    }
  }

  finish(): Answer {
    const unfinishedThinking = [...this.openThinking.values()].join('');
    return {
      model: this.model,
      ...(this.modelReason === undefined ? {} : { modelReason: this.modelReason }),
      content: this.content(),
      usage: this.usage,
      outcome: this.outcome,
      inputErrors: this.inputErrors,
      ...(unfinishedThinking === '' ? {} : { unfinishedThinking }),
      ...(this.isKept ? { isKept: true } : {}),
    };
  }

  private endBlock(event: Extract<ModelEvent, { type: 'blockEnded' }>): void {
    this.openText.delete(event.index);
    this.openThinking.delete(event.index);
    this.ended.set(event.index, event.block);
    if (event.block.type === 'tool_use' && event.inputError !== undefined) {
      this.inputErrors.set(event.block.id, event.inputError);
    }
    this.observer.blockEnded(event.index, event.block);
  }

  /**
   * The blocks in order: ended ones whole, a text that was cut off as far as it came. A thinking
   * block without its end has no signature and a tool use without its end no input: both are left
   * out. So is a tool use that the end of the answer cut short.
   */
  private content(): readonly AssistantBlock[] {
    const blocks = new Map<number, AssistantBlock>(this.ended);
    for (const [index, text] of this.openText) {
      blocks.set(index, { type: 'text', text });
    }
    const ordered = [...blocks].sort(([left], [right]) => left - right).map(([, block]) => block);
    const last = ordered.at(-1);
    // Only the last block can have been cut: thinking after a block holds it to be unchanged.
    return last && wasCut(this.outcome) && this.isUnreadable(last) ? ordered.slice(0, -1) : ordered;
  }

  private isUnreadable(block: AssistantBlock): boolean {
    return block.type === 'tool_use' && this.inputErrors.has(block.id);
  }
}

function appendTo(texts: Map<number, string>, index: number, text: string): void {
  texts.set(index, (texts.get(index) ?? '') + text);
}

function wasCut(outcome: Outcome): boolean {
  return (
    outcome.kind !== 'done' ||
    outcome.stopReason === 'max_tokens' ||
    outcome.stopReason === 'model_context_window_exceeded'
  );
}
