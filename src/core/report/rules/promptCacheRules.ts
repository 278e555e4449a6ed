import { formatDuration } from '../../../shared/figures.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { leastCases, percent, type Recommendation, type Rule } from '../recommendation.ts';
import type { ReportData } from '../reportData.ts';

/** A miss now and then is normal: a restart, a pause, a new thread. */
const notableShare = 0.1;
/** The provider forgets a prompt after five minutes unless told to keep it for an hour. */
const shortLifetimeMs = 5 * 60_000;
const hourMs = 60 * 60_000;

/** What keeps the provider from reading a prompt from its cache. */
export const promptCacheRules: readonly Rule[] = [
  {
    id: 'promptCache.tools',
    check: (data) =>
      missesBy(data, 'tools_changed', {
        title: 'The tools change from request to request',
        gain: 'With the same tools throughout a thread its whole prompt is read from the provider’s cache, at a tenth of the price or less and quicker.',
        action: {
          kind: 'setting',
          key: 'approvals.tools',
          label: 'Look at which tools are denied',
        },
      }),
  },
  {
    id: 'promptCache.system',
    check: (data) =>
      missesBy(data, 'system_changed', {
        title: 'The instructions change within threads',
        gain: 'Leaving AGENTS.md, CLAUDE.md and the open folders alone while a thread goes on lets the provider read the prompt from its cache.',
        action: { kind: 'command', command: 'slipstream.newThread', label: 'Begin a new thread' },
      }),
  },
  {
    id: 'promptCache.model',
    check: (data) =>
      missesBy(data, 'model_changed', {
        title: 'The model or its speed changes within threads',
        gain: 'A pinned model keeps the provider’s cache for the whole thread.',
        action: { kind: 'command', command: 'slipstream.selectModel', label: 'Pin a model' },
      }),
  },
  { id: 'promptCache.lifetime', check: pausesLongerThanKept },
];

function missesBy(
  { figures }: ReportData,
  cause: string,
  words: Omit<Recommendation, 'evidence'>,
): Recommendation | undefined {
  const missed = figures.sum({
    name: 'promptCacheMiss',
    operation: `${operation.request}/${cause}`,
  });
  // What a batch asks for has no prompt before it.
  const batched = figures.count({ name: 'inputTokens', surface: 'bulk' });
  const asked = figures.count({ name: 'inputTokens' }) - batched;
  if (asked < leastCases || missed / asked < notableShare) {
    return undefined;
  }
  const evidence = `${missed} of ${asked} requests missed the provider’s prompt cache for this reason.`;
  return { ...words, evidence };
}

/** Pauses within threads that are longer than prompts are kept, and shorter than they could be. */
function pausesLongerThanKept({ pauses, settings }: ReportData): Recommendation | undefined {
  if (settings.get('promptCache.lifetime') !== '5m') {
    return undefined;
  }
  const long = pauses.filter((ms) => ms > shortLifetimeMs && ms < hourMs);
  if (pauses.length < leastCases || long.length / pauses.length < notableShare) {
    return undefined;
  }
  return {
    title: 'You pause for longer than prompts are kept',
    evidence: `${percent(long.length / pauses.length)} of the pauses within threads were longer than ${formatDuration(shortLifetimeMs)} and shorter than an hour.`,
    gain: 'Kept for an hour, the prompt costs twice as much to write and a tenth or less to read after each such pause.',
    action: {
      kind: 'setting',
      key: 'promptCache.lifetime',
      label: 'Let Slipstream choose how long',
    },
  };
}
