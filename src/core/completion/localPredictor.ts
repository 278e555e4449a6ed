import { countLineEnds, lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import type { CompletionPlace, LocalPrediction, LocalPredictor } from './completion.ts';
import { type LearnedLine, LineMemory, type Occurrence } from './lineMemory.ts';
import { confidenceOfMatch, confidenceOfWord } from './predictionConfidence.ts';
import { isWord, lineEndToken, lineStartToken, tokensOf, unknownToken } from './predictorTokens.ts';

/** As many places as are compared, the latest: more change little, and each takes about 0.1 µs. */
const maxOccurrences = 200;
/** A longer agreement with what is typed says no more. */
const maxAgreement = 12;
/** So many tokens of a line must agree before the rest of the line is taken from it. */
const minLineAgreement = 5;
/** Lines that must go on alike: of those, 9 in 10 were right where the predictor was measured. */
const minRepeatedLines = 3;
/** Below this, guesses are more often in the way than of help. */
const minConfidence = 0.7;
/** A single letter begins too many words. */
const minTyped = 2;

/** Guesses from what is written in open files. Nothing is loaded, sent or stored. */
export function createLocalPredictor(): LocalPredictor {
  const memory = new LineMemory();
  return {
    learn: (documentId, languageId, text) => memory.learn(documentId, familyOf(languageId), text),
    forget: (documentId) => memory.forget(documentId),
    predict: (place) => new Prediction(memory, place).make(),
  };
}

/** Languages whose files are written alike. */
function familyOf(languageId: string): string {
  return /^(java|type)script(react)?$/.test(languageId) ? 'typescript' : languageId;
}

/** One token that may follow. */
interface Candidate {
  readonly token: number;
  weight: number;
  count: number;
  /** How many tokens before it agree with what is typed, at most. */
  agreement: number;
  /** Where so much agrees that the rest of the line may, too; the latest first. */
  readonly lines: Occurrence[];
}

class Prediction {
  private readonly memory: LineMemory;
  private readonly place: CompletionPlace;
  private readonly language: string;
  private readonly ownLine: LearnedLine | undefined;
  /** What is typed of a word, empty between words. */
  private readonly typed: string;
  /** The tokens of the line before that word, the line's start first. */
  private readonly context: readonly number[];
  private readonly above: LearnedLine | undefined;
  private readonly lineSuffix: string;

  constructor(memory: LineMemory, place: CompletionPlace) {
    const { text, offset, documentId } = place;
    this.memory = memory;
    this.place = place;
    this.language = familyOf(place.languageId);
    const lineStart = lineStartAt(text, offset);
    const tokens = tokensOf(text.slice(lineStart, offset));
    const last = tokens.at(-1) ?? '';
    this.typed = isWord(last) ? last : '';
    const before = this.typed === '' ? tokens : tokens.slice(0, -1);
    this.context = [lineStartToken, ...before.map((token) => memory.vocabulary.find(token))];
    this.ownLine = memory.lineAt(documentId, countLineEnds(text, 0, lineStart));
    this.above = this.ownLine?.above;
    this.lineSuffix = text.slice(offset, lineStopAt(text, offset)).trim();
  }

  make(): LocalPrediction | undefined {
    const next = this.place.text[this.place.offset] ?? '';
    if (/[\p{L}\w$]/u.test(next)) {
      return undefined;
    }
    const guess = this.fromContext() ?? this.fromWords();
    return guess && guess.confidence >= minConfidence && guess.text.trim() !== ''
      ? guess
      : undefined;
  }

  /** What stood there where the line read the same before. */
  private fromContext(): LocalPrediction | undefined {
    const candidates = [...this.candidates().values()];
    const best = candidates.reduce<Candidate | undefined>(
      (top, one) => (top && top.weight >= one.weight ? top : one),
      undefined,
    );
    if (!best || best.token === lineEndToken) {
      return undefined;
    }
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
    const confidence = confidenceOfMatch({
      agreement: best.agreement,
      share: best.weight / total,
      count: best.count,
    });
    const rest = this.memory.vocabulary.text(best.token).slice(this.typed.length);
    return { text: rest + this.restOfLine(best), confidence };
  }

  private candidates(): Map<number, Candidate> {
    const candidates = new Map<number, Candidate>();
    const [first = lineStartToken, second = lineStartToken] =
      this.context.length > 1 ? this.context.slice(-2) : [lineStartToken, lineStartToken];
    if (first === unknownToken || second === unknownToken) {
      return candidates;
    }
    let seen = 0;
    for (const occurrence of this.memory.after(first, second)) {
      seen += 1;
      if (seen > maxOccurrences) {
        break;
      }
      this.count(occurrence, candidates);
    }
    return candidates;
  }

  private count(occurrence: Occurrence, candidates: Map<number, Candidate>): void {
    const { line, at } = occurrence;
    const token = line.tokens[at] ?? lineEndToken;
    if (line === this.ownLine || line.language !== this.language || !this.continues(token)) {
      return;
    }
    const agreement = this.agreement(occurrence);
    const known = candidates.get(token);
    const candidate = known ?? { token, weight: 0, count: 0, agreement: 0, lines: [] };
    candidate.weight += 3 ** Math.min(agreement, 8);
    candidate.count += 1;
    candidate.agreement = Math.max(candidate.agreement, agreement);
    if (agreement >= minLineAgreement) {
      candidate.lines.push(occurrence);
    }
    candidates.set(token, candidate);
  }

  /** Whether a token is longer than what is typed of it, and begins with that. */
  private continues(token: number): boolean {
    if (this.typed === '') {
      return true;
    }
    const text = this.memory.vocabulary.text(token);
    return text.length > this.typed.length && text.startsWith(this.typed);
  }

  /** How many tokens before a place agree with those before the cursor, the line above included. */
  private agreement({ line, at }: Occurrence): number {
    const { context, above } = this;
    let count = 0;
    while (
      count < maxAgreement &&
      count < Math.min(at, context.length) &&
      line.tokens[at - 1 - count] === context[context.length - 1 - count]
    ) {
      count += 1;
    }
    const isWholeLine = count === at && count === context.length;
    const isAlike = above && line.above && above.tokens.at(-2) === line.above.tokens.at(-2);
    return isWholeLine && isAlike ? count + 1 : count;
  }

  /** The rest of the line where several lines that read the same so far all go on alike. */
  private restOfLine({ lines }: Candidate): string {
    const [first] = lines;
    if (!first || this.lineSuffix !== '' || lines.length < minRepeatedLines) {
      return '';
    }
    let text = '';
    for (let ahead = 1; ; ahead += 1) {
      const token = first.line.tokens[first.at + ahead] ?? lineEndToken;
      const isShared = lines.every(({ line, at }) => line.tokens[at + ahead] === token);
      if (!isShared) {
        return '';
      }
      if (token === lineEndToken) {
        return text.trimEnd();
      }
      text += this.memory.vocabulary.text(token);
    }
  }

  /** The word that most often begins like the typed one. */
  private fromWords(): LocalPrediction | undefined {
    if (this.typed.length < minTyped) {
      return undefined;
    }
    const words = this.memory.vocabulary.wordsFrom(this.typed);
    let total = 0;
    let best = words[0];
    for (const word of words) {
      total += word.uses;
      best = best && best.uses >= word.uses ? best : word;
    }
    return (
      best && {
        text: best.text.slice(this.typed.length),
        confidence: confidenceOfWord({
          share: best.uses / total,
          count: best.uses,
        }),
      }
    );
  }
}
