import { type Clock, delay } from '../../base/clock.ts';
import { CancelledError, throwIfCancelled, toError, UserError } from '../../base/errors.ts';
import type { ToolBlockChanges } from '../../shared/protocol.ts';
import type { ApprovalDecision, ApprovalView } from '../../shared/views.ts';
import type { ToolResultBlock, ToolUseBlock } from '../model/message.ts';
import type { ToolResultRecord } from '../store/records.ts';
import { genAi, slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { FileEdit } from '../tools/fileEdit.ts';
import type { PreparedCall, ToolAccess, ToolOutput } from '../tools/tool.ts';
import type { ToolRound } from './turn.ts';

/** How many read-only calls run at once: enough to hide file latency, few enough to spare the disk. */
const parallelReads = 8;

/**
 * How long a stopped call gets to end by itself and tell what it did, milliseconds. Stop has to work
 * within 200 ms, whatever a tool waits for.
 */
const stopGraceMs = 100;

/** What is kept of an output that could not be capped, characters: about 3,000 tokens. */
const uncappedCharacters = 8_000;

/** Finds and checks tools by name. Implemented by the tool registry. */
export interface ToolSet {
  kindOf(name: string): 'read' | 'write' | 'run' | undefined;
  /** Throws `UserError` with a message the model can act on. */
  prepare(
    name: string,
    input: unknown,
    signal: AbortSignal,
    trace?: TraceScope,
  ): Promise<PreparedCall>;
  /** Shortens what would be too much for the history, keeping the whole where the model can read it. */
  cap(toolName: string, output: ToolOutput): Promise<ToolOutput>;
}

/** The answer to "may this call run?". */
export type AccessVerdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reason: string }
  | { readonly kind: 'ask'; readonly approval: ApprovalView };

/** The user's leave, by rule or by asking. */
export interface Approver {
  judge(toolName: string, access: readonly ToolAccess[]): AccessVerdict;
  /** Rejects with `CancelledError` when aborted. */
  ask(
    use: ToolUseBlock,
    access: readonly ToolAccess[],
    approval: ApprovalView,
    signal: AbortSignal,
  ): Promise<ApprovalDecision>;
}

/** Where calls are shown and their results are kept. */
export interface ToolJournal {
  changed(toolUseId: string, changes: ToolBlockChanges): void;
  outputAppended(toolUseId: string, text: string): void;
  ended(result: ToolResultRecord): void;
  /** A call is about to run: resolves once what it changes is kept as it is. Never rejects. */
  beforeRun(prepared: PreparedCall): Promise<void>;
  /** A call has changed a file. */
  edited(edit: FileEdit): void;
  /** Text to add to the result, for example instructions that hold for the files it touched. */
  remarks(output: ToolOutput): Promise<string>;
  /** An unexpected failure inside a tool, for the log. */
  failed(toolName: string, error: Error): void;
}

export interface ToolRunnerParts {
  readonly tools: ToolSet;
  readonly approver: Approver;
  readonly journal: ToolJournal;
  readonly clock: Clock;
}

/**
 * Runs the calls of one answer: neighbouring read-only ones side by side, the others one after
 * another in the order asked for, so that a read after an edit sees the edit. Each call ends in one
 * result in the journal, whatever happens to it.
 */
export class ToolRunner implements ToolRound {
  private readonly parts: ToolRunnerParts;

  constructor(parts: ToolRunnerParts) {
    this.parts = parts;
  }

  async run(
    uses: readonly ToolUseBlock[],
    inputErrors: ReadonlyMap<string, string>,
    signal: AbortSignal,
    trace?: TraceScope,
  ): Promise<void> {
    for (const group of this.groups(uses)) {
      await Promise.all(
        group.map((use) => {
          const call = newCall(use, this.traceOf(use, trace));
          return this.runOne(call, inputErrors.get(use.id), signal);
        }),
      );
    }
  }

  refuse(uses: readonly ToolUseBlock[], reason: string): void {
    for (const use of uses) {
      this.end(newCall(use, undefined), { status: 'cancelled', text: reason });
    }
  }

  /** Splits the calls into groups that may run at once. */
  private groups(uses: readonly ToolUseBlock[]): ToolUseBlock[][] {
    const groups: ToolUseBlock[][] = [];
    let reads: ToolUseBlock[] = [];
    for (const use of uses) {
      const isRead = this.parts.tools.kindOf(use.name) === 'read';
      if (!isRead || reads.length >= parallelReads) {
        reads = [];
      }
      if (reads.length === 0) {
        groups.push(reads);
      }
      reads.push(use);
      if (!isRead) {
        reads = [];
      }
    }
    return groups;
  }

  private async runOne(
    call: CallState,
    inputError: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const ended = this.tryCall(call, inputError, signal).catch((thrown: unknown) =>
      this.endFailed(call, thrown, signal),
    );
    await settledOrStopped(ended, this.parts.clock, signal);
    if (!call.isEnded) {
      this.endFailed(call, new CancelledError(), signal);
    }
  }

