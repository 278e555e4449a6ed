import type { TeamMessage } from '../../team/teamServer.ts';
import type { WriteOperation } from '../batchPlan.ts';
import { messageOperations } from '../messageRows.ts';
import { messagesTable } from '../threadSchema.ts';
import type { PostgresTransaction } from './databasePools.ts';
import { executePlan } from './postgresPlan.ts';
import { teamTables } from './postgresSchema.ts';
import { teamOperation } from './teamOperations.ts';

/** What another member wrote is taken out of a thread by them, or by whose thread it is. */
export class PushRefused extends Error {
  override readonly name = 'PushRefused';
}

/** The thread is another member's, who has deleted it or no longer shares it; or there is none. */
export class ThreadGone extends Error {
  override readonly name = 'ThreadGone';
}

export interface Push {
  readonly threadId: string;
  readonly messages: readonly TeamMessage[];
  /** The member who pushes. */
  readonly member: string;
  /** Milliseconds since 1970. */
  readonly wallTimeMs: number;
}

/** A message as the database has it. */
interface KeptMessage {
  readonly author: string;
  readonly isSetAside: boolean;
}

/**
 * Puts messages of a thread in or out of the conversation as `TeamServer.pushMessages` says. Throws
 * `PushRefused` where it must not be done, `ThreadGone` where there is no thread to do it in, and a
 * unique violation where a place is taken.
 */
export async function pushMessages(transaction: PostgresTransaction, push: Push): Promise<void> {
  const { threadId, messages, member, wallTimeMs } = push;
  // One at a time: two members who go on at the same place shall not wait for each other's rows.
  const lock = `SELECT deleted_at IS NOT NULL AND owner <> session_user AS is_gone FROM threads
    WHERE id = $1 FOR NO KEY UPDATE`;
  const [thread] = (await transaction.query(lock, [threadId])).rows;
  if (thread?.['is_gone'] !== 0) {
    throw new ThreadGone();
  }
  const kept = await readKept(transaction, push);
  const leaving = messages.filter(
    ({ message, isSetAside }) => isSetAside && kept.get(message.id)?.isSetAside === false,
  );
  await move(transaction, leaving, wallTimeMs);
  const isOthers = ({ message }: TeamMessage): boolean =>
    (kept.get(message.id)?.author ?? member) !== member;
  const returning = messages.filter(
    (one) => isOthers(one) && !one.isSetAside && kept.get(one.message.id)?.isSetAside === true,
  );
  await move(transaction, returning, null);
  const own = messages
    .filter((one) => !isOthers(one))
    .toSorted((one, other) => one.message.ordinal - other.message.ordinal);
  const operations = own.flatMap((one) => operationsOf(one, wallTimeMs)).map(teamOperation);
  await executePlan(transaction, teamTables, operations, false);
}

async function readKept(
  transaction: PostgresTransaction,
  { threadId, messages }: Push,
): Promise<ReadonlyMap<string, KeptMessage>> {
  const { rows } = await transaction.query(
    `SELECT id, author, set_aside_at IS NOT NULL AS is_set_aside FROM messages
     WHERE thread_id = $1 AND id = ANY ($2)`,
    [threadId, messages.map(({ message }) => message.id)],
  );
  return new Map(
    rows.map((row) => [
      String(row['id']),
      { author: String(row['author']), isSetAside: row['is_set_aside'] === 1 },
    ]),
  );
}

async function move(
  transaction: PostgresTransaction,
  messages: readonly TeamMessage[],
  setAsideAt: number | null,
): Promise<void> {
  if (messages.length === 0) {
    return;
  }
  const { changed } = await transaction.query(
    'UPDATE messages SET set_aside_at = $2 WHERE id = ANY ($1)',
    [messages.map(({ message }) => message.id), setAsideAt],
  );
  if (changed < messages.length) {
    throw new PushRefused();
  }
}

function operationsOf(
  { message, isSetAside }: TeamMessage,
  wallTimeMs: number,
): readonly WriteOperation[] {
  return messageOperations(message).map((operation) =>
    operation.kind === 'put' && operation.table === messagesTable
      ? { ...operation, row: { ...operation.row, set_aside_at: isSetAside ? wallTimeMs : null } }
      : operation,
  );
}
