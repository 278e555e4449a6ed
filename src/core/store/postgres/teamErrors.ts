import { BugError, UserError } from '../../../base/errors.ts';
import { errorCode, isForeignKeyViolation, isRowRefused } from './postgresErrors.ts';

/** The database's own sentences for the user (`threadTriggersSql.ts`). */
const sentence = /^SL\d{3}$/;

/**
 * What a caller is told of a statement that the database refused. Rules that forbid a row say so
 * without a reason; that is no reason to take the whole server for one that refuses us.
 */
export function explainRefusal(error: unknown): unknown {
  if (sentence.test(errorCode(error) ?? '')) {
    return new UserError(rootOf(error).message, { cause: error });
  }
  if (isRowRefused(error)) {
    return new UserError('This belongs to another member of the team, so it can’t be changed.', {
      cause: error,
    });
  }
  return isForeignKeyViolation(error)
    ? new BugError('What this belongs to is not in the team’s database.', { cause: error })
    : error;
}

function rootOf(error: unknown): Error {
  const inner = error instanceof Error ? error.cause : undefined;
  return inner instanceof Error ? rootOf(inner) : (error as Error);
}
