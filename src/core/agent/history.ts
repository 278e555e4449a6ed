import type { AssistantBlock, Message, ToolResultBlock, ToolUseBlock } from '../model/message.ts';
import type { AssistantMessageRecord, MessageRecord, ToolResultRecord } from '../store/records.ts';

/** What the model reads where a call was never answered, because of a stop or a crash. */
const missingResultText = 'This call was interrupted before it finished. It may have run in part.';

/**
 * The messages to send for these records, in the order of the conversation.
 *
 * Only appends from turn to turn: what was sent once is sent again byte for byte, because replayed
 * thinking blocks are bound to everything before them. Every tool use gets a result, turns that
 * were refused are left out, and blank texts are dropped, as the Messages API demands.
 * @param dropThinkingBefore Answers before this ordinal go without their thinking.
 */
export function toMessages(
  records: readonly MessageRecord[],
  dropThinkingBefore = 0,
): readonly Message[] {
  const refused = refusedTurns(records);
  const messages: Message[] = [];
  for (const record of records) {
    if (refused.has(record.turnId)) {
      continue;
    }
    if (record.role === 'user') {
      messages.push({ role: 'user', content: record.content });
      continue;
    }
    messages.push(...answerMessages(record, record.ordinal >= dropThinkingBefore));
  }
  return messages;
}

/** An answer as it goes back to the model, followed by its tools' results where it used any. */
function answerMessages(record: AssistantMessageRecord, keepThinking: boolean): Message[] {
  const content = replayable(record.content, keepThinking);
  if (content.length === 0) {
    return [];
  }
  const uses = toolUses(content);
  if (uses.length === 0) {
    return [{ role: 'assistant', content }];
  }
  const results = uses.map((use) => resultBlock(use, record.toolResults));
  return [
    { role: 'assistant', content },
    { role: 'user', content: results },
  ];
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

function resultBlock(use: ToolUseBlock, results: readonly ToolResultRecord[]): ToolResultBlock {
  const result = results.find((candidate) => candidate.toolUseId === use.id);
  if (!result) {
    return {
      type: 'tool_result',
      tool_use_id: use.id,
      content: missingResultText,
      is_error: true,
    };
  }
  const block = { type: 'tool_result', tool_use_id: use.id, content: result.content } as const;
  return result.status === 'done' ? block : { ...block, is_error: true };
}

function refusedTurns(records: readonly MessageRecord[]): ReadonlySet<string> {
  const refused = new Set<string>();
  for (const record of records) {
    if (record.role === 'assistant' && record.stopReason === 'refusal') {
      refused.add(record.turnId);
    }
  }
  return refused;
}
