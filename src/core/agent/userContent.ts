import { UserError } from '../../base/errors.ts';
import type { Draft } from '../../shared/views.ts';
import type { UserMessageRecord } from '../store/records.ts';
import type { ThreadParts } from './threadParts.ts';

/** Longer first lines make no better title. */
const titleCharacters = 60;

const emptyMessage = 'The message is empty.';

/**
 * What the model gets for a draft: what was attached, then what was typed. Throws `UserError` where
 * there is nothing to send or an attachment cannot be read.
 */
export async function userContent(
  draft: Draft,
  parts: Pick<ThreadParts<unknown>, 'resolveContext' | 'expandPrompt'>,
): Promise<UserMessageRecord['content']> {
  if (draft.text.trim() === '' && draft.images.length === 0) {
    throw new UserError(emptyMessage);
  }
  const context = await parts.resolveContext(draft.chips);
  const images = draft.images.map(
    ({ mediaType, data }) =>
      ({ type: 'image', source: { type: 'base64', media_type: mediaType, data } }) as const,
  );
  const typed = { type: 'text', text: await parts.expandPrompt(draft.text) } as const;
  const content = [...context, ...images, typed].filter(
    (block) => block.type === 'image' || block.text.trim() !== '',
  );
  // A slash command may turn into nothing, and a message without content is rejected.
  if (content.length === 0) {
    throw new UserError(emptyMessage);
  }
  return content;
}

/** A message that has no place in the conversation yet. */
export type NewMessage = Omit<UserMessageRecord, 'ordinal'>;

/** A message of the user that begins a turn of its own. */
export function newUserMessage(
  threadId: string,
  draft: Pick<Draft, 'text' | 'chips'>,
  content: UserMessageRecord['content'],
  parts: Pick<ThreadParts<unknown>, 'newId' | 'clock'>,
): NewMessage {
  return {
    role: 'user',
    id: parts.newId(),
    threadId,
    turnId: parts.newId(),
    createdAt: parts.clock.wallTime(),
    content,
    text: draft.text,
    chips: draft.chips,
  };
}

/** A thread's title from its first message: the first line, cut to what a list can show. */
export function titleOf(text: string): string {
  const characters = [...(text.trim().split('\n', 1)[0]?.trim() ?? '')];
  if (characters.length === 0) {
    return 'New thread';
  }
  return characters.length > titleCharacters
    ? `${characters.slice(0, titleCharacters - 1).join('')}…`
    : characters.join('');
}
