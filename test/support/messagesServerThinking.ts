/**
 * Signatures of thinking blocks. As on the real API, a signature holds only while the system, the
 * tools and everything before the block are unchanged; moving cache markers and leaving thinking
 * out are no change.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';

type Json = Record<string, unknown>;

export class ThinkingSigner {
  private readonly secret = randomBytes(32);

  /** The signature of thinking that answers `body`, after `earlierBlocks` of the same answer. */
  sign(body: Json, earlierBlocks: readonly Json[], thinking: string): string {
    const history = [...messagesOf(body).flatMap(blocksOf), ...earlierBlocks];
    const previous = history.findLast((block) => block['type'] === 'thinking');
    const link = linkOf(previous);
    const prefix = new PrefixHash(body);
    for (const message of messagesOf(body)) {
      prefix.add(message);
    }
    return `${this.mac(prefix.digest(), earlierBlocks, `${link}\n${thinking}`)}.${link}`;
  }

  /**
   * The place of the first replayed thinking block that does not fit what precedes it. Thinking may
   * be missing from the start, the end or everywhere, but not from the middle.
   */
  findMismatch(body: Json): string | undefined {
    const before = new PrefixHash(body);
    let run: Json[] = [];
    let prefix = '';
    let previous: Json | undefined;
    for (const [turn, message] of messagesOf(body).entries()) {
      if (message['role'] !== 'assistant') {
        before.add({ role: 'assistant', content: run });
        before.add(message);
        run = [];
        continue;
      }
      // Messages of the assistant that follow each other are one turn.
      prefix = run.length === 0 ? before.digest() : prefix;
      for (const [index, block] of blocksOf(message).entries()) {
        if (block['type'] === 'thinking') {
          if (!this.fits(block, prefix, run, previous)) {
            return `messages.${turn}.content.${index}`;
          }
          previous = block;
        }
        run.push(block);
      }
    }
    return undefined;
  }

  private fits(
    block: Json,
    prefix: string,
    earlier: readonly Json[],
    previous: Json | undefined,
  ): boolean {
    const [mac, link = ''] = String(block['signature']).split('.');
    const isWhole = this.mac(prefix, earlier, `${link}\n${block['thinking']}`) === mac;
    return isWhole && (!previous || linkOf(previous) === link);
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

/** The hash of a prompt as far as it was added: how it is cut into messages of a role is all one. */
class PrefixHash {
  private readonly hash = createHash('sha256');
  private role: unknown;

  constructor(body: Json) {
    const system =
      typeof body['system'] === 'string'
        ? [{ type: 'text', text: body['system'] }]
        : body['system'];
    this.hash.update(JSON.stringify(canonical([system ?? [], body['tools'] ?? []])));
  }

  add(message: Json): void {
    for (const block of withoutThinking(blocksOf(message))) {
      this.hash.update(`${message['role'] === this.role ? '' : message['role']}`);
      this.hash.update(`${JSON.stringify(block)}\n`);
      this.role = message['role'];
    }
  }

  digest(): string {
    return this.hash.copy().digest('base64');
  }
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
