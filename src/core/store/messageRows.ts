import type { AssistantBlock } from '../model/message.ts';
import type { Row, WriteOperation } from './batchPlan.ts';
import { pack } from './compression.ts';
import {
  type AssistantMessageRecord,
  type MessageRecord,
  resultPreviewCharacters,
  type ToolResultRecord,
  type UserMessageRecord,
} from './records.ts';
import { deltasTable, messagesTable, toolResultsTable, toolUsesTable } from './threadSchema.ts';

/** What a user message keeps beside its columns, as JSON. */
export interface UserDetails {
  readonly chips: UserMessageRecord['chips'];
  /** Only where the `text` column cannot hold what was typed. */
  readonly text?: string;
}

/** What an answer keeps beside its columns, as JSON. */
export type AssistantDetails = Pick<
  AssistantMessageRecord,
  | 'model'
  | 'modelReason'
  | 'stopReason'
  | 'usage'
  | 'costUsd'
  | 'durationMs'
  | 'notice'
  | 'unfinishedThinking'
>;

/** What a tool's result keeps beside its columns, as JSON. */
export type ResultDetails = Pick<
  ToolResultRecord,
  'status' | 'title' | 'durationMs' | 'changedPaths'
>;

/** In an answer's blocks, stands where a tool use is; its row has the same position. */
const toolUsePlaceholder = { type: 'tool_use' } as const;

/** The writes that insert a message with its tool uses and results, or replace it. */
export function messageOperations(message: MessageRecord): readonly WriteOperation[] {
  return message.role === 'user' ? userOperations(message) : assistantOperations(message);
}

/** The row of one tool's result. */
export function toolResultRow(messageId: string, result: ToolResultRecord): Row {
  const { status, title, durationMs, changedPaths, toolUseId } = result;
  const details: ResultDetails = { status, title, durationMs, changedPaths };
  const preview = previewOf(result.content);
  const isWhole = preview === result.content;
  const packed = isWhole ? undefined : pack(JSON.stringify(result.content));
  return {
    message_id: messageId,
    tool_use_id: toolUseId,
    details: JSON.stringify(details),
    preview: JSON.stringify(preview),
    content_encoding: packed?.encoding ?? null,
    content: packed?.value ?? null,
  };
}

/** The row of a piece of an answer that is being written. */
export function deltaRow(
  messageId: string,
  blockIndex: number,
  kind: 'text' | 'thinking',
  text: string,
): Row {
  return { message_id: messageId, block_index: blockIndex, kind, text: JSON.stringify(text) };
}

/** Text as SQL can hold and search it. */
export function toSqlText(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

function userOperations(message: UserMessageRecord): readonly WriteOperation[] {
  const text = toSqlText(message.text);
  const details: UserDetails = {
    chips: message.chips,
    ...(text === message.text ? {} : { text: message.text }),
  };
  const row = {
    ...commonColumns(message),
    state: null,
    details: JSON.stringify(details),
    text,
    ...blockColumns(message.content),
  };
  return [{ kind: 'put', table: messagesTable, row }];
}

function assistantOperations(message: AssistantMessageRecord): readonly WriteOperation[] {
  const { id, model, modelReason, stopReason, usage, costUsd } = message;
  const { durationMs, notice, unfinishedThinking } = message;
  const details: AssistantDetails = {
    model,
    ...(modelReason === undefined ? {} : { modelReason }),
    ...(stopReason === undefined ? {} : { stopReason }),
    usage,
    costUsd,
    durationMs,
    ...(notice === undefined ? {} : { notice }),
    ...(unfinishedThinking === undefined ? {} : { unfinishedThinking }),
  };
  const row = {
    ...commonColumns(message),
    state: message.state,
    details: JSON.stringify(details),
    text: toSqlText(textOf(message.content)),
    ...blockColumns(message.content.map(withoutToolUse)),
  };
  const dropDeltas: WriteOperation = { kind: 'clearGroup', table: deltasTable, group: id };
  return [
    { kind: 'put', table: messagesTable, row },
    { kind: 'clearGroup', table: toolUsesTable, group: id },
    ...toolUseRows(message).map(
      (one) => ({ kind: 'put', table: toolUsesTable, row: one }) as const,
    ),
    { kind: 'clearGroup', table: toolResultsTable, group: id },
    ...message.toolResults.map(
      (result) =>
        ({ kind: 'put', table: toolResultsTable, row: toolResultRow(id, result) }) as const,
    ),
    ...(message.state === 'running' ? [] : [dropDeltas]),
  ];
}

function commonColumns(message: MessageRecord): Row {
  return {
    id: message.id,
    thread_id: message.threadId,
    turn_id: message.turnId,
    role: message.role,
    ordinal: message.ordinal,
    created_at: message.createdAt,
  };
}

function blockColumns(blocks: readonly unknown[]): Row {
  const { value, encoding } = pack(JSON.stringify(blocks));
  return { blocks_encoding: encoding, blocks: value };
}

function toolUseRows(message: AssistantMessageRecord): readonly Row[] {
  return message.content.flatMap((block, position) =>
    block.type === 'tool_use'
      ? [
          {
            message_id: message.id,
            position,
            tool_use_id: block.id,
            name: block.name,
            input: JSON.stringify(block.input) ?? 'null',
          },
        ]
      : [],
  );
}

function withoutToolUse(block: AssistantBlock): unknown {
  return block.type === 'tool_use' ? toolUsePlaceholder : block;
}

function textOf(content: readonly AssistantBlock[]): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
}

/** The content itself where it is short text, else its text, cut where it is long. */
function previewOf(content: ToolResultRecord['content']): ToolResultRecord['content'] {
  if (typeof content === 'string') {
    return content.length > resultPreviewCharacters ? cut(content) : content;
  }
  const hasImages = content.some((block) => block.type === 'image');
  const text = content.map((block) => (block.type === 'text' ? block.text : '[image]')).join('\n');
  return hasImages || text.length > resultPreviewCharacters ? cut(text) : content;
}

function cut(text: string): string {
  return text.slice(0, resultPreviewCharacters + 1);
}
