import type { ToolUseBlock } from '../model/message.ts';

/** How many equal calls in a row count as a loop; peers settled on 3 (Cline, Roo). */
const equalCallLimit = 3;

/** A server-side pause is resumed by sending the same again; more often than this is a loop. */
const pauseLimit = 5;

/** Notices when the model asks for the very same thing again and again. One per turn. */
export class LoopGuard {
  private lastCall = '';
  private count = 0;
  private pauses = 0;

  /** Takes note of a call; true when it is one too many of the same. */
  isRepetition(use: ToolUseBlock): boolean {
    const call = `${use.name} ${JSON.stringify(use.input)}`;
    this.count = call === this.lastCall ? this.count + 1 : 1;
    this.lastCall = call;
    return this.count >= equalCallLimit;
  }

  /** Takes note of an answer; true when it is one pause too many in a row. */
  isPausedTooOften(isPause: boolean): boolean {
    this.pauses = isPause ? this.pauses + 1 : 0;
    return this.pauses > pauseLimit;
  }
}
