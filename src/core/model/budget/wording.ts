import type { LimitState, Verdict } from './limits.ts';

const surfaceNames: Readonly<Record<string, string>> = {
  chat: 'the chat',
  completion: 'completions',
  codeAction: 'code actions',
  summary: 'summaries',
  commitMessage: 'commit messages',
  bulk: 'jobs on many files',
};

const periodNames = {
  session: 'This window’s limit',
  day: 'Today’s limit',
  month: 'This month’s limit',
} as const;

/** For example `Today’s limit of $25.00`, or `Today’s limit of $1.00 for completions`. */
export function nameOfLimit({ limit }: LimitState): string {
  const surface = limit.surface === undefined ? '' : ` for ${nameOfSurface(limit.surface)}`;
  return `${periodNames[limit.period]} of ${formatUsd(limit.usd)}${surface}`;
}

/** As it stands in a sentence; a surface that is newer than this code under its own name. */
export function nameOfSurface(surface: string): string {
  return surfaceNames[surface] ?? surface;
}

/** For the user whose request is not sent. */
export function refusalText(at: LimitState, estimateUsd: number | undefined): string {
  const more =
    at.spentUsd < at.limit.usd && estimateUsd !== undefined
      ? ` This request would take about ${formatUsd(estimateUsd)}.`
      : '';
  return `${reachedText(at)}${more} Go on without limits until this window is closed, or change the limit.`;
}

/** The first sentences of what the user is told at a limit. */
export function reachedText(at: LimitState): string {
  const state = at.spentUsd >= at.limit.usd ? 'is reached' : 'would be exceeded';
  return `${nameOfLimit(at)} ${state}: ${formatUsd(at.spentUsd)} is spent. Nothing more was sent.`;
}

export function nearText(at: LimitState): string {
  return `${nameOfLimit(at)} is near: ${formatUsd(at.spentUsd)} is spent. Slipstream now prefers cheaper models where you have not chosen one.`;
}

export function unpricedText(model: string): string {
  return `No price is known for ${model}: its calls are counted in tokens alone, and no limit on spending holds them. Its price can be entered in the settings.`;
}

/** For the trail of a request. */
export function decisionText(
  verdict: Verdict,
  estimateUsd: number | undefined,
  isLifted: boolean,
): string {
  const cost = estimateUsd === undefined ? 'No price is known' : `About ${formatUsd(estimateUsd)}`;
  const at = verdict.kind === 'ok' ? verdict.tightest : verdict.at;
  if (!at) {
    return `${cost}; no limit is set.`;
  }
  return `${cost}; ${lowerFirst(nameOfLimit(at))} has ${formatUsd(at.spentUsd)} spent${consequence(verdict, isLifted)}.`;
}

function consequence(verdict: Verdict, isLifted: boolean): string {
  if (verdict.kind === 'ok') {
    return '';
  }
  if (verdict.kind === 'warn') {
    return ', so a cheaper model is preferred';
  }
  return isLifted ? ', and you lifted the limits for this window' : ', which leaves too little';
}

/** Two digits after the point, and more where a call costs less than a cent. */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < 0.0001) {
    return 'less than $0.0001';
  }
  return usd > 0 && usd < 0.1 ? `$${Number(usd.toPrecision(2))}` : `$${usd.toFixed(2)}`;
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
