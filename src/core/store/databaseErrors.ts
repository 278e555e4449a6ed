import { UserError } from '../../base/errors.ts';

/** SQLite's primary result codes, as in its documentation. */
const codes = {
  error: 1,
  busy: 5,
  locked: 6,
  outOfMemory: 7,
  readOnly: 8,
  interrupted: 9,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  tooBig: 18,
  notADatabase: 26,
} as const;

/** `SQLITE_CONSTRAINT_UNIQUE`: another row holds the same values in a unique index. */
const uniqueViolation = 2067;
/** `SQLITE_CONSTRAINT_PRIMARYKEY`. */
const primaryKeyViolation = 1555;
/** `SQLITE_CONSTRAINT_FOREIGNKEY`: the row that is referred to does not exist. */
const foreignKeyViolation = 787;

/** Failures of the file or the machine: they say nothing about the row being written. */
const databaseFailures: ReadonlySet<number> = new Set([
  codes.busy,
  codes.locked,
  codes.outOfMemory,
  codes.readOnly,
  codes.interrupted,
  codes.inputOutput,
  codes.corrupt,
  codes.full,
  codes.cannotOpen,
  codes.protocol,
  codes.notADatabase,
]);

/** Somebody else holds the file; the same may work in a moment. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === codes.busy || code === codes.locked || code === codes.protocol;
}

/** The file's content is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === codes.corrupt || code === codes.notADatabase;
}

/** The disk, or the file's allowance, is used up. */
export function isFull(error: unknown): boolean {
  return primaryCode(error) === codes.full;
}

/** Whether every write would have failed alike, so that it is no use to look for the bad row. */
export function isDatabaseFailure(error: unknown): boolean {
  const code = primaryCode(error);
  return code !== undefined && databaseFailures.has(code);
}

/** A row with the same unique values exists. */
export function isDuplicate(error: unknown): boolean {
  const code = extendedCode(error);
  return code === uniqueViolation || code === primaryKeyViolation;
}

/** The row that is referred to does not exist. */
export function isOrphan(error: unknown): boolean {
  return extendedCode(error) === foreignKeyViolation;
}

/** What to tell the user of a failure of the database at `path`; other errors come back as given. */
export function explainDatabaseError(error: unknown, path: string): unknown {
  const text = explanation(primaryCode(error), path);
  return text === undefined ? error : new UserError(text, { cause: error });
}

function explanation(code: number | undefined, path: string): string | undefined {
  switch (code) {
    case codes.full:
      return 'The disk is full, so this could not be saved. Free some space and try again.';
    case codes.readOnly:
      return `Slipstream may not write to its history. Check the permissions of ${path}.`;
    case codes.cannotOpen:
      return `Slipstream can't open its history. Check that ${path} is a file and may be written.`;
    case codes.busy:
    case codes.locked:
    case codes.protocol:
      return 'Another window keeps the history busy, so this could not be saved. Try again in a moment.';
    case codes.corrupt:
    case codes.notADatabase:
      return `The history is damaged. Reload the window; if this comes back, move ${path} away.`;
    case codes.inputOutput:
      return `The disk reports an error while Slipstream reads or writes its history at ${path}.`;
    case codes.outOfMemory:
      return 'There is not enough memory left to read or save the history.';
    case codes.error:
      return `Slipstream does not find in ${path} what it expects. Nothing in it was changed.`;
    case codes.tooBig:
      return 'This is too big to be saved.';
    default:
      return undefined;
  }
}

function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & 0xff;
}

/** `node:sqlite` tells SQLite's own result code beside Node's. */
function extendedCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) {
    return undefined;
  }
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
