import { toError, UserError } from '../base/errors.ts';

/** What the disk's refusal to read `shown` means for the user. */
export function readFailure(thrown: unknown, shown: string): UserError {
  const error = toError(thrown);
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError(`There is no file ${shown}.`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new UserError(`${shown} can't be read: permission is denied.`, { cause: error });
    default:
      return new UserError(`${shown} can't be read: ${error.message}`, { cause: error });
  }
}

function errorCode(error: Error): string | undefined {
  return 'code' in error ? String(error.code) : undefined;
}
