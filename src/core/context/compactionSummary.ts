import type { Usage } from '../model/message.ts';
import { noUsage } from '../model/message.ts';
import type { ModelGateway, ModelRequest, Outcome, Priority } from '../model/request.ts';
import { piecesOf } from './compactionInput.ts';
import { summaryQuestion, summarySystem } from './compactionPrompt.ts';

/** The longest that a summary gets, thinking included, tokens. */
const maxSummaryTokens = 4_096;

/** What the instructions, the tags and the words around a piece take, tokens. */
const promptTokens = 1_000;

/** Bytes to a token that do not undercount text and code on current models (Anthropic's guide). */
const bytesPerToken = 2.5;

/** 1,200 words are about 2,400 tokens, well below the most that may be written. */
const usualWords = 1_200;
/** For the second try, where the first did not come to its end. */
const fewWords = 500;

/** Raised whenever the prompt changes: part of the key under which an answer may be kept. */
const promptVersion = 1;

/** A model that may write a summary. */
export interface SummaryModel {
  readonly id: string;
  /** The longest prompt that it should get: its window, or where its price jumps. */
  readonly maxPromptTokens: number;
}

export interface SummaryTask {
  readonly threadId: string;
  /** The messages to summarize, as text; see `transcriptOf`. */
  readonly texts: readonly string[];
  /** The summary of what came before them. */
  readonly notes?: string;
  /** What the user wants to be kept above all, in their words. */
  readonly focus?: string;
  /** `interactive` where somebody waits. */
  readonly priority: Priority;
}

export interface SummaryParts {
  readonly gateway: ModelGateway;
  readonly newId: () => string;
  /** Told of what each request used. */
  readonly spent: (usage: Usage, model: string) => void;
}

export type SummaryOutcome =
  | { readonly kind: 'done'; readonly summary: string }
  | { readonly kind: 'cancelled' }
  /** `reason` is a sentence for the user. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Asks for a summary: of the first of these models that gives one, piece by piece where the text is
 * longer than it should get, each piece with the notes on those before it.
 */
export async function summarize(
  task: SummaryTask,
  models: readonly SummaryModel[],
  parts: SummaryParts,
  signal: AbortSignal,
): Promise<SummaryOutcome> {
  let outcome: SummaryOutcome = { kind: 'failed', reason: 'No model is there to write a summary.' };
  for (const model of models) {
    outcome = await summarizeWith(model, task, parts, signal);
    if (outcome.kind !== 'failed') {
      return outcome;
    }
  }
  return outcome;
}

async function summarizeWith(
  model: SummaryModel,
  task: SummaryTask,
  parts: SummaryParts,
  signal: AbortSignal,
): Promise<SummaryOutcome> {
  let notes = task.notes;
  for (const piece of piecesOf(task.texts, pieceCharacters(task.texts, model))) {
    const outcome = await summarizePiece({ model, task, notes, piece }, parts, signal);
    if (outcome.kind !== 'done') {
      return outcome;
    }
    notes = outcome.summary;
  }
  return notes === undefined
    ? { kind: 'failed', reason: 'There was nothing to summarize.' }
    : { kind: 'done', summary: notes };
}

interface PieceTask {
  readonly model: SummaryModel;
  readonly task: SummaryTask;
  readonly notes: string | undefined;
  readonly piece: string;
}

/** One piece; where the notes did not come to their end, once more and shorter. */
async function summarizePiece(
  piece: PieceTask,
  parts: SummaryParts,
  signal: AbortSignal,
): Promise<SummaryOutcome> {
  for (const maxWords of [usualWords, fewWords]) {
    const { text, outcome } = await ask(toRequest(piece, maxWords, parts.newId()), parts, signal);
    if (outcome.kind === 'cancelled') {
      return { kind: 'cancelled' };
    }
    const problem = problemOf(text, outcome);
    if (problem === undefined) {
      return { kind: 'done', summary: text };
    }
    if (outcome.kind !== 'done' || outcome.stopReason !== 'max_tokens') {
      return { kind: 'failed', reason: problem };
    }
  }
  return { kind: 'failed', reason: 'The summary became too long.' };
}

function problemOf(text: string, outcome: Outcome): string | undefined {
  if (outcome.kind === 'failed') {
    return outcome.failure.message;
  }
  switch (outcome.kind === 'done' ? outcome.stopReason : undefined) {
    case 'end_turn':
    case 'stop_sequence':
    case 'unknown':
      return text === '' ? 'The model answered with nothing.' : undefined;
    case 'refusal':
      return 'The model declined to summarize this conversation.';
    default:
      return 'The summary did not come to its end.';
  }
}

function toRequest(
  { model, task, notes, piece }: PieceTask,
  maxWords: number,
  id: string,
): ModelRequest {
  const question = summaryQuestion({ notes, piece, focus: task.focus, maxWords });
  return {
    id,
    surface: 'summary',
    priority: task.priority,
    threadId: task.threadId,
    model: model.id,
    system: summarySystem,
    tools: [],
    messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
    maxOutputTokens: outputTokens(model),
    thinking: 'least',
    caching: { operation: 'compact', version: promptVersion },
  };
}

/** A small window leaves the most of it for what is to be read. */
function outputTokens({ maxPromptTokens }: SummaryModel): number {
  return Math.min(maxSummaryTokens, Math.floor(maxPromptTokens / 4));
}

function pieceCharacters(texts: readonly string[], model: SummaryModel): number {
  // Notes of earlier pieces come with each piece, and a small window holds the answer too.
  const taken = promptTokens + 2 * outputTokens(model);
  const tokens = Math.max(promptTokens, model.maxPromptTokens - taken);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Math.floor(tokens * bytesPerToken * (characters / Math.max(1, bytes)));
}

async function ask(
  request: ModelRequest,
  { gateway, spent }: SummaryParts,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly outcome: Outcome }> {
  const texts: string[] = [];
  let { model } = request;
  let usage = noUsage;
  let outcome: Outcome = { kind: 'cancelled' };
  for await (const event of gateway.stream(request, signal)) {
    if (event.type === 'started') {
      model = event.model;
    } else if (event.type === 'blockEnded' && event.block.type === 'text') {
      texts.push(event.block.text);
    } else if (event.type === 'usage') {
      usage = event.usage;
    } else if (event.type === 'ended') {
      outcome = event.outcome;
    }
  }
  spent(usage, model);
  return { text: texts.join('\n').trim(), outcome };
}
