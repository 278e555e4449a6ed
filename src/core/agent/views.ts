import type {
  AssistantMessageView,
  BlockView,
  MessageView,
  ToolBlockView,
  TurnState,
  UsageView,
  UserMessageView,
} from '../../shared/views.ts';
import {
  type AssistantBlock,
  addUsage,
  type ImageBlock,
  noUsage,
  type ToolResultBlock,
  type ToolUseBlock,
  type Usage,
} from '../model/message.ts';
import {
  type AssistantMessageRecord,
  type MessageRecord,
  resultPreviewCharacters,
  type ToolResultRecord,
  type UserMessageRecord,
} from '../store/records.ts';
import { isAnswered } from './history.ts';
import { interruptedNotice } from './notices.ts';

/** Names models for display. */
export type ModelNamer = (model: string) => string;

/** Kept messages as the panel shows them: one article for everything the assistant did in a turn. */
export function toMessageViews(
  records: readonly MessageRecord[],
  nameOf: ModelNamer,
): readonly MessageView[] {
  const views: MessageView[] = [];
  let answers: AssistantMessageRecord[] = [];
  const closeTurn = (): void => {
    const [first] = answers;
    if (first) {
      views.push(assistantView(first, answers, nameOf));
      answers = [];
    }
  };
  for (const record of records) {
    if (record.role === 'assistant') {
      if (answers[0] && answers[0].turnId !== record.turnId) {
        closeTurn();
      }
      answers.push(record);
    } else {
      closeTurn();
      views.push(userView(record));
    }
  }
  closeTurn();
  return views;
}

/** A user's message as the panel shows it. */
export function userView(record: UserMessageRecord): UserMessageView {
  const images = record.content.filter((block): block is ImageBlock => block.type === 'image');
  return {
    role: 'user',
    id: record.id,
    turnId: record.turnId,
    text: record.text,
    chips: record.chips,
    images: images.map((image, index) => ({
      mediaType: image.source.media_type,
      data: image.source.data,
      label: `Image ${index + 1}`,
    })),
    createdAt: record.createdAt,
  };
}

/** The panel's id of the assistant's article in a turn. */
export function assistantViewId(turnId: string): string {
  return `${turnId}:answer`;
}

/** The panel's id of a block of an answer: by position, or for a tool by the tool use's id. */
export function blockViewId(messageId: string, key: number | string): string {
  return `${messageId}:${key}`;
}

/** The tool use's id in a block's id made by `blockViewId`. */
export function toolUseIdOf(blockId: string): string {
  return blockId.slice(blockId.indexOf(':') + 1);
}

/** Usage for display; the cost is left out where a price was not known. */
export function usageView(usage: Usage, costUsd: number | undefined): UsageView {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const view = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
  return costUsd === undefined ? view : { ...view, costUsd };
}

/** The sum of two costs; unknown if either is. */
export function addCost(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}

/** A result's text as a card shows it folded open, and whether there is more. */
export function resultPreview(content: ToolResultBlock['content']): {
  readonly output: string;
  readonly isOutputCut: boolean;
} {
  const text = resultText(content);
  return {
    output: text.slice(0, resultPreviewCharacters),
    isOutputCut: text.length > resultPreviewCharacters,
  };
}

/** A result's whole text; images are named in brackets. */
export function resultText(content: ToolResultBlock['content']): string {
  if (typeof content === 'string') {
    return content;
  }
  return content.map((block) => (block.type === 'text' ? block.text : '[image]')).join('\n');
}

/** A call's input as a card shows it. */
export function inputText(input: unknown): string {
  return JSON.stringify(input, null, 2) ?? '';
}

function assistantView(
  first: AssistantMessageRecord,
  answers: readonly AssistantMessageRecord[],
  nameOf: ModelNamer,
): AssistantMessageView {
  const last = answers.at(-1) ?? first;
  const usage = answers.reduce((sum, answer) => addUsage(sum, answer.usage), noUsage);
  const cost = answers.reduce<number | undefined>((sum, answer) => addCost(sum, answer.costUsd), 0);
  const state = turnState(last);
  const view: AssistantMessageView = {
    role: 'assistant',
    id: assistantViewId(first.turnId),
    turnId: first.turnId,
    blocks: answers.flatMap(blockViews),
    state,
    ...(last.notice ? { notice: last.notice } : {}),
    model: nameOf(last.model),
    // The later requests of a turn stay with what the first one chose.
    ...(first.modelReason === undefined ? {} : { modelReason: first.modelReason }),
    createdAt: first.createdAt,
  };
  // How long it would have taken, and how much, was never told.
  return state === 'interrupted'
    ? { ...view, notice: interruptedNotice }
    : { ...view, usage: usageView(usage, cost), durationMs: durationOf(first, last) };
}

/** From the first request to the end of the last answer and of the tools it asked for. */
function durationOf(first: AssistantMessageRecord, last: AssistantMessageRecord): number {
  const toolMs = last.toolResults.map((result) => result.durationMs);
  // The wall clock may have been set back in between.
  const untilLastMs = Math.max(0, last.createdAt - first.createdAt);
  return untilLastMs + last.durationMs + Math.max(0, ...toolMs);
}

/** A turn whose last answer still waits for its tools was cut off between the two. */
function turnState(last: AssistantMessageRecord): TurnState {
  if (last.state === 'running' || (last.state === 'done' && !isAnswered(last))) {
    return 'interrupted';
  }
  return last.state;
}

function blockViews(record: AssistantMessageRecord): readonly BlockView[] {
  const views = record.content.flatMap((block, index) => blockView(record, block, index));
  if (record.unfinishedThinking === undefined) {
    return views;
  }
  const id = blockViewId(record.id, 'unfinished');
  const thinking = { type: 'thinking', id, text: record.unfinishedThinking } as const;
  // A crash leaves all thinking unsigned, which mostly comes before the text; else it came last.
  return record.state === 'interrupted' ? [thinking, ...views] : [...views, thinking];
}

function blockView(
  record: AssistantMessageRecord,
  block: AssistantBlock,
  index: number,
): readonly BlockView[] {
  switch (block.type) {
    case 'text':
      if (block.text === '') {
        return [];
      }
      return [{ type: 'text', id: blockViewId(record.id, index), text: block.text }];
    case 'thinking':
      // Providers may withhold the text and send the signature alone: there is nothing to show.
      return block.thinking === ''
        ? []
        : [{ type: 'thinking', id: blockViewId(record.id, index), text: block.thinking }];
    case 'tool_use':
      return [toolView(record, block)];
    default:
      return [];
  }
}

function toolView(record: AssistantMessageRecord, use: ToolUseBlock): ToolBlockView {
  const result = record.toolResults.find((candidate) => candidate.toolUseId === use.id);
  const card = {
    type: 'tool',
    id: blockViewId(record.id, use.id),
    name: use.name,
    input: inputText(use.input),
  } as const;
  if (!result) {
    return { ...card, title: use.name, status: 'cancelled', output: '', isOutputCut: false };
  }
  return { ...card, ...finishedCard(result) };
}

/** The fields of a card that its result decides. */
export function finishedCard(
  result: ToolResultRecord,
): Pick<
  ToolBlockView,
  'title' | 'status' | 'output' | 'isOutputCut' | 'durationMs' | 'changedPaths'
> {
  return {
    title: result.title,
    status: result.status,
    ...resultPreview(result.content),
    durationMs: result.durationMs,
    changedPaths: result.changedPaths,
  };
}
