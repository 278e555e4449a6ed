/**
 * Signatures of thinking blocks. As on the real API, a signature holds only while the system, the
 * tools and everything before the block are unchanged; moving cache markers and leaving thinking
 * out are no change.
 */
import { createHmac, randomBytes } from 'node:crypto';

type Json = Record<string, unknown>;

export class ThinkingSigner {
  private readonly secret = randomBytes(32);

  /** The signature of thinking that answers `body`, after `earlierBlocks` of the same answer. */
  sign(body: Json, earlierBlocks: readonly Json[], thinking: string): string {
    const history = [...messagesOf(body).flatMap(blocksOf), ...earlierBlocks];
    const previous = history.findLast((block) => block['type'] === 'thinking');
    const link = linkOf(previous);
    const prefix = promptPrefix(body, messagesOf(body));
    return `${this.mac(prefix, earlierBlocks, `${link}\n${thinking}`)}.${link}`;
  }

  /**
   * The place of the first replayed thinking block that does not fit what precedes it. Thinking may
   * be missing from the start, the end or everywhere, but not from the middle.
   */
  findMismatch(body: Json): string | undefined {
    const messages = messagesOf(body);
    let previous: Json | undefined;
    for (const [turn, message] of messages.entries()) {
      const content = blocksOf(message);
      for (const [index, block] of content.entries()) {
        if (message['role'] !== 'assistant' || block['type'] !== 'thinking') {
          continue;
        }
        const start = turnStart(messages, turn);
        const earlier = [
          ...messages.slice(start, turn).flatMap(blocksOf),
          ...content.slice(0, index),
        ];
        const [mac, link = ''] = String(block['signature']).split('.');
        const prefix = promptPrefix(body, messages.slice(0, start));
        const isWhole = this.mac(prefix, earlier, `${link}\n${block['thinking']}`) === mac;
        if (!isWhole || (previous && linkOf(previous) !== link)) {
          return `messages.${turn}.content.${index}`;
        }
        previous = block;
      }
    }
    return undefined;
  }

  private mac(prefix: string, earlierBlocks: readonly Json[], thinking: string): string {
    const earlier = JSON.stringify(withoutThinking(earlierBlocks));
    const hmac = createHmac('sha256', this.secret);
    return hmac.update(`${prefix}\n${earlier}\n${thinking}`).digest('base64');
  }
}

/** Names a thinking block in the signature of the next one. */
function linkOf(block: Json | undefined): string {
  return String(block?.['signature'] ?? '').slice(0, 8);
}

/** Where the run of assistant messages that `turn` belongs to begins: such runs are one turn. */
function turnStart(messages: readonly Json[], turn: number): number {
  let start = turn;
  while (start > 0 && messages[start - 1]?.['role'] === 'assistant') {
    start -= 1;
  }
  return start;
}

function promptPrefix(body: Json, messages: readonly Json[]): string {
  const system =
    typeof body['system'] === 'string' ? [{ type: 'text', text: body['system'] }] : body['system'];
  const turns: { role: unknown; content: unknown }[] = [];
  for (const message of messages) {
    const content = withoutThinking(blocksOf(message));
    const last = turns.at(-1);
    if (last && last.role === message['role'] && Array.isArray(last.content)) {
      last.content.push(...content);
    } else {
      turns.push({ role: message['role'], content });
    }
  }
  return JSON.stringify(canonical([system ?? [], body['tools'] ?? [], turns]));
}

function withoutThinking(blocks: readonly Json[]): unknown[] {
  const kept = blocks.filter(
    (block) => block['type'] !== 'thinking' && block['type'] !== 'redacted_thinking',
  );
  return kept.map(canonical);
}

/** Keys sorted, cache markers left out. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([key]) => key !== 'cache_control');
  return Object.fromEntries(
    entries
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, one]) => [key, canonical(one)]),
  );
}

function messagesOf(body: Json): Json[] {
  return Array.isArray(body['messages']) ? (body['messages'] as Json[]) : [];
}

/** A message's content as blocks. */
export function blocksOf(message: Json): Json[] {
  const content = message['content'];
  if (typeof content === 'string') {
    return [{ type: 'text', text: content }];
  }
  return Array.isArray(content) ? (content as Json[]) : [];
}
