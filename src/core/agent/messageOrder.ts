import { UserError } from '../../base/errors.ts';
import type { MessageRecord, ThreadPage, UserMessageRecord } from '../store/records.ts';
import { assistantViewId } from './views.ts';

/** Messages in a page: about three screens, so that opening a thread reads no more than is seen. */
export const pageMessages = 40;

const goneMessage = 'This message is no longer part of the thread.';

/** The position of the message that comes after these. */
export function nextOrdinal(records: readonly MessageRecord[]): number {
  return (records.at(-1)?.ordinal ?? -1) + 1;
}

/** The last page of a thread's messages, in whole turns as the store gives them. */
export function lastPage(records: readonly MessageRecord[]): ThreadPage {
  let start = Math.max(0, records.length - pageMessages);
  while (start > 0 && records[start - 1]?.turnId === records[start]?.turnId) {
    start -= 1;
  }
  return { messages: records.slice(start), hasEarlier: start > 0 };
}

/** The position of the first message that the panel shows under this id. Throws `UserError`. */
export function ordinalOf(records: readonly MessageRecord[], messageViewId: string): number {
  const found = records.find(
    (record) => record.id === messageViewId || assistantViewId(record.turnId) === messageViewId,
  );
  if (!found) {
    throw new UserError(goneMessage);
  }
  return found.ordinal;
}

/** The message that began this turn. Throws `UserError`. */
export function userMessageOf(
  records: readonly MessageRecord[],
  turnId: string,
): UserMessageRecord {
  const found = records.find((record) => record.role === 'user' && record.turnId === turnId);
  if (found?.role !== 'user') {
    throw new UserError(goneMessage);
  }
  return found;
}

/** Whether the last message of a page that was just read is among these. */
export function holdsLast(records: readonly MessageRecord[], page: ThreadPage): boolean {
  const last = page.messages.at(-1);
  return last === undefined || records.some((record) => record.id === last.id);
}

/** The turn of the last message. Throws `UserError` where there is none yet. */
export function lastTurnIdOf(records: readonly MessageRecord[]): string {
  const last = records.at(-1);
  if (!last) {
    throw new UserError('There is no message to answer again.');
  }
  return last.turnId;
}
