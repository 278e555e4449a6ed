import { toError } from '../../base/errors.ts';

/** The grammar itself failed, which is no fault of the text or of who asks. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure';

  constructor(cause: unknown) {
    super(`A grammar failed: ${toError(cause).message}`, { cause });
  }
}
