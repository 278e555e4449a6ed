import type { AssistantBlock, ToolResultBlock, UserBlock } from '../message.ts';
import type { ModelRequest } from '../request.ts';

/** Characters to a token of current models, by Anthropic's overview (2.5M characters to 1M tokens). */
const charactersPerToken = 2.5;

/** An image of a megapixel is 1,600 tokens (Anthropic's guide); larger ones are scaled down. */
const charactersPerImage = 1_600 * charactersPerToken;

/** How large a prompt is, as far as its model depends on it. */
export interface PromptSize {
  /** An estimate that errs upwards. */
  readonly tokens: number;
  readonly hasImages: boolean;
}

/** Looks at lengths alone, so that a long thread costs microseconds and not a count of its tokens. */
export function promptSize({ system, tools, messages }: SizedParts): PromptSize {
  const sum = new SizeSum();
  sum.characters += system.length;
  for (const tool of tools) {
    sum.characters += tool.name.length + tool.description.length;
    sum.addValue(tool.inputSchema);
  }
  for (const message of messages) {
    for (const block of message.content) {
      sum.addBlock(block);
    }
  }
  return { tokens: Math.ceil(sum.characters / charactersPerToken), hasImages: sum.hasImages };
}

type SizedParts = Pick<ModelRequest, 'system' | 'tools' | 'messages'>;

class SizeSum {
  characters = 0;
  hasImages = false;

  addBlock(block: UserBlock | AssistantBlock): void {
    switch (block.type) {
      case 'text':
        this.characters += block.text.length;
        return;
      case 'image':
        this.addImage();
        return;
      case 'tool_result':
        this.addResult(block.content);
        return;
      case 'thinking':
        this.characters += Math.max(block.thinking.length, block.signature.length);
        return;
      case 'redacted_thinking':
        this.characters += block.data.length;
        return;
      case 'tool_use':
        this.characters += block.name.length;
        this.addValue(block.input);
        return;
      default:
        this.addValue(block);
    }
  }

  /** A value of JSON, with what surrounds its parts. */
  addValue(value: unknown): void {
    if (typeof value === 'string') {
      this.characters += value.length + 2;
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, part] of Object.entries(value)) {
        this.characters += key.length + 4;
        this.addValue(part);
      }
    } else {
      this.characters += 5;
    }
  }

  private addResult(content: ToolResultBlock['content']): void {
    if (typeof content === 'string') {
      this.characters += content.length;
      return;
    }
    for (const part of content) {
      this.addBlock(part);
    }
  }

  private addImage(): void {
    this.characters += charactersPerImage;
    this.hasImages = true;
  }
}
