import { Figures } from '../../src/core/report/figures.ts';
import type { ReportData } from '../../src/core/report/reportData.ts';
import { periodBefore, periodOfDay } from '../../src/core/report/reportPeriods.ts';
import type { MetricPoint } from '../../src/core/telemetry/metricKey.ts';
import { type MadeUpSeries, metricPoints, reportHistory } from './reportHistory.ts';

/** Why it was slow. */
export type SlowCause = 'none' | 'tool' | 'proxy' | 'promptCache';

export const ticketsTool = 'mcp__tickets__search';
const model = 'claude-sonnet-5-5';
/** A Thursday's noon; two days before, it was slow. */
export const slowWeekNow = new Date(2030, 0, 10, 12).getTime();
const hourMs = 60 * 60_000;
const days = 10;
const workingHours = [9, 10, 11, 14, 15, 16];

/** Tuesday's midnight. */
export const tuesday = new Date(2030, 0, 8).getTime();

/** What is measured in one hour of work in the chat, as it is on other days or as it was then. */
function hourOfWork(cause: SlowCause): readonly MadeUpSeries[] {
  const requests = 12;
  const connectMs = cause === 'proxy' ? 1_400 : 25;
  const waitMs = cause === 'promptCache' ? 3_600 : 900;
  const toolMs = cause === 'tool' ? 14_000 : 450;
  const cachedShare = cause === 'promptCache' ? 0.1 : 0.9;
  const firstWordMs = connectMs + waitMs;
  const requestMs = firstWordMs + 4_000;
  const chat = { surface: 'chat' };
  const took = (operation: string, count: number, value: number): MadeUpSeries => ({
    name: 'duration',
    operation,
    count,
    value,
    ...chat,
  });
  const asked = (name: MadeUpSeries['name'], value: number): MadeUpSeries => ({
    name,
    operation: 'chat',
    count: requests,
    value,
    model,
    ...chat,
  });
  return [
    took('turn', requests / 3, requestMs * 3 + toolMs * 2),
    took('connect', requests, connectMs),
    took('http.send', requests, 60),
    took('first_token.wait', requests, waitMs),
    took('stream', requests, 4_000),
    took(`execute_tool ${ticketsTool}`, requests - 4, toolMs),
    took('execute_tool read_file', requests, 12),
    { ...took('chat', requests, requestMs), model },
    asked('timeToFirstToken', firstWordMs),
    asked('attempts', 1),
    asked('inputTokens', 30_000),
    asked('cacheReadTokens', 30_000 * cachedShare),
    asked('outputTokens', 600),
    asked('tokensPerSecond', 150),
    asked('cost', cause === 'promptCache' ? 0.09 : 0.02),
    ...(cause === 'promptCache'
      ? [{ ...asked('promptCacheMiss', 1), operation: 'chat/tools_changed', count: requests - 1 }]
      : []),
  ];
}

/** Ten days of work by hour, of which Tuesday is slow. */
export function slowWeek(cause: SlowCause): readonly MetricPoint[] {
  const usual = metricPoints(hourOfWork('none'));
  const slow = metricPoints(hourOfWork(cause));
  return Array.from({ length: days }, (_, at) => new Date(2030, 0, 1 + at).getTime()).flatMap(
    (midnight) =>
      workingHours.flatMap((hour) =>
        (midnight === tuesday ? slow : usual).map((point) => ({
          ...point,
          atMs: midnight + hour * hourMs,
        })),
      ),
  );
}

/** What a report on that Tuesday is made of. */
export function slowTuesday(cause: SlowCause): ReportData {
  const period = periodOfDay(tuesday);
  const week = slowWeek(cause);
  const within = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) =>
    new Figures(week.filter(({ atMs }) => atMs >= fromMs && atMs < toMs));
  return {
    ...reportHistory({ hasProxy: cause === 'proxy' }),
    period,
    figures: within(period),
    before: within(periodBefore(period)),
  };
}
