import { assertNever } from '../../base/errors.ts';
import type { Notice, PanelAction, TurnState } from '../../shared/views.ts';
import type { ModelFailure } from '../model/request.ts';
import type { TurnEnd } from './turn.ts';

/** How a turn's end is shown. */
export interface TurnEnding {
  readonly state: TurnState;
  readonly notice?: Notice;
}

/** What to tell the user about the end of a turn, and what can be done about it. */
export function endingOf(end: TurnEnd): TurnEnding {
  switch (end.kind) {
    case 'done':
      return { state: 'done' };
    case 'keptAnswer':
      return { state: 'done', notice: info(keptAnswerText, [askAgain]) };
    case 'cancelled':
      return { state: 'stopped', notice: info('Stopped.', [goOn]) };
    case 'emptyAnswer':
      return { state: 'done', notice: info('The model ended without a visible answer.', [retry]) };
    case 'outputLimit':
      return {
        state: 'done',
        notice: warning('The answer reached the output limit and was cut.', [goOn]),
      };
    case 'windowFull':
      return {
        state: 'failed',
        notice: warning(
          'The conversation fills the model’s context window. Summarize what came before, or start a new thread.',
          [summarize, retry, newThread],
        ),
      };
    case 'tooLarge':
      return { state: 'failed', notice: warning(end.reason, [summarize, retry, newThread]) };
    case 'refused':
      return { state: 'failed', notice: refusalNotice(end.category) };
    case 'roundLimit':
      return {
        state: 'stopped',
        notice: warning(
          `Stopped after ${end.rounds} rounds of tools, the limit of one turn. Continue if it is on the right way.`,
          [goOn],
        ),
      };
    case 'repetition':
      return {
        state: 'stopped',
        notice: warning(
          `Stopped: ${end.toolName} was called with the same input three times in a row.`,
          [goOn],
        ),
      };
    case 'failed':
      return { state: 'failed', notice: failureNotice(end.failure, end.hasBegun) };
    default:
      return assertNever(end);
  }
}

const keptAnswerText =
  'The same was asked before and the code has not changed since, so this is the answer that was kept.';

interface NoticeAction {
  readonly label: string;
  readonly action: PanelAction;
}

const goOn: NoticeAction = { label: 'Continue', action: 'continueTurn' };
const retry: NoticeAction = { label: 'Try again', action: 'retryTurn' };
const askAgain: NoticeAction = { label: 'Ask again', action: 'retryTurn' };
const summarize: NoticeAction = { label: 'Summarize', action: 'compactThread' };
const newThread: NoticeAction = { label: 'New thread', action: 'newThread' };

/** For a turn that never came to its end: VS Code was closed, or the extension host crashed. */
export const interruptedNotice: Notice = info('This answer was interrupted.', [goOn, retry]);

function info(text: string, actions: readonly NoticeAction[]): Notice {
  return { severity: 'info', text, actions };
}

function warning(text: string, actions: readonly NoticeAction[]): Notice {
  return { severity: 'warning', text, actions };
}

function refusalNotice(category: string | undefined): Notice {
  const reason = category === undefined ? '' : ` (category: ${category})`;
  return warning(
    `The model declined to answer${reason}. This exchange is left out of what it sees from now on: rephrase it, or choose another model.`,
    [{ label: 'Choose model', action: 'selectModel' }],
  );
}

/** What is there already need not be paid for again: going on comes before beginning anew. */
function failureNotice(failure: ModelFailure, hasBegun: boolean): Notice {
  const actions = failureActions(failure);
  const canGoOn = hasBegun && failure.kind !== 'overBudget';
  return {
    severity: 'error',
    text: failure.message,
    actions: canGoOn ? [goOn, ...actions] : actions,
  };
}

function failureActions(failure: ModelFailure): readonly NoticeAction[] {
  switch (failure.kind) {
    case 'authentication':
      return [{ label: 'Set API key', action: 'setApiKey' }, retry];
    case 'invalidRequest':
      return [retry, { label: 'Choose model', action: 'selectModel' }];
    case 'connection':
      return [retry, { label: 'Set endpoint', action: 'setEndpoint' }];
    case 'overBudget':
      return [
        { label: 'Go on for now', action: 'allowOverBudget' },
        { label: 'Change the limit', action: 'openBudgetSettings' },
      ];
    case 'billing':
    case 'stalled':
    case 'protocol':
    case 'rateLimited':
    case 'overloaded':
    case 'server':
      return [retry];
    case 'internal':
      return [retry, { label: 'Show log', action: 'showLog' }];
    default:
      return assertNever(failure.kind);
  }
}