  private async tryCall(
    call: CallState,
    inputError: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { use } = call;
    throwIfCancelled(signal);
    if (inputError !== undefined) {
      throw new UserError(`${inputError}\nSend the call again with its input as one JSON object.`);
    }
    const { tools, journal, clock } = this.parts;
    const preparing = call.trace?.enter(operation.toolPrepare);
    const prepared = await tools.prepare(use.name, use.input, signal, preparing);
    throwIfCancelled(signal);
    call.title = prepared.title;
    journal.changed(use.id, { title: prepared.title });
    const refusal = await this.leave(call, prepared, signal);
    if (refusal !== undefined) {
      this.end(call, { status: 'denied', text: refusal });
      return;
    }
    if (prepared.edits) {
      call.trace?.enter(operation.checkpointKeep);
    }
    await journal.beforeRun(prepared);
    throwIfCancelled(signal);
    call.startedAt = clock.now();
    call.trace?.enter(operation.toolRun);
    journal.changed(use.id, { status: 'running', startedAt: clock.wallTime(), approval: null });
    const output = await prepared.run((text) => journal.outputAppended(use.id, text), signal);
    call.trace?.enter(operation.toolFinish, { [slipstream.size]: output.text.length });
    for (const edit of output.edits ?? []) {
      journal.edited(edit);
    }
    const capped = await this.capped(use.name, output);
    const remarks = await this.remarks(use.name, output);
    this.end(call, {
      status: output.isError ? 'failed' : 'done',
      text: remarks === '' ? capped.text : `${capped.text}\n\n${remarks}`,
      output: capped,
    });
  }

  /** A name that is none of ours is the model's own text. */
  private traceOf({ name }: ToolUseBlock, trace: TraceScope | undefined): TraceScope | undefined {
    const known = this.parts.tools.kindOf(name) === undefined ? 'unknown' : name;
    return trace?.child(`${operation.tool} ${known}`, {
      [genAi.operationName]: operation.tool,
      [slipstream.toolName]: known,
    });
  }

  /** The call has taken effect by now: a failure to shorten its output must not hide that. */
  private async capped(toolName: string, output: ToolOutput): Promise<ToolOutput> {
    try {
      return await this.parts.tools.cap(toolName, output);
    } catch (thrown) {
      this.parts.journal.failed(toolName, toError(thrown));
      const text = output.text.slice(0, uncappedCharacters);
      return { ...output, text: `${text}\n(The rest of the output could not be kept.)` };
    }
  }

  private async remarks(toolName: string, output: ToolOutput): Promise<string> {
    try {
      return await this.parts.journal.remarks(output);
    } catch (thrown) {
      this.parts.journal.failed(toolName, toError(thrown));
      return '';
    }
  }

  /** Asks for leave where it is needed. The answer is why not, or undefined for "go on". */
  private async leave(
    { use, trace }: CallState,
    prepared: PreparedCall,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { approver, journal, clock } = this.parts;
    const verdict = approver.judge(use.name, prepared.access);
    if (verdict.kind === 'allow') {
      return undefined;
    }
    if (verdict.kind === 'deny') {
      return `Not allowed: ${verdict.reason}`;
    }
    journal.changed(use.id, { status: 'awaitingApproval', approval: verdict.approval });
    const waiting = trace?.enter(operation.approvalWait, { [slipstream.isUserTime]: true });
    const askedMs = clock.now();
    const decision = await approver.ask(use, prepared.access, verdict.approval, signal);
    waiting?.set({ [slipstream.approvalDecision]: decision });
    trace?.set({ [slipstream.userMs]: clock.now() - askedMs });
    return decision === 'deny'
      ? 'The user denied this call. Do not try it again; go on without it, or ask what to do instead.'
      : undefined;
  }

  private endFailed(call: CallState, thrown: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      const text =
        call.startedAt === undefined
          ? 'Stopped by the user before it ran.'
          : 'Stopped by the user before it finished. It may have run in part.';
      this.end(call, { status: 'cancelled', text });
      return;
    }
    const error = toError(thrown);
    if (!(error instanceof UserError)) {
      this.parts.journal.failed(call.use.name, error);
    }
    call.trace?.failAs(error.name);
    this.end(call, { status: 'failed', text: error.message });
  }

  private end(call: CallState, ending: CallEnding): void {
    if (call.isEnded) {
      return;
    }
    call.isEnded = true;
    call.trace?.set({ [slipstream.toolStatus]: ending.status });
    call.trace?.end();
    const { clock, journal } = this.parts;
    journal.ended({
      toolUseId: call.use.id,
      status: ending.status,
      title: call.title,
      content: resultContent(ending),
      durationMs: call.startedAt === undefined ? 0 : Math.round(clock.now() - call.startedAt),
      changedPaths: ending.output?.changedPaths ?? [],
    });
  }
}

interface CallState {
  readonly use: ToolUseBlock;
  readonly trace: TraceScope | undefined;
  title: string;
  startedAt: number | undefined;
  isEnded: boolean;
}

interface CallEnding {
  readonly status: ToolResultRecord['status'];
  readonly text: string;
  readonly output?: ToolOutput;
}

function newCall(use: ToolUseBlock, trace: TraceScope | undefined): CallState {
  return { use, trace, title: use.name, startedAt: undefined, isEnded: false };
}

/** Resolves when the work has settled, or a short while after the stop: a tool may not hear of it. */
async function settledOrStopped(
  work: Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    const grace = (): void => resolve(delay(clock, stopGraceMs, over.signal));
    signal.addEventListener('abort', grace, { once: true, signal: over.signal });
  });
  await Promise.race([work, stopped]);
  over.abort();
}

function resultContent(ending: CallEnding): ToolResultBlock['content'] {
  // The API refuses empty text blocks; a silent success still has to say so.
  const text = ending.text.trim() === '' ? '(no output)' : ending.text;
  const images = ending.output?.images ?? [];
  return images.length === 0 ? text : [{ type: 'text', text }, ...images];
}
