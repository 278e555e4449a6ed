import { isCancellation, throwIfCancelled, toError } from '../../base/errors.ts';
import type { WorkerHost } from '../worker/workerHost.ts';
import { applyEdits, type EditResult, type Matching, type TextEdit } from './match.ts';

/** What the worker is asked. */
export interface MatchRequest {
  readonly text: string;
  readonly edits: readonly TextEdit[];
  readonly matching: Matching;
}

export interface EditMatcherParts {
  /** The user's setting. */
  readonly matching: () => Matching;
  /** Absent where big files are matched like small ones. */
  readonly worker?: Pick<WorkerHost<MatchRequest, EditResult>, 'run'>;
  /** The worker failed: the file was matched here instead. */
  readonly workerFailed?: (error: Error) => void;
}

/**
 * From here on a worker matches: below, even a failure takes some milliseconds, less than starting
 * one does (`test/bench/matching.ts`). 25,000 lines of code have about a million characters.
 */
export const bigTextCharacters = 500_000;

/** Applies edits as the user's setting wants them matched, big files in a thread of their own. */
export class EditMatcher {
  private readonly parts: EditMatcherParts;

  constructor(parts: EditMatcherParts) {
    this.parts = parts;
  }

  /** See `applyEdits`. Rejects with `CancelledError` when aborted. */
  async apply(text: string, edits: readonly TextEdit[], signal: AbortSignal): Promise<EditResult> {
    throwIfCancelled(signal);
    const request = { text, edits, matching: this.parts.matching() };
    return text.length >= bigTextCharacters
      ? this.applyToBig(request, signal)
      : applyEdits(text, edits, request.matching);
  }

  private async applyToBig(request: MatchRequest, signal: AbortSignal): Promise<EditResult> {
    const { worker, workerFailed } = this.parts;
    try {
      if (worker) {
        return await worker.run(request, signal);
      }
    } catch (error) {
      if (isCancellation(error)) {
        throw error;
      }
      workerFailed?.(toError(error));
    }
    return applyEdits(request.text, request.edits, request.matching);
  }
}
