import { UserError } from '../../base/errors.ts';
import type { MessageRecord } from '../store/records.ts';
import type { ModelProfile, ThreadParts } from './threadParts.ts';
import { lastAnswer } from './turnRouting.ts';

/** The model for display. A server that does not answer must not keep a thread from being read. */
export async function shownModel<Grants>(
  parts: Pick<ThreadParts<Grants>, 'model'>,
): Promise<ModelProfile> {
  try {
    return await parts.model();
  } catch (error) {
    if (error instanceof UserError) {
      return { id: '', name: 'No model' };
    }
    throw error;
  }
}

/** A model that was chosen for a request, and why. */
export interface RoutedModel {
  readonly model: string;
  readonly reason: string;
}

/** For the meter: where Slipstream chooses, the model that was asked last. */
export function modelInUse<Grants>(
  profile: ModelProfile,
  records: readonly MessageRecord[],
  routed: RoutedModel | undefined,
  parts: Pick<ThreadParts<Grants>, 'profileOf'>,
): ModelProfile {
  const model = routed?.model ?? lastAnswer(records)?.model;
  return profile.isAutomatic && model !== undefined ? parts.profileOf(model) : profile;
}
