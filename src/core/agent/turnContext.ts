import { keptTokens } from '../context/compactionPlan.ts';
import { summaryText } from '../context/compactionPrompt.ts';
import type { ContextModel, Fit } from '../context/contextWindow.ts';
import { fitNotes } from '../context/fitNotes.ts';
import { DecisionTrail } from '../model/decisionTrail.ts';
import type { Message } from '../model/message.ts';
import type { ModelRequest } from '../model/request.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { Answer } from './answer.ts';
import type { FixedRequest } from './fixedRequest.ts';
import type { CompactionOptions, ThreadCompaction } from './threadCompaction.ts';
import type { ThreadHistory } from './threadHistory.ts';
import type { ContextKeeping, ModelProfile, ThreadParts } from './threadParts.ts';
import type { NextRequest, TurnPrompts } from './turn.ts';

/** From here on a summary is prepared, and from there on it takes over; shares of what fits. */
const prepareShare = 0.75;
const takeOverShare = 0.95;

/** Some local servers leave what they had cached out of their count: there is nothing to learn then. */
const leastCountedShare = 0.6;

export interface TurnContextParts {
  readonly fixed: FixedRequest;
  readonly profile: ModelProfile;
  readonly history: ThreadHistory;
  readonly compaction: ThreadCompaction;
  readonly context: ContextKeeping;
  readonly thread: Pick<ThreadParts<unknown>, 'newId' | 'clock'>;
  /** The turn waits for a summary. */
  readonly summarizing: () => void;
  /** The turn's own; absent where nothing is traced. */
  readonly trace?: TraceScope | undefined;
}

/** Makes each request of a turn fit the model's window. */
export class TurnContext implements TurnPrompts {
  private readonly parts: TurnContextParts;
  private last: ModelRequest | undefined;

  constructor(parts: TurnContextParts) {
    this.parts = parts;
  }

  async next(signal: AbortSignal): Promise<NextRequest> {
    const { fixed, profile, thread } = this.parts;
    const trail = new DecisionTrail(thread.clock, this.parts.trace);
    const fit = await this.summarizeIfDue(await this.measure(signal), trail, signal);
    if (fit.kind === 'tooLarge') {
      return { kind: 'tooLarge', reason: fit.reason, model: fixed.model };
    }
    for (const note of fitNotes(fit, { ...fixed, model: contextModel(profile) })) {
      trail.note('context', note);
    }
    const { maxOutputTokens } = fit;
    const messages = this.withSummary(fit);
    this.last = { ...fixed, id: thread.newId(), messages, maxOutputTokens, trail };
    return { kind: 'request', request: this.last };
  }

  answered({ usage, model, outcome }: Answer): void {
    const { last } = this;
    const { tokens } = this.parts.context;
    if (!last || outcome.kind !== 'done') {
      return;
    }
    const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage;
    const promptTokens = inputTokens + cacheReadTokens + cacheWriteTokens;
    if (promptTokens >= tokens.localCount(last) * leastCountedShare) {
      tokens.learn({ ...last, model }, promptTokens);
    }
  }

  async makeRoom(signal: AbortSignal): Promise<boolean> {
    const { context, compaction } = this.parts;
    if (!context.isAutomatic() || compaction.isExhausted) {
      return false;
    }
    // What the model says counts, not what was estimated: less is kept than usual.
    const fit = await this.measure(signal);
    const outcome = await this.takeOver(fit, 0.5, signal);
    return outcome === 'done';
  }

  /** What is left out from the start takes the summary along, which is worth more than what it was in. */
  private withSummary({
    messages,
    leftOut,
    usage,
  }: Extract<Fit, { kind: 'fits' }>): readonly Message[] {
    const { history, context, fixed } = this.parts;
    const text = history.compaction && summaryText(history.compaction.summary);
    const [first, ...rest] = messages;
    if (text === undefined || leftOut.length === 0 || first?.role !== 'user') {
      return messages;
    }
    const [lead] = first.content;
    const isThere = lead?.type === 'text' && lead.text === text;
    const tokens = context.tokens.text(text) * context.tokens.ratioOf({ ...fixed, messages });
    return isThere || usage.total + tokens > usage.limit
      ? messages
      : [{ role: 'user', content: [{ type: 'text', text }, ...first.content] }, ...rest];
  }

