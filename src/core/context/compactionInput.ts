/** The older part of a conversation as text, for the model that summarizes it. */
import type { ImageBlock, TextBlock } from '../model/message.ts';
import type { AssistantMessageRecord, MessageRecord, ToolResultRecord } from '../store/records.ts';

/** What a tool gave is to be found again with the tool; its start and end tell what it was about. */
const resultCharacters = 2_000;

/** A call's input names files and commands at its start; the rest is mostly text of a file. */
const inputCharacters = 1_000;

/** About 2,000 words. Longer texts are files or logs that were pasted. */
const textCharacters = 12_000;

/** Of a text that is cut this share is from its start, where most texts say what they are. */
const headShare = 0.7;

/** One text for each message, in order. Images and thinking are left out. */
export function transcriptOf(records: readonly MessageRecord[]): readonly string[] {
  return records.map((record) =>
    record.role === 'user'
      ? `<user>\n${textOf(record.content)}\n</user>`
      : `<assistant>\n${answerText(record)}\n</assistant>`,
  );
}

/** The texts joined to as few pieces as possible, none longer than `maxCharacters`. */
export function piecesOf(texts: readonly string[], maxCharacters: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of texts.flatMap((text) => split(text, maxCharacters))) {
    if (piece !== '' && piece.length + part.length + 1 > maxCharacters) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece === '' ? part : `${piece}\n${part}`;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

function split(text: string, maxCharacters: number): readonly string[] {
  const count = Math.ceil(text.length / maxCharacters);
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * maxCharacters, (index + 1) * maxCharacters),
  );
}

function answerText({ content, toolResults }: AssistantMessageRecord): string {
  const parts = content.flatMap((block) => {
    switch (block.type) {
      case 'text':
        return [cut(block.text, textCharacters)];
      case 'tool_use': {
        const input = cut(JSON.stringify(block.input) ?? '', inputCharacters);
        const result = toolResults.find((candidate) => candidate.toolUseId === block.id);
        return [`<call tool="${block.name}">${input}</call>`, resultText(result)];
      }
      default:
        return [];
    }
  });
  return parts.join('\n');
}

function resultText(result: ToolResultRecord | undefined): string {
  if (!result) {
    return '<result status="interrupted"></result>';
  }
  const { content, status } = result;
  const text = typeof content === 'string' ? content : textOf(content);
  return `<result status="${status}">\n${cut(text, resultCharacters)}\n</result>`;
}

function textOf(content: readonly (TextBlock | ImageBlock)[]): string {
  return content
    .map((block) => (block.type === 'text' ? cut(block.text, textCharacters) : '[image]'))
    .join('\n');
}

function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) {
    return text;
  }
  const head = Math.round(maxCharacters * headShare);
  const left = text.length - maxCharacters;
  return `${text.slice(0, head)}\n[${left} characters left out]\n${text.slice(text.length - (maxCharacters - head))}`;
}
