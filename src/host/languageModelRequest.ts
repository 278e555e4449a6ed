import * as vscode from 'vscode';
import type { AssistantBlock, ImageMediaType, Message, UserBlock } from '../core/model/message.ts';
import type { ModelRequest, ToolDefinition } from '../core/model/request.ts';

const imageTypes: readonly ImageMediaType[] = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
];

/** What others ask through VS Code, as a request of ours takes it. */
export function fromLanguageModelMessages(
  messages: readonly vscode.LanguageModelChatRequestMessage[],
): Pick<ModelRequest, 'system' | 'messages'> {
  const system: string[] = [];
  const converted: Message[] = [];
  for (const message of messages) {
    if (message.role === vscode.LanguageModelChatMessageRole.Assistant) {
      converted.push({ role: 'assistant', content: message.content.flatMap(toAssistantBlock) });
    } else if (message.role === vscode.LanguageModelChatMessageRole.User) {
      converted.push({ role: 'user', content: resultsFirst(message.content.flatMap(toUserBlock)) });
    } else {
      // A role that VS Code's types do not name yet, which its own chat uses for its system prompt.
      system.push(...message.content.flatMap(toText));
    }
  }
  return { system: system.join('\n\n'), messages: converted.filter(hasContent) };
}

/** Sorted by name, so that the prompt's prefix stays the same. */
export function fromLanguageModelTools(
  tools: readonly vscode.LanguageModelChatTool[] | undefined,
): readonly ToolDefinition[] {
  return [...(tools ?? [])]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema: { type: 'object', ...inputSchema },
    }));
}

function hasContent({ content }: Message): boolean {
  return content.length > 0;
}

/** The API wants the results of tools ahead of all else in a message. */
function resultsFirst(blocks: readonly UserBlock[]): readonly UserBlock[] {
  const isResult = (block: UserBlock): boolean => block.type === 'tool_result';
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}

function toAssistantBlock(part: unknown): AssistantBlock[] {
  if (part instanceof vscode.LanguageModelToolCallPart) {
    return [{ type: 'tool_use', id: part.callId, name: part.name, input: part.input }];
  }
  return toText(part).map((text) => ({ type: 'text', text }));
}

function toUserBlock(part: unknown): UserBlock[] {
  if (part instanceof vscode.LanguageModelToolResultPart) {
    const content = part.content.flatMap(toText).map((text) => ({ type: 'text', text }) as const);
    return [{ type: 'tool_result', tool_use_id: part.callId, content }];
  }
  if (isData(part)) {
    const mediaType = imageTypes.find((type) => type === part.mimeType);
    const data = Buffer.from(part.data).toString('base64');
    const source = { type: 'base64', media_type: mediaType ?? 'image/png', data } as const;
    return mediaType ? [{ type: 'image', source }] : [];
  }
  return toText(part).map((text) => ({ type: 'text', text }));
}

/** Blank texts are refused by the API. */
function toText(part: unknown): string[] {
  return part instanceof vscode.LanguageModelTextPart && part.value.trim() !== ''
    ? [part.value]
    : [];
}

/** A part with bytes, as newer versions of VS Code have it. */
function isData(part: unknown): part is { readonly mimeType: string; readonly data: Uint8Array } {
  return (
    typeof part === 'object' &&
    part !== null &&
    'mimeType' in part &&
    'data' in part &&
    part.data instanceof Uint8Array
  );
}
