import { formatDuration } from '../../../shared/figures.ts';
import type { EndpointTimes } from '../../store/callFigures.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { leastCases, percent, type Recommendation, type Rule } from '../recommendation.ts';
import type { ReportData } from '../reportData.ts';
import { proxyRules } from './proxyRules.ts';

/** Where time is waited away before a model says anything. */
export const waitingRules: readonly Rule[] = [
  ...proxyRules,
  { id: 'waiting.queue', check: longQueue },
  { id: 'waiting.approvals', check: longApprovals },
  { id: 'waiting.tool', check: slowTool },
  { id: 'waiting.endpoint', check: slowEndpoint },
  { id: 'waiting.loop', check: blockedLoop },
  { id: 'waiting.retries', check: longRetries },
];

/** A tenth of the time to the first word is felt; less is not worth a change. */
const notableShare = 0.1;

/** Waits shorter than this are the turn of an event loop, not of a queue. */
const notableQueueMs = 250;

function longQueue({ figures, settings }: ReportData): Recommendation | undefined {
  const query = { name: 'duration', operation: operation.queue } as const;
  const p95 = figures.percentile(query, 95) ?? 0;
  if (figures.count(query) < leastCases || p95 < notableQueueMs) {
    return undefined;
  }
  const limit = settings.get('schedule.maxConcurrentRequests');
  return {
    title: 'Requests wait for their turn',
    evidence: `One request in twenty waited ${formatDuration(p95)} or longer, with at most ${limit} at the same time.`,
    gain: 'More at the same time shortens the wait, as long as the provider’s limits allow it.',
    action: {
      kind: 'setting',
      key: 'schedule.maxConcurrentRequests',
      label: 'Change how many run at once',
    },
  };
}

const mostOfTurn = 0.4;

function longApprovals({ figures }: ReportData): Recommendation | undefined {
  const approvals = figures.histogram({ name: 'duration', operation: operation.approvalWait });
  const turns = figures.sum({ name: 'duration', operation: operation.turn });
  const share = turns === 0 ? 0 : approvals.sum / turns;
  if (approvals.count < leastCases || share < mostOfTurn) {
    return undefined;
  }
  return {
    title: 'Approvals take most of the time of your turns',
    evidence: `${approvals.count} questions took ${formatDuration(approvals.sum)} to answer, ${percent(share)} of the time of all turns.`,
    gain: 'Commands that are always allowed, such as your tests, are no longer asked about.',
    action: {
      kind: 'setting',
      key: 'approvals.allowCommands',
      label: 'Choose commands to allow',
    },
  };
}

const slowToolMs = 5_000;

function slowTool({ figures, before }: ReportData): Recommendation | undefined {
  const prefix = `${operation.tool} `;
  const [slowest] = [...figures.by('operation', { name: 'duration' })]
    .filter(([name, { count }]) => name.startsWith(prefix) && count >= leastCases)
    .map(([name]) => ({
      tool: name.slice(prefix.length),
      p50: figures.percentile({ name: 'duration', operation: name }, 50) ?? 0,
      count: figures.count({ name: 'duration', operation: name }),
    }))
    .filter(({ p50 }) => p50 >= slowToolMs)
    .sort((left, right) => right.p50 * right.count - left.p50 * left.count);
  if (!slowest) {
    return undefined;
  }
  const { tool, p50, count } = slowest;
  const usualMs = before.percentile({ name: 'duration', operation: `${prefix}${tool}` }, 50);
  const usually = usualMs === undefined ? '' : `, against ${formatDuration(usualMs)} before`;
  return {
    title: `The tool ${tool} is slow`,
    evidence: `It ran ${count} times and took ${formatDuration(p50)} or longer in half of the cases${usually}.`,
    ...(tool === commandTool ? quickerCommands : withoutTool),
  };
}

const commandTool = 'run_command';

const quickerCommands: Pick<Recommendation, 'gain' | 'action'> = {
  gain: 'Instructions in AGENTS.md that name a quicker way, such as one test instead of all, shorten each turn that uses it.',
  action: {
    kind: 'setting',
    key: 'commandTimeoutSeconds',
    label: 'Limit how long commands may run',
  },
};

