import type * as vscode from 'vscode';
import { ContextWindowOptimizer } from '../core/context/contextWindow.ts';
import type { Gateway } from '../core/model/gateway.ts';
import { Calibration } from '../core/tokens/calibration.ts';
import { PromptTokens } from '../core/tokens/promptTokens.ts';
import { TokenCounter } from '../core/tokens/tokenCounter.ts';
import type { OutputLog } from './outputLog.ts';

/** Where the ratios between each model's tokens and the local count are kept. */
const ratiosKey = 'slipstream.tokenRatios';

/** What counts prompts. It keeps what it learns of the models from one session to the next. */
export function createPromptTokens(
  { globalState }: { readonly globalState: Pick<vscode.Memento, 'get' | 'update'> },
  log: Pick<OutputLog, 'error'>,
): PromptTokens {
  const calibration = new Calibration({
    load: () => globalState.get<Readonly<Record<string, number>>>(ratiosKey, {}),
    save: (ratios) => {
      globalState.update(ratiosKey, ratios).then(undefined, (error: unknown) => {
        log.error('Keeping how models count tokens', error);
      });
    },
  });
  return new PromptTokens({ counter: new TokenCounter(), calibration });
}

/** What fits prompts into the window of their model. */
export function createContextOptimizer(
  tokens: PromptTokens,
  gateway: Gateway,
): ContextWindowOptimizer {
  return new ContextWindowOptimizer({
    tokens,
    countAtProvider: (prompt, signal) =>
      gateway.countTokens(
        {
          ...prompt,
          id: 'count',
          surface: 'chat',
          priority: 'interactive',
          // Nothing is answered; a count takes no notice of it.
          maxOutputTokens: 1,
        },
        signal,
      ),
  });
}
