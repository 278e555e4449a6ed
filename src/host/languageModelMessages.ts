import * as vscode from 'vscode';
import type { Message, ToolResultBlock, ToolUseBlock } from '../core/model/message.ts';
import type { ModelRequest } from '../core/model/request.ts';

const imageNote = '[An image that this model can’t be shown.]';

/**
 * A request as VS Code's language models take it. They know no system prompt, which goes ahead as a
 * message of the user, and no thinking, which is left out.
 */
export function toLanguageModelMessages(
  request: Pick<ModelRequest, 'system' | 'messages'>,
): vscode.LanguageModelChatMessage[] {
  const system =
    request.system === '' ? [] : [vscode.LanguageModelChatMessage.User(request.system)];
  return [...system, ...request.messages.flatMap(toMessage)];
}

function toMessage(message: Message): vscode.LanguageModelChatMessage[] {
  if (message.role === 'user') {
    const parts = message.content.map((block) => {
      switch (block.type) {
        case 'text':
          return new vscode.LanguageModelTextPart(block.text);
        case 'image':
          return new vscode.LanguageModelTextPart(imageNote);
        default:
          return toToolResult(block);
      }
    });
    return parts.length === 0 ? [] : [vscode.LanguageModelChatMessage.User(parts)];
  }
  const parts = message.content.flatMap((block) => {
    switch (block.type) {
      case 'text':
        return new vscode.LanguageModelTextPart(block.text);
      case 'tool_use':
        return toToolCall(block);
      default:
        return [];
    }
  });
  return parts.length === 0 ? [] : [vscode.LanguageModelChatMessage.Assistant(parts)];
}

function toToolCall({ id, name, input }: ToolUseBlock): vscode.LanguageModelToolCallPart {
  const isObject = typeof input === 'object' && input !== null;
  return new vscode.LanguageModelToolCallPart(id, name, isObject ? input : {});
}

function toToolResult(block: ToolResultBlock): vscode.LanguageModelToolResultPart {
  const { content } = block;
  const texts =
    typeof content === 'string'
      ? [content]
      : content.map((part) => (part.type === 'text' ? part.text : imageNote));
  const marked = block.is_error ? ['This call failed.', ...texts] : texts;
  return new vscode.LanguageModelToolResultPart(
    block.tool_use_id,
    marked.map((text) => new vscode.LanguageModelTextPart(text)),
  );
}

/** Tools as VS Code's language models take them. */
export function toLanguageModelTools(tools: ModelRequest['tools']): vscode.LanguageModelChatTool[] {
  return tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
}
