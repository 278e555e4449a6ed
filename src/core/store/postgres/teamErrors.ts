import { BugError, UserError } from '../../../base/errors.ts';
import { ServerRefusedError } from '../../team/serverErrors.ts';
import { errorCode, isForeignKeyViolation } from './postgresErrors.ts';

/** The database's own sentences for the user (`threadTriggersSql.ts`). */
const sentence = /^SL\d{3}$/;
const insufficientPrivilege = '42501';

/**
 * What a caller is told of a statement that the database refused. Rules that forbid a row say so
 * without a reason; that is no reason to take the whole server for one that refuses us.
 */
export function explainRefusal(error: unknown): unknown {
  if (sentence.test(errorCode(error) ?? '')) {
    return new UserError(rootOf(error).message, { cause: error });
  }
  if (isRowRefusal(error)) {
    return new UserError('This belongs to another member of the team, so it can’t be changed.', {
      cause: error,
    });
  }
  return isForeignKeyViolation(error)
    ? new BugError('What this belongs to is not in the team’s database.', { cause: error })
    : error;
}

/** Whether a rule forbade one row, rather than the server us. */
export function isRowRefusal(error: unknown): boolean {
  return (
    error instanceof ServerRefusedError &&
    errorCode(error.cause) === insufficientPrivilege &&
    /row-level security/.test(rootOf(error).message)
  );
}

function rootOf(error: unknown): Error {
  const inner = error instanceof Error ? error.cause : undefined;
  return inner instanceof Error ? rootOf(inner) : (error as Error);
}
