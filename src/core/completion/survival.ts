import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { LineChange } from './textLines.ts';

/** A text that was accepted, and the line on which it begins. */
export interface AcceptedText {
  readonly documentId: string;
  readonly line: number;
  readonly text: string;
}

/** When it is looked at again: first whether it was taken back, then whether it was of use. */
export const survivalChecksMs = [30_000, 5 * 60_000] as const;

export interface SurvivalParts {
  readonly clock: Clock;
  /** Lines `from` to before `to` of an open document; undefined where it is closed. */
  readonly readLines: (
    documentId: string,
    from: number,
    to: number,
  ) => readonly string[] | undefined;
}

/** Lines `from` to before `to`; undefined where they can't be read. */
type LineReader = (from: number, to: number) => readonly string[] | undefined;

/** @param share How much of it still stands there, 0 to 1. */
export type SurvivalListener = (afterMs: number, share: number) => void;

interface Tracked extends AcceptedText {
  line: number;
  readonly listener: SurvivalListener;
  readonly timers: ResourceManager;
  /** The checks that are still to come. */
  pendingMs: readonly number[];
}

/** A fast user's five minutes. */
const maxTracked = 100;
/** Lines around its place in which an accepted text is looked for after others were put between. */
const lookAround = 20;

/** Looks whether accepted texts are still there after a while. */
export class SurvivalWatch implements Disposable {
  private readonly parts: SurvivalParts;
  /** The oldest first. */
  private readonly tracked = new Set<Tracked>();

  constructor(parts: SurvivalParts) {
    this.parts = parts;
  }

  get count(): number {
    return this.tracked.size;
  }

  accepted(accepted: AcceptedText, listener: SurvivalListener): void {
    const timers = new ResourceManager('survival');
    const entry: Tracked = { ...accepted, listener, timers, pendingMs: survivalChecksMs };
    this.tracked.add(entry);
    for (const afterMs of survivalChecksMs) {
      timers.add(this.parts.clock.setTimeout(() => this.check(entry, afterMs), afterMs));
    }
    const [oldest] = this.tracked;
    if (oldest && this.tracked.size > maxTracked) {
      this.forget(oldest);
    }
  }

  /** A document was changed: what stands below goes along. */
  changed(documentId: string, { startLine, endLine, text }: LineChange): void {
    for (const entry of this.tracked) {
      if (entry.documentId === documentId && endLine < entry.line) {
        entry.line += text.split('\n').length - 1 - (endLine - startLine);
      }
    }
  }

  /**
   * A document is closed: what is to be seen of it can be seen now alone.
   * @param readLines Of this document, which is none of the open ones any more.
   */
  closing(documentId: string, readLines: LineReader): void {
    for (const entry of this.tracked) {
      if (entry.documentId === documentId) {
        for (const afterMs of entry.pendingMs) {
          this.check(entry, afterMs, readLines);
        }
      }
    }
  }

  dispose(): void {
    for (const entry of this.tracked) {
      this.forget(entry);
    }
  }

  private check(
    entry: Tracked,
    afterMs: number,
    readLines: LineReader = (from, to) => this.parts.readLines(entry.documentId, from, to),
  ): void {
    const { line, text } = entry;
    entry.pendingMs = entry.pendingMs.filter((one) => one !== afterMs);
    const from = Math.max(0, line - lookAround);
    const to = line + text.split('\n').length + lookAround;
    const lines = readLines(from, to);
    if (lines) {
      entry.listener(afterMs, shareOf(text, lines));
    }
    if (entry.pendingMs.length === 0) {
      this.forget(entry);
    }
  }

  private forget(entry: Tracked): void {
    this.tracked.delete(entry);
    entry.timers.dispose();
  }
}

/** How many of the characters stand in lines that are still there, in their order. */
function shareOf(text: string, lines: readonly string[]): number {
  const pieces = text
    .split('\n')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  let total = 0;
  let kept = 0;
  let from = 0;
  for (const piece of pieces) {
    total += piece.length;
    const at = lines.findIndex((line, index) => index >= from && line.includes(piece));
    if (at >= 0) {
      kept += piece.length;
      from = at + 1;
    }
  }
  return total === 0 ? 1 : kept / total;
}
