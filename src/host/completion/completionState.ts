import type { ModelFailure } from '../../core/model/request.ts';

/** Whether a model completes, as far as is known. */
export type CompletionModelState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'model'; readonly name: string; readonly note?: string }
  | {
      readonly kind: 'offline';
      /** Why none does, in a sentence. */
      readonly reason: string;
      /** What changes it, in a sentence; undefined where the reason says it. */
      readonly change?: string;
    };

export interface CompletionFacts {
  readonly isEnabled: boolean;
  /** Milliseconds since 1970; undefined while nothing is snoozed. */
  readonly snoozedUntil: number | undefined;
  /** Why there are none in the document in front; undefined where there may be some. */
  readonly offHere: 'language' | 'file' | 'kind' | undefined;
  /** What VS Code calls the language of the document in front. */
  readonly languageName: string | undefined;
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

/** What the status bar and the menu say, each in sentences. */
export interface CompletionState {
  readonly kind: CompletionStateKind;
  /** A codicon. */
  readonly icon: string;
  /** How it stands. */
  readonly text: string;
  /** Why; empty where that needs no words. */
  readonly reason: string;
  /** What changes it, in some 75 characters for the menu; empty where the reason says it. */
  readonly change: string;
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

/** Of the completions that are made, whoever makes them. */
const changeOn = 'Snooze them or turn them off in the menu.';

/** What to say of completions. Pure: the caller supplies every fact. */
export function completionState(
  facts: CompletionFacts,
  formatTime: (wallTimeMs: number) => string,
): CompletionState {
  const { isEnabled, snoozedUntil, offHere, failure, model } = facts;
  if (!isEnabled) {
    return stateOf('off', {
      text: 'Completions are off.',
      change: 'Turn them on in the menu or by slipstream.completion.enabled.',
    });
  }
  if (snoozedUntil !== undefined) {
    return stateOf('snoozed', {
      text: `Completions are snoozed until ${formatTime(snoozedUntil)}.`,
      change: 'The menu ends the snooze sooner.',
    });
  }
  if (offHere) {
    return stateOf('off', wordsOff(offHere, facts.languageName));
  }
  if (model.kind === 'offline') {
    return stateOf('offline', wordsOffline(model, facts.isLocal));
  }
  if (facts.isAsking) {
    return stateOf('asking', { text: 'A completion is being asked for.', change: changeOn });
  }
  return failure ? stateOfFailure(failure) : stateOf('ready', wordsReady(model));
}

/** All of it, for the tooltip and screen readers. */
export function completionStateText({ text, reason, change }: CompletionState): string {
  return [text, reason, change].filter((words) => words !== '').join(' ');
}

interface Words {
  readonly text: string;
  readonly reason?: string;
  readonly change: string;
}

function stateOf(kind: CompletionStateKind, { text, reason = '', change }: Words): CompletionState {
  return { kind, icon: icons[kind], text, reason, change };
}

function stateOfFailure({ kind, message }: ModelFailure): CompletionState {
  return kind === 'overBudget'
    ? stateOf('overBudget', {
        text: 'A limit on spending stops completions.',
        reason: message,
        change: 'The limits are the settings below slipstream.budget.',
      })
    : stateOf('error', {
        text: 'The last completion failed.',
        reason: message,
        change: 'It is tried again after a while. The log tells more.',
      });
}

function wordsOff(offHere: 'language' | 'file' | 'kind', languageName = ''): Words {
  switch (offHere) {
    case 'language':
      return {
        text: `Completions are off for the language ${languageName}.`,
        change: 'Turn them on in the menu or by slipstream.completion.languages.',
      };
    case 'file':
      return {
        text: 'Completions are off for this file until the window is closed.',
        change: 'Turn them on for it in the menu.',
      };
    case 'kind':
      return {
        text: 'There are no completions in a document like this.',
        change: 'They come in files, new documents and cells of notebooks.',
      };
  }
}

function wordsOffline(
  { reason, change = '' }: Extract<CompletionModelState, { readonly kind: 'offline' }>,
  isLocal: boolean,
): Words {
  const text = isLocal
    ? 'Completions are local only: what repeats itself in your files.'
    : 'Completions wait for a model.';
  return { text, reason, change };
}

function wordsReady(model: Exclude<CompletionModelState, { readonly kind: 'offline' }>): Words {
  if (model.kind === 'unknown') {
    const reason = 'Which model makes them is known with the first one.';
    return { text: 'Completions are on.', reason, change: changeOn };
  }
  return {
    text: `Completions are on, by ${model.name}.`,
    ...(model.note === undefined ? {} : { reason: model.note }),
    change: 'Snooze them or turn them off in the menu; the model is a setting.',
  };
}