  private async summarizeIfDue(fit: Fit, trail: DecisionTrail, signal: AbortSignal): Promise<Fit> {
    const { context, compaction } = this.parts;
    if (!context.isAutomatic() || fullness(fit) < prepareShare) {
      return fit;
    }
    if (compaction.isExhausted) {
      trail.note('context', 'Earlier messages are not summarized: that has failed too often here.');
      return fit;
    }
    if (isFull(fit)) {
      return this.makeFit(fit, trail, signal);
    }
    const options = await this.options(fit, 1, 'background');
    if (compaction.state === 'none' && options.models.length > 0) {
      compaction.prepare(options);
      const percent = Math.round(fullness(fit) * 100);
      trail.note('context', `${percent} % full: a summary is prepared for when there is no room.`);
    }
    return fit;
  }

  private measure(signal: AbortSignal): Promise<Fit> {
    const { context, fixed, history, profile } = this.parts;
    const { system, tools, maxOutputTokens } = fixed;
    const model = contextModel(profile);
    const messages = history.messages();
    const input = { system, tools, messages, model, maxOutputTokens };
    return context.optimizer.fitToSend(input, signal);
  }

  /** Lets a summary take over: the one that was prepared, and where that is not enough a newer one. */
  private async makeFit(first: Fit, trail: DecisionTrail, signal: AbortSignal): Promise<Fit> {
    let fit = first;
    for (let round = 0; round < 2 && isFull(fit) && !signal.aborted; round += 1) {
      const outcome = await this.takeOver(fit, 1, signal);
      if (outcome !== 'done') {
        trail.note('context', notDone[outcome]);
        return fit;
      }
      fit = await this.measure(signal);
      trail.note('context', 'Earlier messages were summarized: the window was nearly full.');
    }
    if (isFull(fit)) {
      this.parts.compaction.countFailure();
    }
    return fit;
  }

  private async takeOver(
    fit: Fit,
    share: number,
    signal: AbortSignal,
  ): Promise<'done' | 'cancelled' | 'failed' | 'nothing'> {
    const options = await this.options(fit, share, 'interactive');
    if (options.models.length === 0) {
      return 'nothing';
    }
    this.parts.summarizing();
    this.parts.trace?.enter(operation.contextSummarize);
    return (await this.parts.compaction.takeOver(options, signal)).kind;
  }

  private async options(
    { usage }: Fit,
    share: number,
    priority: CompactionOptions['priority'],
  ): Promise<CompactionOptions> {
    const models = await this.parts.context.summaryModels(this.parts.profile);
    const room = usage.softLimit ?? usage.limit;
    return { models, keepTokens: keptTokens(room) * share, priority };
  }
}

const notDone = {
  cancelled: 'A summary of earlier messages was given up.',
  failed: 'Earlier messages could not be summarized: they are cut as far as needed.',
  nothing: 'There was nothing to summarize: earlier messages are cut as far as needed.',
} as const;

/** What the optimizer has to know of a model. */
export function contextModel(profile: ModelProfile): ContextModel {
  const { id, name, isUnlimited, longPrompt } = profile;
  const contextWindow = isUnlimited ? Number.MAX_SAFE_INTEGER : profile.contextWindow;
  return {
    id,
    name,
    ...(contextWindow === undefined ? {} : { contextTokens: contextWindow }),
    ...(longPrompt ? { longPrompt } : {}),
  };
}

/** How full the window would be with everything: 1 and more where something must be left out. */
function fullness(fit: Fit): number {
  return fit.kind === 'tooLarge' || fit.leftOut.length > 0 ? 1 : fit.fill;
}

function isFull(fit: Fit): boolean {
  return fullness(fit) >= takeOverShare;
}
