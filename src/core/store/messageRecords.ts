import { UserError } from '../../base/errors.ts';
import type { AssistantBlock, TextBlock, ToolUseBlock } from '../model/message.ts';
import { unpack } from './compression.ts';
import type { SqlRow, SqlValue } from './database.ts';
import type { AssistantDetails, ResultDetails, UserDetails } from './messageRows.ts';
import type {
  AssistantMessageRecord,
  MessageRecord,
  ThreadPage,
  ToolResultRecord,
  UserMessageRecord,
} from './records.ts';

/** What belongs to a message and is kept in other tables, in order. */
export interface MessageParts {
  /** Position, id, name and input as JSON. */
  readonly toolUses: readonly (readonly SqlValue[])[];
  readonly toolResults: readonly ToolResultRecord[];
  /** Block index, kind and text as a JSON string. */
  readonly deltas: readonly (readonly SqlValue[])[];
}

/** Stands in for what cannot be read any more, so that the rest of the thread can. */
export const damagedText = '[This part of the history is damaged and cannot be read.]';

/** A message from its row and what belongs to it. One left running comes back as interrupted. */
export function toMessage(row: SqlRow, parts: MessageParts): MessageRecord {
  return row['role'] === 'user' ? toUserMessage(row) : toAssistantMessage(row, parts);
}

export function toToolResult(
  toolUseId: string,
  details: string,
  content: ToolResultRecord['content'],
): ToolResultRecord {
  return { toolUseId, ...(JSON.parse(details) as ResultDetails), content };
}

/** A page from the rows of its statement. */
export function toPage(rows: readonly SqlRow[]): ThreadPage {
  const messages = rows.map((row) =>
    toMessage(row, {
      toolUses: jsonRows(row, 'tool_uses'),
      toolResults: jsonRows(row, 'tool_results').map(([id, details, preview]) =>
        toToolResult(String(id), String(details), JSON.parse(String(preview)) as string),
      ),
      deltas: jsonRows(row, 'deltas'),
    }),
  );
  return { messages, hasEarlier: Number(rows[0]?.['has_earlier'] ?? 0) === 1 };
}

/** A tool's result from the columns of its row, whole. */
export function toWholeResult(row: SqlRow): ToolResultRecord {
  const content =
    row['content'] === null
      ? JSON.parse(text(row, 'preview'))
      : (readPacked(row['content'], row['content_encoding']) ?? damagedText);
  return toToolResult(
    text(row, 'tool_use_id'),
    text(row, 'details'),
    content as ToolResultRecord['content'],
  );
}

/** The rows that a column holds as a JSON list of lists. */
export function jsonRows(row: SqlRow, column: string): readonly (readonly SqlValue[])[] {
  const value = row[column];
  return typeof value === 'string' ? (JSON.parse(value) as SqlValue[][]) : [];
}

/** Twice what a provider takes in one request: more is not a message, whoever of a team wrote it. */
const maxPackedBytes = 64_000_000;

/** Undefined for what is no longer what was written. */
export function readPacked(value: SqlValue | undefined, encoding: SqlValue | undefined): unknown {
  try {
    return JSON.parse(unpack(value ?? null, encoding ?? null, maxPackedBytes));
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    // One damaged message must not take the thread along: a sentence stands in for it.
    return undefined;
  }
}

function toUserMessage(row: SqlRow): UserMessageRecord {
  const details = JSON.parse(text(row, 'details')) as UserDetails;
  return {
    role: 'user',
    ...commonFields(row),
    content: readBlocks(row) as UserMessageRecord['content'],
    text: details.text ?? text(row, 'text'),
    chips: details.chips,
  };
}

function toAssistantMessage(row: SqlRow, parts: MessageParts): AssistantMessageRecord {
  const details = JSON.parse(text(row, 'details')) as AssistantDetails;
  const record: AssistantMessageRecord = {
    role: 'assistant',
    ...commonFields(row),
    ...details,
    // JSON leaves out what is undefined, but the field is always there.
    costUsd: details.costUsd,
    state: row['state'] as AssistantMessageRecord['state'],
    content: withToolUses(readBlocks(row), parts.toolUses),
    toolResults: parts.toolResults,
  };
  return record.state === 'running' ? interrupted(record, parts.deltas) : record;
}

function commonFields(
  row: SqlRow,
): Pick<MessageRecord, 'id' | 'threadId' | 'turnId' | 'ordinal' | 'createdAt'> {
  return {
    id: text(row, 'id'),
    threadId: text(row, 'thread_id'),
    turnId: text(row, 'turn_id'),
    ordinal: Number(row['ordinal']),
    createdAt: Number(row['created_at']),
  };
}

/** The blocks with tool uses in place of their placeholders. */
function withToolUses(
  blocks: readonly unknown[],
  uses: MessageParts['toolUses'],
): readonly AssistantBlock[] {
  const byPosition = new Map<number, ToolUseBlock>(
    uses.map(([position, id, name, input]) => [
      Number(position),
      { type: 'tool_use', id: String(id), name: String(name), input: JSON.parse(String(input)) },
    ]),
  );
  return blocks.map(
    (block, position) =>
      byPosition.get(position) ?? (block as Exclude<AssistantBlock, ToolUseBlock>),
  );
}

/**
 * A message that was left running, with the text that had arrived. Unfinished thinking is without a
 * signature, so it must not be among the blocks, which go back to the model.
 */
function interrupted(
  record: AssistantMessageRecord,
  deltas: MessageParts['deltas'],
): AssistantMessageRecord {
  const texts = new Map<number, string>();
  let thinking = '';
  for (const [blockIndex, kind, json] of deltas) {
    const index = Number(blockIndex);
    const piece = JSON.parse(String(json)) as string;
    if (index < record.content.length) {
      // The block has been kept whole since.
      continue;
    }
    if (kind === 'thinking') {
      thinking += piece;
    } else {
      texts.set(index, (texts.get(index) ?? '') + piece);
    }
  }
  const unfinished = [...texts]
    .sort(([left], [right]) => left - right)
    .map(([, kept]): TextBlock => ({ type: 'text', text: kept }));
  return {
    ...record,
    state: 'interrupted',
    content: [...record.content, ...unfinished],
    ...(thinking === '' ? {} : { unfinishedThinking: thinking }),
  };
}

function readBlocks(row: SqlRow): readonly unknown[] {
  const blocks = readPacked(row['blocks'], row['blocks_encoding']);
  return Array.isArray(blocks) ? blocks : [{ type: 'text', text: damagedText }];
}

function text(row: SqlRow, column: string): string {
  return String(row[column]);
}
