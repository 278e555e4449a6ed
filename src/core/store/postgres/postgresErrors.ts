import { isCertificateError } from '../../model/failures.ts';
import { ServerAwayError, ServerRefusedError } from '../../team/serverErrors.ts';

/** What errors are told about. */
export interface ErrorContext {
  /** For messages, for example `db.example.org`. */
  readonly host: string;
  readonly user: string;
  readonly database: string;
}

/** A statement that ran for longer than its pool allows, or that was cancelled. */
export const queryCanceled = '57014';
const serializationFailure = '40001';
const deadlockDetected = '40P01';
const uniqueViolation = '23505';
const foreignKeyViolation = '23503';
const insufficientPrivilege = '42501';

/** Nothing of the connection is left: what was under way may or may not have been done. */
const lostConnection = /^(08...|57P0[1235]|25P03)$/;
/** The server is there but has no room, memory, disk or connection for anybody; or takes no writes now. */
const overloaded = /^(53...|58030|57P03|25006)$/;
const networkErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** The driver gives these no code. */
const lostMessages =
  /^(Connection terminated|timeout e|Client has encountered a connection error|Client was closed|Client network socket disconnected|read ECONNRESET)/;

/** PostgreSQL's SQLSTATE, or Node's code. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : errorCode(error.cause);
}

/** Two transactions were in each other's way; the same may work at once. */
export function isConflict(error: unknown): boolean {
  const code = errorCode(error);
  return code === serializationFailure || code === deadlockDetected;
}

/** A row with the same unique values exists. */
export function isUniqueViolation(error: unknown): boolean {
  return errorCode(error) === uniqueViolation;
}

/** The row that is referred to does not exist. */
export function isForeignKeyViolation(error: unknown): boolean {
  return errorCode(error) === foreignKeyViolation;
}

/** A right is missing, for a row or for a whole table: to do something, not to come in. */
export function isRightMissing(error: unknown): boolean {
  return errorCode(error) === insufficientPrivilege;
}

/** Row-level security does not let us write this very row; others it may. */
export function isRowRefused(error: unknown): boolean {
  // The code says as much of a whole table; the message is in the server's language.
  return (
    isRightMissing(error) &&
    error instanceof Error &&
    'routine' in error &&
    error.routine === 'ExecWithCheckOptions'
  );
}

/** Whether the connection is of no use any more. */
export function isLostConnection(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  const isNetwork = networkErrors.has(code) || lostConnection.test(code);
  return isNetwork || (error instanceof Error && lostMessages.test(error.message));
}

/**
 * `ServerAwayError` or `ServerRefusedError` where `error` says so of the server; what a statement
 * itself did wrong comes back as it is, with its SQLSTATE as `code`.
 */
export function explainServerError(error: unknown, context: ErrorContext): unknown {
  const code = errorCode(error) ?? '';
  if (error instanceof ServerAwayError || error instanceof ServerRefusedError) {
    return error;
  }
  if (isCertificateError(error)) {
    return new ServerRefusedError(certificateRefusal(code, context), { cause: error });
  }
  const refusal = refusalOf(code, error, context);
  if (refusal !== undefined) {
    return new ServerRefusedError(refusal, { cause: error });
  }
  if (isLostConnection(error) || overloaded.test(code)) {
    return new ServerAwayError(absence(code, context), { cause: error });
  }
  return error;
}

function certificateRefusal(code: string, { host }: ErrorContext): string {
  if (code === 'CERT_HAS_EXPIRED') {
    return `The certificate of the team's database at ${host} has expired. Ask whoever runs it for a new one.`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate of the team's database is for another name than ${host}. Check the address in the settings.`;
  }
  return `Nobody whom this machine trusts vouches for the certificate of the team's database at ${host}. Install the authority's certificate on this machine.`;
}

function refusalOf(code: string, error: unknown, context: ErrorContext): string | undefined {
  const { host, user, database } = context;
  const message = error instanceof Error ? error.message : '';
  if (code === '28P01' || message.startsWith('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password')) {
    return `The team's database does not accept the password of ${user}. Enter it again with "Slipstream: Connect to a team".`;
  }
  if (code.startsWith('28')) {
    return `The team's database at ${host} does not let ${user} in from this machine. Ask whoever runs it.`;
  }
  if (code === '3D000') {
    return `There is no database "${database}" at ${host}. Check the address in the settings.`;
  }
  if (code === insufficientPrivilege && !isRowRefused(error)) {
    return `${user} lacks a right in the team's database. Ask whoever runs it. (${message})`;
  }
  if (message.startsWith('The server does not support SSL') || message.startsWith('SASL:')) {
    return message.startsWith('SASL:')
      ? `The server at ${host} could not prove that it is the team's database. Check the address in the settings.`
      : `The team's database at ${host} does not speak TLS, without which nothing is sent to it. Ask whoever runs it to turn it on.`;
  }
  return undefined;
}

function absence(code: string, { host }: ErrorContext): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `There is no machine named ${host} in this network.`;
    case '53100':
      return `The disk of the team's database at ${host} is full.`;
    case '53300':
      return `The team's database at ${host} has no connection left.`;
    case '25006':
      return `The team's database at ${host} takes no writes now.`;
    default:
      return `The team's database at ${host} does not answer.`;
  }
}
