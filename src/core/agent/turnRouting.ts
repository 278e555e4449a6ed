import type { Clock } from '../../base/clock.ts';
import type { ModelRequest } from '../model/request.ts';
import type { AssistantMessageRecord, MessageRecord, UserMessageRecord } from '../store/records.ts';
import type { LiveThreadParts, ModelProfile } from './threadParts.ts';
import { haveEditsFailed, type TurnEdits } from './turnEdits.ts';

export interface TurnRoutingParts extends Pick<LiveThreadParts<unknown>, 'outcomes' | 'tools'> {
  readonly clock: Clock;
}

/** What the choice of a thread's models depends on, and what it learns from how its turns went. */
export class TurnRouting {
  private readonly parts: TurnRoutingParts;
  /** How often the message that is answered was sent anew or changed. */
  private corrections = 0;

  constructor(parts: TurnRoutingParts) {
    this.parts = parts;
  }

  /**
   * A turn begins: the last one has held, unless this one takes its place or its edits came to nothing.
   * @param records The thread's messages before anything is set aside.
   */
  begins(records: readonly MessageRecord[], replaced: UserMessageRecord | undefined): void {
    this.corrections = replaced ? this.corrections + 1 : 0;
    const last = records.at(-1);
    // Whoever goes back further has not said anything about the last answer.
    if (last?.role === 'assistant' && (!replaced || replaced.turnId === last.turnId)) {
      const mayHaveHeld = !replaced && !this.haveEditsFailed(last, records);
      this.parts.outcomes.settle(last, mayHaveHeld);
    }
  }

  /** A turn has ended, having done this to files. What failed is known, what stays is not yet. */
  ended(records: readonly MessageRecord[], edits: TurnEdits): void {
    const last = records.at(-1);
    if (last?.role !== 'assistant') {
      return;
    }
    if (this.haveEditsFailed(last, records)) {
      this.parts.outcomes.settle(last, false);
    } else {
      this.parts.outcomes.watch(last, edits);
    }
  }

  /** For the requests of the turn whose message is the last one. */
  hints(
    profile: ModelProfile,
    records: readonly MessageRecord[],
  ): Pick<ModelRequest, 'turnId' | 'routing'> {
    const message = records.findLast((record) => record.role === 'user');
    if (!message) {
      return {};
    }
    const { turnId } = message;
    if (!profile.isAutomatic) {
      return { turnId };
    }
    const answer = lastAnswer(records);
    return {
      turnId,
      routing: {
        userText: message.text,
        filesInPlay: filesInPlay(message, records),
        corrections: this.corrections,
        ...(answer ? { threadModel: answer.model, threadIdleMs: this.idleMs(answer) } : {}),
      },
    };
  }

  private haveEditsFailed(
    { turnId }: AssistantMessageRecord,
    records: readonly MessageRecord[],
  ): boolean {
    const { tools } = this.parts;
    return haveEditsFailed(records, turnId, (name) => tools.kindOf(name) === 'write');
  }

  private idleMs({ createdAt, durationMs }: AssistantMessageRecord): number {
    return Math.max(0, this.parts.clock.wallTime() - createdAt - durationMs);
  }
}

export function lastAnswer(records: readonly MessageRecord[]): AssistantMessageRecord | undefined {
  return records.findLast((record) => record.role === 'assistant');
}

/** What the message brings along, and what the turn before it changed. */
function filesInPlay({ chips }: UserMessageRecord, records: readonly MessageRecord[]): number {
  const turnId = lastAnswer(records)?.turnId;
  const changed = records.flatMap((record) =>
    record.role === 'assistant' && record.turnId === turnId
      ? record.toolResults.flatMap(({ changedPaths }) => changedPaths)
      : [],
  );
  return new Set([...changed, ...chips.flatMap(({ path }) => path ?? [])]).size;
}
