import type { ModelFailure } from '../../core/model/request.ts';

/** Whether a model completes, as far as is known. */
export type CompletionModelState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'model'; readonly name: string; readonly note?: string }
  | { readonly kind: 'offline'; readonly reason: string };

export interface CompletionFacts {
  readonly isEnabled: boolean;
  /** Milliseconds since 1970; undefined while nothing is snoozed. */
  readonly snoozedUntil: number | undefined;
  /** Why there are none in the document in front; undefined where there may be some. */
  readonly offHere: 'language' | 'file' | 'kind' | undefined;
  readonly languageId: string | undefined;
  readonly model: CompletionModelState;
  readonly isLocal: boolean;
  readonly isAsking: boolean;
  readonly failure: ModelFailure | undefined;
}

export type CompletionStateKind =
  | 'ready'
  | 'asking'
  | 'off'
  | 'snoozed'
  | 'offline'
  | 'overBudget'
  | 'error';

/** What the status bar says. */
export interface CompletionState {
  readonly kind: CompletionStateKind;
  /** A codicon. */
  readonly icon: string;
  /** A sentence or two, for the tooltip and screen readers. */
  readonly text: string;
}

const icons: Readonly<Record<CompletionStateKind, string>> = {
  ready: 'sparkle',
  asking: 'loading~spin',
  off: 'circle-slash',
  snoozed: 'bell-slash',
  offline: 'cloud-offline',
  overBudget: 'credit-card',
  error: 'warning',
};

/** What to say of completions. Pure: the caller supplies every fact. */
export function completionState(
  facts: CompletionFacts,
  formatTime: (wallTimeMs: number) => string,
): CompletionState {
  const { isEnabled, snoozedUntil, offHere, failure, model } = facts;
  if (!isEnabled) {
    return stateOf('off', 'Completions are off.');
  }
  if (snoozedUntil !== undefined) {
    return stateOf('snoozed', `Completions are snoozed until ${formatTime(snoozedUntil)}.`);
  }
  if (offHere) {
    return stateOf('off', wordsOff(offHere, facts.languageId));
  }
  if (model.kind === 'offline') {
    const local = facts.isLocal
      ? 'This machine completes what repeats itself in your files.'
      : 'Nothing is completed.';
    return stateOf('offline', `${model.reason} ${local}`);
  }
  if (facts.isAsking) {
    return stateOf('asking', 'A completion is being asked for.');
  }
  if (failure) {
    const kind = failure.kind === 'overBudget' ? 'overBudget' : 'error';
    return stateOf(kind, failure.message);
  }
  return stateOf('ready', wordsReady(model));
}

function stateOf(kind: CompletionStateKind, text: string): CompletionState {
  return { kind, icon: icons[kind], text };
}

function wordsOff(offHere: 'language' | 'file' | 'kind', languageId = ''): string {
  switch (offHere) {
    case 'language':
      return `Completions are off for the language ${languageId}.`;
    case 'file':
      return 'Completions are off for this file until the window is closed.';
    case 'kind':
      return 'There are no completions in a document like this.';
  }
}

function wordsReady(model: Exclude<CompletionModelState, { readonly kind: 'offline' }>): string {
  if (model.kind === 'unknown') {
    return 'Completions are on.';
  }
  const note = model.note === undefined ? '' : ` ${model.note}`;
  return `Completions are on, by ${model.name}.${note}`;
}
