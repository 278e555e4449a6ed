import { summaryText } from '../context/compactionPrompt.ts';
import { readKey, stubContent, supersededReads } from '../context/supersededReads.ts';
import type {
  AssistantBlock,
  Message,
  TextBlock,
  ToolResultBlock,
  ToolUseBlock,
} from '../model/message.ts';
import type { CompactionRecord } from '../store/compactionStore.ts';
import type {
  AssistantMessageRecord,
  MessageRecord,
  ToolResultRecord,
  UserMessageRecord,
} from '../store/records.ts';

/** What the model reads where a call was never answered, because of a stop or a crash. */
const missingResultText = 'This call was interrupted before it finished. It may have run in part.';

/** What the user's request is introduced with where the rest of its turn is kept without its start. */
const requestIntroduction = 'The request that is being worked on, as the user wrote it:';

/** Stands after an answer that broke off: the conversation must end with the user. */
const cutAnswerText = 'Your answer broke off here: the context window was full. Go on from there.';

/** How records become messages. */
export interface SentView {
  /** Answers before this ordinal go without their thinking. */
  readonly thinkingFrom?: number;
  /** What stands for the older part. */
  readonly compaction?: CompactionRecord;
  /** Keeps the messages of each record, so that the same are given again. For one view only. */
  readonly known?: WeakMap<MessageRecord, readonly Message[]>;
}

/**
 * The messages to send for these records, in the order of the conversation.
 *
 * Only appends from turn to turn: what was sent once is sent again byte for byte, because replayed
 * thinking blocks are bound to everything before them. Every tool use gets a result, turns that
 * were refused are left out, and blank texts are dropped, as the Messages API demands. A compaction
 * changes what is sent once, when it takes over, and then no more.
 */
export function toMessages(
  records: readonly MessageRecord[],
  { thinkingFrom = 0, compaction, known }: SentView = {},
): readonly Message[] {
  const refused = refusedTurns(records);
  const kept = records.filter(
    (record) => record.ordinal >= (compaction?.keptFrom ?? 0) && !refused.has(record.turnId),
  );
  const plainBefore = Math.max(thinkingFrom, compaction?.plainBefore ?? 0);
  const stubs = compaction
    ? supersededReads(kept.filter(isBefore(compaction.plainBefore)))
    : noStubs;
  const messages = kept.flatMap((record) => {
    const own = known?.get(record) ?? messagesOf(record, record.ordinal >= plainBefore, stubs);
    known?.set(record, own);
    return own;
  });
  return compaction
    ? withSummary(messages, compaction.summary, openingOf(records, kept))
    : messages;
}

const noStubs: ReadonlyMap<string, string> = new Map();

/** The messages with the summary at their head. The first message is always one of the user. */
function withSummary(
  messages: readonly Message[],
  summary: string,
  opening: UserMessageRecord | undefined,
): readonly Message[] {
  const lead: TextBlock = { type: 'text', text: summaryText(summary) };
  const [first, ...rest] = messages;
  if (first?.role === 'user') {
    return [{ role: 'user', content: [lead, ...first.content] }, ...rest];
  }
  const request = opening
    ? [{ type: 'text', text: requestIntroduction } as const, ...opening.content]
    : [];
  return [{ role: 'user', content: [lead, ...request] }, ...messages];
}

/** The user's message of a turn that is kept without it. */
function openingOf(
  records: readonly MessageRecord[],
  [first]: readonly MessageRecord[],
): UserMessageRecord | undefined {
  const opening = records.find(
    (record) => record.role === 'user' && record.turnId === first?.turnId,
  );
  return opening?.role === 'user' ? opening : undefined;
}

function isBefore(ordinal: number): (record: MessageRecord) => boolean {
  return (record) => record.ordinal < ordinal;
}

/** A message of the user, or an answer followed by its tools' results where it used any. */
function messagesOf(
  record: MessageRecord,
  keepThinking: boolean,
  stubs: ReadonlyMap<string, string>,
): readonly Message[] {
  if (record.role === 'user') {
    return [{ role: 'user', content: record.content }];
  }
  const content = replayable(record.content, keepThinking);
  if (content.length === 0) {
    return [];
  }
  const uses = toolUses(content);
  if (uses.length > 0) {
    const results = uses.map((use) =>
      resultBlock(use, record.toolResults, stubs.get(readKey(record.id, use.id))),
    );
    return [
      { role: 'assistant', content },
      { role: 'user', content: results },
    ];
  }
  const goOn: Message[] =
    record.stopReason === 'model_context_window_exceeded'
      ? [{ role: 'user', content: [{ type: 'text', text: cutAnswerText }] }]
      : [];
  return [{ role: 'assistant', content }, ...goOn];
}

/** The tool uses among these blocks, in order. */
export function toolUses(content: readonly AssistantBlock[]): readonly ToolUseBlock[] {
  return content.filter((block) => block.type === 'tool_use');
}

/** Whether every tool use of the answer has its result. */
export function isAnswered(record: AssistantMessageRecord): boolean {
  return toolUses(record.content).every((use) =>
    record.toolResults.some((result) => result.toolUseId === use.id),
  );
}

function replayable(
  content: readonly AssistantBlock[],
  keepThinking: boolean,
): readonly AssistantBlock[] {
  const kept = content.filter((block) => {
    switch (block.type) {
      case 'text':
        return block.text.trim() !== '';
      case 'thinking':
        // Without its signature a thinking block is not accepted back.
        return keepThinking && block.signature !== '';
      case 'redacted_thinking':
      case 'opaque':
        // A block of a type that is not known may be bound to what was before it as thinking is.
        return keepThinking;
      default:
        return true;
    }
  });
  const hasSubstance = kept.some((block) => !isThinking(block));
  return hasSubstance ? kept : [];
}

function isThinking(block: AssistantBlock): boolean {
  return block.type === 'thinking' || block.type === 'redacted_thinking';
}

/** @param stub What is sent in place of the content, where that is left out. */
function resultBlock(
  use: ToolUseBlock,
  results: readonly ToolResultRecord[],
  stub: string | undefined,
): ToolResultBlock {
  const result = results.find((candidate) => candidate.toolUseId === use.id);
  if (!result) {
    return {
      type: 'tool_result',
      tool_use_id: use.id,
      content: missingResultText,
      is_error: true,
    };
  }
  const content = stub === undefined ? result.content : stubContent(stub, result.content);
  const block = { type: 'tool_result', tool_use_id: use.id, content } as const;
  return result.status === 'done' ? block : { ...block, is_error: true };
}

/** Turns that the model declined to answer: nothing of them is sent again. */
export function refusedTurns(records: readonly MessageRecord[]): ReadonlySet<string> {
  const refused = new Set<string>();
  for (const record of records) {
    if (record.role === 'assistant' && record.stopReason === 'refusal') {
      refused.add(record.turnId);
    }
  }
  return refused;
}
