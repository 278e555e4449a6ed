import { formatDuration } from '../../../shared/figures.ts';
import type { ConnectionWay } from '../../model/connection.ts';
import { percentileOf } from '../../telemetry/exponentialHistogram.ts';
import { operation } from '../../telemetry/spanNames.ts';
import { surfaceLabel } from '../operationLabels.ts';
import { leastCases, percent, type Recommendation, type Rule } from '../recommendation.ts';
import type { ReportData } from '../reportData.ts';

/** What a proxy adds to the way to a model. */
export const proxyRules: readonly Rule[] = [
  { id: 'waiting.proxy', check: slowerThanBefore },
  // One word on the proxy is enough.
  {
    id: 'waiting.proxyOrDirect',
    check: (data) => (slowerThanBefore(data) ? undefined : slowerThanDirect(data)),
  },
  {
    id: 'waiting.proxyAlways',
    check: (data) => (slowerThanBefore(data) ? undefined : farAway(data)),
  },
];

/** A tenth of the time to the first word is felt; less is not worth a change. */
const notableShare = 0.1;

const action: Recommendation['action'] = {
  kind: 'editorSetting',
  key: 'http.noProxy',
  label: 'Name addresses that need no proxy',
};

/**
 * VS Code's own `fetch`, which knows the way through a proxy, does not tell when it is connected: the
 * time then goes on until the server answers. So only what that adds to before says something.
 */
function slowerThanBefore({ figures, before, hasProxy }: ReportData): Recommendation | undefined {
  const query = { name: 'duration', operation: operation.connect } as const;
  const [now, usual] = [figures.histogram(query), before.histogram(query)];
  if (!hasProxy || now.count < leastCases || usual.count < leastCases) {
    return undefined;
  }
  const first = figures.histogram({ name: 'timeToFirstToken' });
  const [nowMs, usualMs] = [now.sum / now.count, usual.sum / usual.count];
  const share = first.sum === 0 ? 0 : ((nowMs - usualMs) * now.count) / first.sum;
  if (share < notableShare) {
    return undefined;
  }
  return {
    title: 'The proxy takes a good part of the time to the first word',
    evidence: `Connecting took ${formatDuration(nowMs)} on average, against ${formatDuration(usualMs)} before: ${percent(share)} of the time to the first word is new.`,
    gain: `Up to ${formatDuration(nowMs - usualMs)} a request, where the model’s address needs no proxy: name it in http.noProxy.`,
    action,
  };
}

/** The same stretch on both ways, from the start of connecting until the server answers. */
function slowerThanDirect({ ways, hasProxy }: ReportData): Recommendation | undefined {
  const [worst] = [...ways.by('surface', { operation: operation.connect, tier: 'proxy' }).keys()]
    .flatMap((surface) => {
      const proxied = wayOf(ways, surface, 'proxy');
      const direct = wayOf(ways, surface, 'direct');
      return proxied && direct ? { surface, proxied, direct } : [];
    })
    .filter(({ proxied, direct }) => proxied.ms - direct.ms > notableShare * proxied.ms)
    .sort((left, right) => right.proxied.count - left.proxied.count);
  if (!hasProxy || !worst) {
    return undefined;
  }
  const { surface, proxied, direct } = worst;
  const addedMs = proxied.ms - direct.ms;
  return {
    title: 'The way to the model is longer through the proxy',
    evidence: `${surfaceLabel(surface)}, last 30 days: the server’s answer began after ${formatDuration(proxied.ms)} at the median through the proxy (${proxied.count} requests), and after ${formatDuration(direct.ms)} without it (${direct.count}).`,
    gain: `About ${formatDuration(addedMs)} a request, ${percent(addedMs / proxied.ms)} of that time, where the model’s address needs no proxy: name it in http.noProxy.`,
    action,
  };
}

interface Way {
  readonly count: number;
  /** Until the server answers, at the median. */
  readonly ms: number;
}

/** Undefined where too little is known of it. */
function wayOf(ways: ReportData['ways'], surface: string, tier: ConnectionWay): Way | undefined {
  const query = { name: 'duration', surface, tier } as const;
  const connects = ways.histogram({ ...query, operation: operation.connect });
  // Told by our own connections alone, of which it is the second part of the same stretch.
  const sends = ways.histogram({ ...query, operation: operation.send });
  const ms = (percentileOf(connects, 50) ?? 0) + (percentileOf(sends, 50) ?? 0);
  return connects.count < leastCases ? undefined : { count: connects.count, ms };
}

/** Whole completions of others take half a second at the median: the quickest begin well within that. */
const nearMs = 500;
/** Twice that, and the quickest: then it is hardly the server. */
const farMs = 2 * nearMs;

/** Where nothing went another way, the quickest answers say most of what the way takes. */
function farAway({ ways, hasProxy }: ReportData): Recommendation | undefined {
  const connect = { name: 'duration', operation: operation.connect } as const;
  const proxied = ways.histogram({ ...connect, tier: 'proxy' });
  const quickestMs = percentileOf(proxied, 5) ?? 0;
  const hasOther = ways.count({ ...connect, tier: 'direct' }) >= leastCases;
  if (!hasProxy || hasOther || proxied.count < leastCases || quickestMs < farMs) {
    return undefined;
  }
  return {
    title: 'The way through the proxy is long',
    evidence: `${proxied.count} requests of the last 30 days went through it, and of all but one in twenty the server’s answer began after ${formatDuration(quickestMs)} or more.`,
    gain: `Up to ${formatDuration(quickestMs - nearMs)} a request, where the model’s address needs no proxy: name it in http.noProxy, and a later report compares both ways.`,
    action,
  };
}
