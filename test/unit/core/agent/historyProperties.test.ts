import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toMessages } from '../../../../src/core/agent/history.ts';
import type { AssistantBlock, Message } from '../../../../src/core/model/message.ts';
import type { MessageRecord } from '../../../../src/core/store/records.ts';
import { text, thinking, toolUse } from '../../../support/agentHarness.ts';
import { answer, result, user } from './recordBuilders.ts';

interface Round {
  readonly content: readonly AssistantBlock[];
  /** Whether the n-th call has its result. */
  readonly answered: readonly boolean[];
}

interface Turn {
  readonly said: string;
  readonly rounds: readonly Round[];
  readonly isRefused: boolean;
}

const maxBlocks = 5;
const block: fc.Arbitrary<AssistantBlock> = fc.oneof(
  fc.string().map(text),
  fc.tuple(fc.string(), fc.string()).map(([content, sign]) => thinking(content, sign)),
  fc.string().map((data): AssistantBlock => ({ type: 'redacted_thinking', data })),
  fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((value): AssistantBlock => ({ type: 'opaque', value })),
  fc.jsonValue().map((input) => toolUse('', 'tool', input)),
);
const round: fc.Arbitrary<Round> = fc.record({
  content: fc.array(block, { maxLength: maxBlocks }),
  answered: fc.array(fc.boolean(), { minLength: maxBlocks, maxLength: maxBlocks }),
});
const turn: fc.Arbitrary<Turn> = fc.record({
  said: fc.string({ minLength: 1 }),
  rounds: fc.array(round, { maxLength: 4 }),
  isRefused: fc.boolean(),
});
const threads = fc.array(turn, { maxLength: 6 });

/** The records of these turns, with an id of its own for each tool use. */
function recordsOf(turns: readonly Turn[]): MessageRecord[] {
  const records: MessageRecord[] = [];
  let uses = 0;
  const numbered = (one: AssistantBlock): AssistantBlock => {
    uses += 1;
    return one.type === 'tool_use' ? { ...one, id: `use ${uses}` } : one;
  };
  for (const [index, { said, rounds, isRefused }] of turns.entries()) {
    const turnId = `turn ${index}`;
    records.push(user(said, { turnId, ordinal: records.length }));
    for (const [at, { content, answered }] of rounds.entries()) {
      const blocks = content.map(numbered);
      const ids = blocks.flatMap((one) => (one.type === 'tool_use' ? [one.id] : []));
      const toolResults = ids.filter((_, use) => answered[use]).map((id) => result(id));
      const isEnd = isRefused && at === rounds.length - 1;
      const stop = isEnd ? ({ stopReason: 'refusal' } as const) : {};
      records.push(answer(blocks, { turnId, ordinal: records.length, toolResults, ...stop }));
    }
  }
  return records;
}

function idsOf(message: Message | undefined, type: 'tool_use' | 'tool_result'): string[] {
  return (message?.content ?? []).flatMap((one) => {
    if (one.type === 'tool_use' && type === 'tool_use') {
      return [one.id];
    }
    return one.type === 'tool_result' && type === 'tool_result' ? [one.tool_use_id] : [];
  });
}

function bytesOf(messages: readonly Message[]): string[] {
  return messages.map((message) => JSON.stringify(message));
}

