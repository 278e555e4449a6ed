/**
 * A run of forty turns with thinking, searches, reads and edits, over sockets against the strict
 * server: how much of its prompts comes from the provider's cache, and what it costs beside the same
 * requests of a naive client, which says nothing about caching. Then the same with pauses of twelve
 * minutes, with the lifetime chosen by Slipstream against five minutes throughout.
 */
import { type AgentRunReport, runAgent } from '../support/agentRun.ts';
import { printReport, rounded } from './support.ts';

const turns = 40;
const minuteMs = 60_000;

const pauseMs = (turn: number): number => (turn % 4 === 3 ? 12 * minuteMs : minuteMs);

function figures(report: AgentRunReport): object {
  return {
    requests: report.requests,
    rejected: report.rejected,
    unstablePrefixes: report.unstable,
    promptTokens: report.promptTokens,
    cacheReadPercent: rounded(report.readShare * 100),
    costUsd: rounded(report.costUsd),
  };
}

const steady = await runAgent({ turns });
const chosen = await runAgent({ turns, pauseMs, isAlone: true });
const short = await runAgent({ turns, pauseMs, lifetime: '5m', isAlone: true });

printReport('agentRun', {
  turns,
  steady: {
    ...figures(steady),
    naiveCostUsd: rounded(steady.naiveCostUsd),
    ratio: rounded(steady.naiveCostUsd / steady.costUsd),
  },
  withPauses: {
    chosenLifetime: figures(chosen),
    fiveMinutes: figures(short),
    ratio: rounded(short.costUsd / chosen.costUsd),
  },
  goals: { cacheReadPercent: 90, rejected: 0 },
});
