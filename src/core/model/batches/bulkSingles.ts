import { toError } from '../../../base/errors.ts';
import type { BulkOutcome } from '../../store/bulkStore.ts';
import { operation } from '../../telemetry/spanNames.ts';
import type { TraceScope } from '../../telemetry/traceScope.ts';
import { DecisionTrail } from '../decisionTrail.ts';
import type { ModelRequest, Outcome } from '../request.ts';
import { problemOfStop } from './bulkAnswer.ts';
import type { BulkControl } from './bulkControl.ts';
import type { BulkItem, BulkJob } from './bulkJob.ts';
import { type BulkParts, hashOf } from './bulkParts.ts';
import { bulkRequest } from './bulkTask.ts';

/**
 * Requests of one job that are under way at once. The scheduler limits what leaves; this keeps the
 * texts of thousands of files out of its queue.
 */
const atOnce = 4;

interface TracedParts extends BulkParts {
  /** Undefined where nobody measures. */
  readonly trace: TraceScope | undefined;
}

/** Asks about the files of a job one by one, where the server has no batches. */
export async function askSingly(
  parts: BulkParts,
  job: BulkJob,
  control: BulkControl,
): Promise<void> {
  const { store } = parts;
  const trace = control.trace?.enter(operation.bulkAsk);
  const waiting = store.items(job.id).filter(({ state }) => state === 'waiting');
  const signal = AbortSignal.any([control.signal, control.cancelled]);
  const next = waiting.values();
  const worker = async (): Promise<void> => {
    for (const item of next) {
      const outcome = signal.aborted
        ? undefined
        : await ask({ ...parts, trace }, job, item, signal);
      // Cancelled on the way: the item waits, for another window or to be dropped.
      if (outcome) {
        store.settle(job.id, [outcome]);
        parts.onChange();
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (!signal.aborted) {
    for (const { number } of job.batches) {
      store.endBatch(job.id, number, { state: 'errored', problem: 'There is no answer.' });
    }
  }
}

async function ask(
  parts: TracedParts,
  job: BulkJob,
  item: BulkItem,
  signal: AbortSignal,
): Promise<BulkOutcome | undefined> {
  const { id, path } = item;
  try {
    const source = await parts.readSource(path);
    // The answer is about the file as it is now, which may be another than when the job was begun.
    if (hashOf(source.text) !== item.hash) {
      parts.store.setHash(id, hashOf(source.text));
    }
    const maxOutputTokens = parts.maxOutputTokens();
    const request = bulkRequest(job.task, source, { id, model: job.model, maxOutputTokens });
    const { text, outcome } = await answerOf(parts, request, signal);
    return toOutcome(job, id, text, outcome);
  } catch (error) {
    return { id, state: 'errored', problem: toError(error).message };
  }
}

async function answerOf(
  { gateway, clock, trace }: TracedParts,
  asked: ModelRequest,
  signal: AbortSignal,
): Promise<{ text: string; outcome: Outcome }> {
  const request = trace ? { ...asked, trail: new DecisionTrail(clock, trace) } : asked;
  let text = '';
  let outcome: Outcome = { kind: 'cancelled' };
  for await (const event of gateway.stream(request, signal)) {
    if (event.type === 'textDelta') {
      text += event.text;
    } else if (event.type === 'ended') {
      outcome = event.outcome;
    } else if (event.type === 'retrying') {
      // The next try begins from nothing.
      text = '';
    }
  }
  return { text, outcome };
}

function toOutcome(
  job: BulkJob,
  id: string,
  answer: string,
  outcome: Outcome,
): BulkOutcome | undefined {
  switch (outcome.kind) {
    case 'cancelled':
      return undefined;
    case 'failed':
      return { id, state: 'errored', problem: outcome.failure.message };
    case 'done': {
      const problem = problemOfStop(job.task, outcome.value);
      return problem === undefined
        ? { id, state: 'succeeded', answer }
        : { id, state: 'errored', problem };
    }
  }
}