describe('history as messages, whatever happened', () => {
  it('answers every tool use exactly once, in the next message, results before anything else', () => {
    fc.assert(
      fc.property(threads, (turns) => {
        const messages = toMessages(recordsOf(turns));
        for (const [at, message] of messages.entries()) {
          const asked = message.role === 'assistant' ? idsOf(message, 'tool_use') : [];
          assert.deepEqual(idsOf(messages[at + 1], 'tool_result'), asked);
          const isResults = message.content.some((one) => one.type === 'tool_result');
          assert.ok(!isResults || message.content.every((one) => one.type === 'tool_result'));
        }
      }),
    );
  });

  it('sends no blank text, no unsigned thinking, no empty message, and begins with the user', () => {
    fc.assert(
      fc.property(threads, (turns) => {
        const messages = toMessages(recordsOf(turns));
        assert.ok(messages.length === 0 || messages[0]?.role === 'user');
        for (const message of messages) {
          assert.ok(message.content.length > 0);
          for (const one of message.role === 'assistant' ? message.content : []) {
            assert.ok(one.type !== 'text' || one.text.trim() !== '');
            assert.ok(one.type !== 'thinking' || one.signature !== '');
          }
        }
      }),
    );
  });

  it('keeps all that wherever a summary takes over, and only appends from there on', () => {
    const cuts = fc.record({ keptFrom: fc.nat(), plainBefore: fc.nat(), shown: fc.nat() });
    fc.assert(
      fc.property(threads, cuts, (turns, cut) => {
        const records = recordsOf(turns.map((one) => ({ ...one, isRefused: false })));
        const count = records.length;
        fc.pre(count > 0);
        const keptFrom = records[cut.keptFrom % count]?.ordinal ?? 0;
        const plainBefore = keptFrom + 1 + (cut.plainBefore % count);
        const compaction = {
          id: 'c',
          threadId: 't',
          createdAt: 0,
          summary: 'Notes.',
          keptFrom,
          plainBefore,
        };
        const sent = (some: typeof records): string[] => bytesOf(toMessages(some, { compaction }));
        const messages = toMessages(records, { compaction });
        assert.equal(messages[0]?.role, 'user');
        assert.match(JSON.stringify(messages[0]), /Notes\./);
        for (const [at, message] of messages.entries()) {
          const asked = message.role === 'assistant' ? idsOf(message, 'tool_use') : [];
          assert.deepEqual(idsOf(messages[at + 1], 'tool_result'), asked);
        }
        const atStep = records.filter(({ ordinal }) => ordinal < plainBefore);
        assert.doesNotMatch(sent(atStep).join(), /"type":"(redacted_)?thinking"/);
        const later = records.slice(0, atStep.length + (cut.shown % (count - atStep.length + 1)));
        const before = sent(later);
        // Where nothing was answered yet, no thinking is bound to what was sent.
        if (before.length > 1) {
          assert.deepEqual(sent(records).slice(0, before.length), before);
        }
      }),
    );
  });

  it('sends what was sent once again byte for byte, as long as no turn is refused', () => {
    fc.assert(
      fc.property(threads, fc.nat(), (turns, cut) => {
        const records = recordsOf(turns.map((one) => ({ ...one, isRefused: false })));
        const some = records.slice(0, records.length === 0 ? 0 : cut % (records.length + 1));
        const earlier = bytesOf(toMessages(some));
        assert.deepEqual(bytesOf(toMessages(records)).slice(0, earlier.length), earlier);
      }),
    );
  });

  it('sends the turns before a refused one byte for byte, and after it as if it had not been', () => {
    fc.assert(
      fc.property(threads, (turns) => {
        const kept = turns.filter((one) => !one.isRefused || one.rounds.length === 0);
        const content = (all: readonly Turn[]): unknown =>
          toMessages(recordsOf(all)).map((message) =>
            JSON.stringify(message).replaceAll(/use \d+/g, 'use'),
          );
        assert.deepEqual(content(turns), content(kept));
      }),
    );
  });

  it('keeps every opaque block and every signed thinking block of an answer in its place', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 8 }), (content) => {
        const [, sent] = toMessages([user('go'), answer(content)]);
        const isBound = (one: unknown): boolean =>
          JSON.stringify(one).match(/^\{"type":"(opaque|redacted_thinking|thinking)"/) !== null;
        const signed = content.filter((one) => one.type !== 'thinking' || one.signature !== '');
        const bound = (sent?.content ?? []).filter(isBound);
        assert.ok(!sent || JSON.stringify(bound) === JSON.stringify(signed.filter(isBound)));
      }),
    );
  });
});
