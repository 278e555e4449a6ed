import type { Message, ToolResultBlock, UserMessage } from '../message.ts';
import type { ModelRequest } from '../request.ts';
import type { ToolAnswer } from './script.ts';

/** Something the user attached: a file, a selection, a list of problems. */
export interface Attachment {
  readonly kind: string;
  /** A symbol's name. */
  readonly name: string | undefined;
  readonly path: string | undefined;
  /** One-based, inclusive. */
  readonly startLine: number | undefined;
  readonly endLine: number | undefined;
  readonly content: string;
}

/** What the user wrote in one turn. */
export interface UserTurn {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** The turn to answer, and how far its answer has come. */
export interface Question extends UserTurn {
  /** The turns before, the latest first. */
  readonly earlier: readonly UserTurn[];
  /** What the tools said in this turn, round by round. */
  readonly rounds: readonly (readonly ToolAnswer[])[];
  /** Names of the tools on offer. */
  readonly tools: ReadonlySet<string>;
}

/** Reads the question out of a request made for a model. */
export function readQuestion(request: ModelRequest): Question {
  const { messages } = request;
  const start = messages.findLastIndex(isUserTurn);
  const earlier = messages.slice(0, Math.max(0, start)).filter(isUserTurn).map(readTurn).reverse();
  const turn = messages[start];
  return {
    ...(turn && isUserTurn(turn) ? readTurn(turn) : { text: '', attachments: [] }),
    earlier,
    rounds: readRounds(messages.slice(start + 1)),
    tools: new Set(request.tools.map((tool) => tool.name)),
  };
}

/** A message that the user wrote, rather than one that carries results of tools. */
function isUserTurn(message: Message): message is UserMessage {
  return message.role === 'user' && !message.content.some((block) => block.type === 'tool_result');
}

function readTurn(message: UserMessage): UserTurn {
  const attachments: Attachment[] = [];
  let text = '';
  for (const block of message.content) {
    if (block.type === 'text') {
      const attachment = readAttachment(block.text);
      if (attachment) {
        attachments.push(attachment);
      } else {
        text = block.text;
      }
    }
  }
  return { text, attachments };
}

const contextBlock = /^\s*<(context(?:-\d+)?)((?: [\w-]+="[^"]*")*)>\n?([\s\S]*?)\n?<\/\1>\s*$/;

function readAttachment(text: string): Attachment | undefined {
  const match = contextBlock.exec(text);
  if (!match) {
    return undefined;
  }
  const attributes = new Map<string, string>();
  for (const [, key = '', value = ''] of (match[2] ?? '').matchAll(/ ([\w-]+)="([^"]*)"/g)) {
    attributes.set(key, unescapeAttribute(value));
  }
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(attributes.get('lines') ?? '') ?? [];
  return {
    kind: attributes.get('kind') ?? '',
    name: attributes.get('name'),
    path: attributes.get('path'),
    startLine: first === undefined ? undefined : Number(first),
    endLine: first === undefined ? undefined : Number(last ?? first),
    content: match[3] ?? '',
  };
}

function unescapeAttribute(value: string): string {
  return value.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** The results of each round, in the order in which the tools were asked. */
function readRounds(messages: readonly Message[]): readonly (readonly ToolAnswer[])[] {
  const rounds: (readonly ToolAnswer[])[] = [];
  let asked: readonly string[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') {
      asked = message.content.filter((block) => block.type === 'tool_use').map((use) => use.id);
    } else {
      const results = new Map<string, ToolAnswer>();
      for (const block of message.content) {
        if (block.type === 'tool_result') {
          results.set(block.tool_use_id, toAnswer(block));
        }
      }
      rounds.push(
        asked.map((id) => results.get(id) ?? { text: 'There is no result.', isError: true }),
      );
    }
  }
  return rounds;
}

function toAnswer(block: ToolResultBlock): ToolAnswer {
  const { content } = block;
  const text =
    typeof content === 'string'
      ? content
      : content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  return { text, isError: block.is_error ?? false };
}
