import type { Outcome } from '../model/request.ts';
import type { FileSyntax, Syntax } from '../syntax/syntax.ts';
import { type AnswerSituation, answerSituation } from './answerSituation.ts';
import type {
  AnswerShaper,
  CompletionPlace,
  CompletionPrompt,
  CompletionShaping,
} from './completion.ts';
import { type AnswerEnd, type ShapedAnswer, shapeAnswer } from './shapeAnswer.ts';

export interface ShapingOptions {
  readonly syntax: Syntax;
}

/** Makes completions of answers: by the text alone while they stream, by their syntax at the end. */
export function createCompletionShaping({ syntax }: ShapingOptions): CompletionShaping {
  return {
    begin: (place, prompt) => Promise.resolve(new StreamShaper(place, prompt, syntax)),
  };
}

class StreamShaper implements AnswerShaper {
  private readonly situation: AnswerSituation;
  private readonly syntax: Syntax;
  private raw = '';
  private shaped: ShapedAnswer = { text: '', isDecided: false };

  constructor(place: CompletionPlace, prompt: CompletionPrompt, syntax: Syntax) {
    this.situation = answerSituation(place, prompt.isMultiline);
    this.syntax = syntax;
  }

  get text(): string {
    return this.shaped.text;
  }

  push(delta: string): 'more' | 'enough' {
    if (!this.shaped.isDecided && delta !== '') {
      this.raw += delta;
      // Of a block only whole lines count, and its end.
      if (!this.situation.isMultiline || /[\n>]/.test(delta)) {
        this.shaped = shapeAnswer(this.raw, this.situation, 'open');
      }
    }
    return this.shaped.isDecided ? 'enough' : 'more';
  }

  async finish(outcome: Outcome | 'enough'): Promise<string | undefined> {
    const end = endOf(outcome);
    if (end === undefined) {
      return undefined;
    }
    const { text } = this.shaped.isDecided
      ? this.shaped
      : shapeAnswer(this.raw, this.situation, end);
    const fit = text === '' ? '' : await this.withinBlock(text);
    return fit.trim() === '' ? undefined : fit;
  }

  /** Cut where the block around the cursor ends by the syntax of the text with the answer in it. */
  private async withinBlock(text: string): Promise<string> {
    const { place, facts, around } = this.situation;
    // An answer that closes blocks itself ends them where the text does not.
    const isClosing = facts.blocks === 'brackets' && around.some(({ isMissing }) => isMissing);
    if (!text.includes('\n') || isClosing || facts.blocks === 'words') {
      return text;
    }
    const { languageId, documentId, offset } = place;
    return this.syntax.readChanged(
      { documentId, languageId, text: place.text },
      { start: offset, end: offset, text },
      (syntax) => untilBlockEnd(syntax, offset, text),
      { priority: 'keystroke' },
    );
  }
}

/** Undefined where nothing of the answer may be shown. */
function endOf(outcome: Outcome | 'enough'): AnswerEnd | undefined {
  if (outcome === 'enough') {
    return 'whole';
  }
  if (outcome.kind !== 'done') {
    return undefined;
  }
  switch (outcome.stopReason) {
    case 'refusal':
      return undefined;
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'limit';
    default:
      return 'whole';
  }
}

/** What may stand behind a block's end and yet belong to its statement. */
const clause = /^\s*(?:[)\]}]|(?:else|elif|except|finally|catch|case)\b)/;

function untilBlockEnd(syntax: FileSyntax, offset: number, text: string): string {
  const end = syntax.blockEnd(offset) - offset;
  const isInside = syntax.source === 'tree' && end > 0 && end < text.length;
  const rest = text.slice(Math.max(0, end));
  return isInside && rest.trim() !== '' && !clause.test(rest) ? text.slice(0, end) : text;
}
