import type { Disposable } from '../../base/lifecycle.ts';
import type { AssistantMessageRecord } from '../store/records.ts';
import type { ThreadParts } from './threadParts.ts';
import type { TurnEdits } from './turnEdits.ts';

export type TurnOutcomesParts = Pick<
  ThreadParts<unknown>,
  'clock' | 'workspace' | 'recordOutcome' | 'onDidRejectEdit' | 'unexpectedEnd'
>;

/**
 * After so long it is looked at what became of a turn's edits where the user has said nothing,
 * milliseconds from its last request: before the router takes the turn for one that has held, which
 * it does after ten minutes.
 */
const lookAfterMs = 9 * 60_000;
/** The user gets at least so long to look at a turn whose last request took very long. */
const leastLookMs = 60_000;

/** More than there are turns with edits in ten minutes. */
const mostWatched = 64;

/** A turn that has ended and whose edits may still be undone. */
interface WatchedTurn {
  readonly answer: AssistantMessageRecord;
  readonly edits: TurnEdits;
  readonly timer: Disposable;
}

/** Tells the router how this window's turns went, when the user goes on or after a while. */
export class TurnOutcomes implements Disposable {
  private readonly parts: TurnOutcomesParts;
  private readonly watched = new Map<string, WatchedTurn>();
  private readonly rejections: Disposable | undefined;

  constructor(parts: TurnOutcomesParts) {
    this.parts = parts;
    this.rejections = parts.onDidRejectEdit?.((path) => this.rejected(path));
  }

  /** A turn has ended, `answer` its last one: its edits hold as long as nobody takes them back. */
  watch(answer: AssistantMessageRecord, edits: TurnEdits): void {
    const { clock, recordOutcome } = this.parts;
    if (!recordOutcome || edits.isEmpty) {
      return;
    }
    const { turnId, createdAt } = answer;
    const delayMs = Math.max(leastLookMs, createdAt + lookAfterMs - clock.wallTime());
    const timer = clock.setTimeout(() => this.settle(answer, true), delayMs);
    this.watched.set(turnId, { answer, edits, timer });
    const [oldest] = this.watched.keys();
    if (this.watched.size > mostWatched && oldest !== undefined) {
      this.take(oldest);
    }
  }

  /** The last word on a turn; where it may have held, its edits are looked at first. */
  settle(answer: AssistantMessageRecord, mayHaveHeld: boolean): void {
    const watched = this.take(answer.turnId);
    if (!watched || !mayHaveHeld) {
      this.record(answer, mayHaveHeld);
      return;
    }
    watched.edits.areUndone(this.parts.workspace).then(
      (areUndone) => this.record(answer, !areUndone),
      (error: unknown) => this.parts.unexpectedEnd(error),
    );
  }

  dispose(): void {
    this.rejections?.dispose();
    for (const turnId of [...this.watched.keys()]) {
      this.take(turnId);
    }
  }

  /** The turn that edited the file last gets the blame: nothing tells whose lines they were. */
  private rejected(path: string): void {
    const turn = [...this.watched.values()].findLast(({ edits }) => edits.has(path));
    turn?.edits.reject();
  }

  private take(turnId: string): WatchedTurn | undefined {
    const watched = this.watched.get(turnId);
    watched?.timer.dispose();
    this.watched.delete(turnId);
    return watched;
  }

  /** An answer that failed says nothing of the model, and one that was stopped was not wanted. */
  private record({ turnId, state, model }: AssistantMessageRecord, held: boolean): void {
    if (state === 'done' || (state === 'stopped' && !held)) {
      this.parts.recordOutcome?.(turnId, held, model);
    }
  }
}
