import { operation } from '../../telemetry/spanNames.ts';
import type { Budget, Forecast } from '../budget/budget.ts';
import type { ConnectionProvider } from '../connection.ts';
import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelRequest, Next, Stage } from '../request.ts';

export interface BudgetStageOptions {
  readonly budget: Budget;
  readonly connection: ConnectionProvider;
}

/**
 * Estimates each request before anything else is done with it. Near a limit it asks for a cheaper
 * model; beyond one it refuses what can't be had for less or for nothing. The limit itself is kept by
 * the ledger stage, which sees what really goes out.
 */
export function createBudgetStage(options: BudgetStageOptions): Stage {
  return (request, next, signal) => handingOver(weigh(options, request, next, signal));
}

async function* weigh(
  { budget, connection }: BudgetStageOptions,
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
): HandingOver {
  request.trail?.enter(operation.budget);
  const current = await connection.current();
  if (current.kind === 'offline') {
    return next(request, signal)[Symbol.asyncIterator]();
  }
  const forecast = await budget.forecast(request, current);
  request.trail?.note('budget', forecast.text);
  if (isHopeless(request, forecast)) {
    const failure = budget.refuse(forecast);
    yield { type: 'ended', outcome: { kind: 'failed', failure } };
    return undefined;
  }
  const passed = forecast.verdict.kind === 'ok' ? request : { ...request, mustSave: true };
  return next(passed, signal)[Symbol.asyncIterator]();
}

/** An answer may still be found in the cache, and another model may be cheap enough. */
function isHopeless({ caching, routing }: ModelRequest, { verdict }: Forecast): boolean {
  if (verdict.kind !== 'refuse' || caching) {
    return false;
  }
  return !routing || verdict.at.spentUsd >= verdict.at.limit.usd;
}
