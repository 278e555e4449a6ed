import type {
  AssistantBlock,
  ImageBlock,
  Message,
  TextBlock,
  ToolResultBlock,
  UserBlock,
} from '../model/message.ts';

/** Tokens of one message, by what they are; all in the local tokenizer's count. */
export interface MessageTokens {
  /** Instruction files that came with a tool's result. */
  readonly instructions: number;
  /** What the user attached, and what was read of files. */
  readonly files: number;
  /** Thinking and blocks of unknown types, which may be left out of what is sent again. */
  readonly thinking: number;
  /** Everything else. */
  readonly conversation: number;
}

/** What wraps a message, as in the tokenizer's own chat format. */
const tokensPerMessage = 4;

/** An image of a megapixel is 1,600 tokens of the model (Anthropic's guide); larger ones are scaled. */
const tokensPerImage = 1_230;

/**
 * Characters of a signature to a token: it holds the thinking itself, of which only a summary is in
 * the text, encrypted and in base64 (4 characters for 3 bytes, 3.2 bytes to a token).
 */
const signatureCharactersPerToken = 4.3;

/** The tools whose results are files rather than conversation. */
const readingTools: ReadonlySet<string> = new Set(['read_file']);

/** What the host wraps attached things in. */
const attachedStart = /^<context(-\d+)? kind="/;

const instructionBlock = /<instructions path="[^"\n]+">\n[\s\S]*?\n<\/instructions>/g;

type Count = (text: string) => number;

/**
 * Counts one message.
 * @param previous The message before it: tells which tools its results are of.
 */
export function countMessage(
  message: Message,
  previous: Message | undefined,
  count: Count,
): MessageTokens {
  const sum = new TokenSum(count);
  sum.conversation += tokensPerMessage;
  if (message.role === 'assistant') {
    for (const block of message.content) {
      sum.addAnswer(block);
    }
    return sum;
  }
  const tools = toolNames(previous);
  for (const block of message.content) {
    sum.addUser(block, tools);
  }
  return sum;
}

/** The texts of instruction files that a system prompt or a result holds. */
export function instructionsIn(text: string): readonly string[] {
  return text.includes('<instructions path="') ? (text.match(instructionBlock) ?? []) : [];
}

class TokenSum implements MessageTokens {
  instructions = 0;
  files = 0;
  thinking = 0;
  conversation = 0;
  private readonly count: Count;

  constructor(count: Count) {
    this.count = count;
  }

  addUser(block: UserBlock, tools: ReadonlyMap<string, string>): void {
    switch (block.type) {
      case 'text':
        this.add(attachedStart.test(block.text) ? 'files' : 'conversation', block.text);
        return;
      case 'image':
        this.files += tokensPerImage;
        return;
      case 'tool_result':
        this.addResult(block, tools.get(block.tool_use_id) ?? '');
    }
  }

  addAnswer(block: AssistantBlock): void {
    switch (block.type) {
      case 'text':
        this.conversation += this.count(block.text);
        return;
      case 'thinking':
        this.thinking += Math.max(this.count(block.thinking), signatureTokens(block.signature));
        return;
      case 'redacted_thinking':
        this.thinking += signatureTokens(block.data);
        return;
      case 'tool_use':
        this.conversation += this.count(`${block.id}${block.name}${JSON.stringify(block.input)}`);
        return;
      case 'opaque':
        this.thinking += this.count(JSON.stringify(block.value));
    }
  }

  private addResult(block: ToolResultBlock, toolName: string): void {
    const kind = readingTools.has(toolName) ? 'files' : 'conversation';
    this.conversation += this.count(block.tool_use_id);
    for (const part of partsOf(block.content)) {
      if (part.type === 'image') {
        this[kind] += tokensPerImage;
      } else {
        this.add(kind, part.text);
      }
    }
  }

  private add(kind: 'files' | 'conversation', text: string): void {
    const whole = this.count(text);
    const instructions = instructionsIn(text).reduce((sum, part) => sum + this.count(part), 0);
    this.instructions += instructions;
    this[kind] += Math.max(0, whole - instructions);
  }
}

function partsOf(content: ToolResultBlock['content']): readonly (TextBlock | ImageBlock)[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function signatureTokens(signature: string): number {
  return Math.ceil(signature.length / signatureCharactersPerToken);
}

function toolNames(message: Message | undefined): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const block of message?.role === 'assistant' ? message.content : []) {
    if (block.type === 'tool_use') {
      names.set(block.id, block.name);
    }
  }
  return names;
}
