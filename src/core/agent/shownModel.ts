import { UserError } from '../../base/errors.ts';
import type { ModelProfile, ThreadParts } from './threadParts.ts';

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
