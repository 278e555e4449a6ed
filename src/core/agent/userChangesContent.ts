import type { TextBlock } from '../model/message.ts';
import type { MessageRecord, UserMessageRecord } from '../store/records.ts';
import { displayPath } from '../tools/paths.ts';
import type { ThreadParts } from './threadParts.ts';
import { isUserChangesText, userChangesText } from './userChangesText.ts';

type UserChangesParts = Pick<ThreadParts<unknown>, 'userChanges' | 'workspace'>;

/**
 * What a thread's next message tells of the user's changes to its edits. It becomes part of the
 * message, which is kept and sent as it is ever after. The message takes the place of `replaced`, the
 * thread's last records: what their first told is told again, and of their edits nothing.
 */
export function userChangesContent(
  threadId: string,
  { userChanges, workspace }: UserChangesParts,
  replaced: readonly MessageRecord[] = [],
): readonly TextBlock[] {
  const [first] = replaced;
  const told = first?.role === 'user' ? first.content.filter(isUserChanges) : [];
  const changes = userChanges?.of(threadId, new Set(replaced.map(({ turnId }) => turnId))) ?? [];
  const text = userChangesText(changes, (path) => displayPath(path, workspace.roots()));
  return text === undefined ? told : [...told, { type: 'text', text }];
}

/** The message is in the conversation: what it tells is told. */
export function noteTold(
  { threadId, content }: UserMessageRecord,
  { userChanges }: UserChangesParts,
): void {
  if (content.some(isUserChanges)) {
    userChanges?.told(threadId);
  }
}

function isUserChanges(block: UserMessageRecord['content'][number]): block is TextBlock {
  return block.type === 'text' && isUserChangesText(block.text);
}
