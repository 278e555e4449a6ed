import { randomUUID } from 'node:crypto';
import type { AskedModel } from '../../core/actions/editRequest.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import type { Settings } from '../../core/settings.ts';
import type { ModelChoice } from '../modelChoice.ts';

export interface ActionModelParts {
  readonly choice: Pick<ModelChoice, 'current'>;
  readonly settings: Settings;
  readonly connection: ConnectionProvider;
}

/** The cheapest of Anthropic's models: names and notes need no more. */
const smallModelId = 'claude-haiku-5-5';
/** Room for a few names or sentences, and for thinking that cannot be switched off. */
const smallOutputTokens = 2_000;

/** The model for what is small; elsewhere than at Anthropic the user's own. */
export async function smallActionModel(parts: ActionModelParts): Promise<AskedModel> {
  const { kind } = await parts.connection.current();
  const model = kind === 'anthropic' ? smallModelId : (await parts.choice.current()).id;
  return { id: randomUUID(), model, maxOutputTokens: smallOutputTokens };
}

/** The model for an action: the user's, else one that suits the task in these words. */
export async function actionModel(
  { choice, settings }: ActionModelParts,
  userText: string,
): Promise<AskedModel> {
  const profile = await choice.current();
  return {
    id: randomUUID(),
    model: profile.id,
    maxOutputTokens: Math.min(settings.get('maxOutputTokens'), profile.maxOutputTokens ?? Infinity),
    ...(profile.isAutomatic ? { routing: { userText, filesInPlay: 1 } } : {}),
  };
}
