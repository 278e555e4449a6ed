import type { ContextModel } from './contextWindow.ts';

/**
 * The window of a model whose server does not tell it, tokens: what local coding models are commonly
 * run with. The user is told that it is assumed.
 */
export const assumedWindowTokens = 32_768;

/** An answer gets at least this: enough for an edit of a few hundred lines. In tokens. */
const leastOutputTokens = 4_096;

/** Of a small window the answer's least is no more than this share. */
const leastOutputShare = 0.25;

/** From this share on something must go: estimates are off by some percent. */
const trimShare = 0.95;

/** What a prompt may be, in tokens of the model. */
export interface ContextLimits {
  /** Prompt and answer together. */
  readonly window: number;
  readonly isAssumed: boolean;
  /** The most that a prompt may be: the window without the least that an answer gets. */
  readonly usable: number;
  /** A prompt above this is trimmed, where anything can be left out. */
  readonly trimAbove: number;
  /** Above this each token costs more. Nothing is left out for it, but it is time for a summary. */
  readonly soft?: number;
}

export function limitsOf(model: ContextModel, maxOutputTokens: number): ContextLimits {
  const window = model.contextTokens ?? assumedWindowTokens;
  const least = Math.min(maxOutputTokens, leastOutputTokens, Math.floor(window * leastOutputShare));
  const usable = window - least;
  const soft = model.longPrompt?.aboveTokens;
  return {
    window,
    isAssumed: model.contextTokens === undefined,
    usable,
    trimAbove: Math.floor(usable * trimShare),
    ...(soft !== undefined && soft < usable ? { soft } : {}),
  };
}