const withoutTool: Pick<Recommendation, 'gain' | 'action'> = {
  gain: 'Set to “deny” until what it asks is quick again, it no longer holds up each turn that uses it.',
  action: { kind: 'setting', key: 'approvals.tools', label: 'Choose which tools may run' },
};

/** Twice as slow is no chance any more with twenty cases each. */
const slowerBy = 2;

/** Of what was asked for the same purpose of the same model: all else makes a difference of its own. */
function slowEndpoint({ endpoints }: ReportData): Recommendation | undefined {
  const known = endpoints
    .filter(({ calls }) => calls >= leastCases)
    .toSorted((left, right) => left.medianMs - right.medianMs);
  const [worst] = known
    .flatMap((slow) => {
      const quick = known.find(
        ({ surface, model }) => surface === slow.surface && model === slow.model,
      );
      return quick && slow.medianMs >= quick.medianMs * slowerBy ? { slow, quick } : [];
    })
    .sort((left, right) => addedMs(right) - addedMs(left));
  if (!worst) {
    return undefined;
  }
  const { slow, quick } = worst;
  return {
    title: `${slow.endpoint} is slower than ${quick.endpoint}`,
    evidence: `With the same model, the first word took ${formatDuration(slow.medianMs)} at the median there in ${slow.calls} requests, and ${formatDuration(quick.medianMs)} at the other.`,
    gain: `About ${formatDuration(slow.medianMs - quick.medianMs)} a request, with the slow one left out.`,
    action: { kind: 'setting', key: 'failover.endpoints', label: 'Change the endpoints' },
  };
}

interface TwoEndpoints {
  readonly slow: EndpointTimes;
  readonly quick: EndpointTimes;
}

/** What was waited longer in all. */
function addedMs({ slow, quick }: TwoEndpoints): number {
  return (slow.medianMs - quick.medianMs) * slow.calls;
}

/** A tenth of a second of delay is seen in typing. */
const notableDelayMs = 100;

function blockedLoop({ process, traces }: ReportData): Recommendation | undefined {
  const blocked = process.filter(({ loopDelayMs }) => loopDelayMs.max >= notableDelayMs);
  // What happened while nothing of Slipstream ran was somebody else's doing.
  const foreign = blocked.filter(
    ({ atMs }) =>
      !traces.some(
        ({ root: { startMs, durationMs } }) =>
          startMs - samplePeriodMs <= atMs && atMs <= startMs + (durationMs ?? 0) + samplePeriodMs,
      ),
  );
  if (foreign.length < leastCases) {
    return undefined;
  }
  const longestMs = Math.max(...foreign.map(({ loopDelayMs }) => loopDelayMs.max));
  return {
    title: 'Another extension blocks the extension host',
    evidence: `The event loop was late ${foreign.length} times while Slipstream did nothing, by ${formatDuration(longestMs)} at worst.`,
    gain: 'Typing, completions and the panel of every extension get quicker without the one that blocks.',
    action: {
      kind: 'command',
      command: 'workbench.action.showRuntimeExtensions',
      label: 'Show running extensions',
    },
  };
}

/** Samples are this far apart, so that an operation may have begun between two of them. */
const samplePeriodMs = 5_000;

function longRetries({ figures }: ReportData): Recommendation | undefined {
  const waits = figures.histogram({ name: 'duration', operation: operation.retryWait });
  const all = figures.sum({ name: 'duration', operation: operation.request });
  const share = all === 0 ? 0 : waits.sum / all;
  if (waits.count < leastCases || share < notableShare) {
    return undefined;
  }
  return {
    title: 'Much time is spent waiting to try again',
    evidence: `${waits.count} waits took ${formatDuration(waits.sum)}, ${percent(share)} of the time of all requests.`,
    gain: 'A further endpoint is asked at once instead.',
    action: { kind: 'setting', key: 'failover.endpoints', label: 'Add an endpoint' },
  };
}
