import { formatDuration } from '../../../shared/figures.ts';
import type { ModelFailureKind } from '../../model/request.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { leastCases, percent, type Recommendation, type Rule } from '../recommendation.ts';
import type { ReportData } from '../reportData.ts';

/** What fails, and what makes it fail less. */
export const reliabilityRules: readonly Rule[] = [
  {
    id: 'reliability.rateLimited',
    check: (data) =>
      failuresOf(data, ['rateLimited'], {
        title: 'The provider’s rate limit is reached',
        gain: 'Fewer requests at the same time stay below it, and none has to be sent twice.',
        action: {
          kind: 'setting',
          key: 'schedule.maxConcurrentRequests',
          label: 'Run fewer at once',
        },
      }),
  },
  {
    id: 'reliability.overloaded',
    check: (data) =>
      failuresOf(data, ['overloaded', 'server'], {
        title: 'The provider is often overloaded',
        gain: 'A further endpoint, such as another region, answers where this one does not.',
        action: { kind: 'setting', key: 'failover.endpoints', label: 'Add an endpoint' },
      }),
  },
  {
    id: 'reliability.stalled',
    check: (data) =>
      failuresOf(data, ['stalled'], {
        title: 'Answers stall',
        gain: 'A model that thinks for long is not cut off where silence may last longer.',
        action: {
          kind: 'setting',
          key: 'streamIdleTimeoutSeconds',
          label: 'Wait longer for a silent answer',
        },
      }),
  },
  {
    id: 'reliability.connection',
    check: (data) =>
      failuresOf(data, ['connection'], {
        title: 'Connections break',
        gain: 'The log names the address and the reason; a proxy or certificate is the usual one.',
        action: { kind: 'command', command: 'slipstream.showLog', label: 'Show the log' },
      }),
  },
  { id: 'reliability.edits', check: failingEdits },
  { id: 'reliability.memory', check: growingMemory },
];

/** One request in twenty is felt. */
const notableShare = 0.05;
const fewestFailures = 3;

function failuresOf(
  { figures }: ReportData,
  kinds: readonly ModelFailureKind[],
  words: Omit<Recommendation, 'evidence'>,
): Recommendation | undefined {
  const asked = figures.count({ name: 'attempts' });
  const failed = kinds.reduce(
    (sum, kind) => sum + figures.sum({ name: 'error', operation: `${operation.request}/${kind}` }),
    0,
  );
  const isNotable = failed >= fewestFailures && failed / asked >= notableShare;
  if (asked < leastCases || !isNotable) {
    return undefined;
  }
  return { ...words, evidence: `${failed} of ${asked} requests failed for this reason.` };
}

const failingShare = 0.2;

function failingEdits({ figures, settings }: ReportData): Recommendation | undefined {
  const tried = figures.count({ name: 'duration', operation: operation.editMatch });
  const failed = [...figures.by('operation', { name: 'error' })]
    .filter(([name]) => name.startsWith(`${operation.editMatch}/`))
    .reduce((sum, [, histogram]) => sum + histogram.sum, 0);
  const isExact = settings.get('edit.matching') === 'exact';
  if (!isExact || tried < leastCases || failed / tried < failingShare) {
    return undefined;
  }
  return {
    title: 'Edits often do not match the file',
    evidence: `${failed} of ${tried} edits named text that the file did not have (${percent(failed / tried)}).`,
    gain: 'With white space matched loosely where only one place fits, edits with wrong indentation apply at the first try.',
    action: { kind: 'setting', key: 'edit.matching', label: 'Change how edits are matched' },
  };
}

/** Growth below this is what a busy hour of any extension makes. */
const notableGrowthBytes = 300_000_000;
const quarter = 0.25;

function growingMemory({ process }: ReportData): Recommendation | undefined {
  const part = Math.floor(process.length * quarter);
  if (part < leastCases) {
    return undefined;
  }
  const least = (samples: ReportData['process']): number =>
    Math.min(...samples.map(({ residentBytes }) => residentBytes));
  const grownBytes = least(process.slice(-part)) - least(process.slice(0, part));
  const first = process[0];
  const last = process.at(-1);
  if (!first || !last || grownBytes < notableGrowthBytes) {
    return undefined;
  }
  return {
    title: 'The extension host needs more and more memory',
    evidence: `It grew by ${Math.round(grownBytes / 1_000_000)} MB in ${formatDuration(last.atMs - first.atMs)} and did not shrink.`,
    gain: 'All extensions share it: the list of running extensions tells which are active, and a restart of the extension host frees it.',
    action: {
      kind: 'command',
      command: 'workbench.action.showRuntimeExtensions',
      label: 'Show running extensions',
    },
  };
}
