import type { AlertRuleId } from '../alerts/alert.ts';
import type { RequestRecord } from '../model/requestLog.ts';
import type { Settings } from '../settings.ts';
import type { EndpointTimes } from '../store/callFigures.ts';
import type { MemberSpending } from '../team/teamServer.ts';
import type { ProcessSample } from '../telemetry/processMonitor.ts';
import type { Trace } from '../telemetry/traceTree.ts';
import type { Figures } from './figures.ts';

/** `date` is one day of the user's own, from midnight to midnight. */
export type ReportPeriodName = 'session' | 'day' | 'week' | 'date';

/** A stretch of time, milliseconds since 1970. */
export interface ReportPeriod {
  readonly name: ReportPeriodName;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What became of completions in one language. */
export interface CompletionFigures {
  readonly languageId: string;
  readonly offered: number;
  readonly accepted: number;
}

/** What happened in a window of this machine that is out of the ordinary. */
export interface ReportAlert {
  readonly rule: AlertRuleId;
  readonly title: string;
  readonly detail: string;
  readonly sinceMs: number;
  readonly endedMs?: number;
}

/** What is known of a model for the report. */
export interface ReportModel {
  readonly name: string;
  readonly windowTokens?: number;
  /** Above so many prompt tokens every token costs more. */
  readonly priceStepTokens?: number;
}

/** Everything that a report is made of. Figures and names, never content. */
export interface ReportData {
  readonly period: ReportPeriod;
  readonly figures: Figures;
  /** Of `periodBefore`; empty where nothing is known of it. */
  readonly before: Figures;
  /** Of this window alone, within the period, the oldest first. */
  readonly requests: readonly RequestRecord[];
  /** Of all windows, by endpoint, surface and model. */
  readonly endpoints: readonly EndpointTimes[];
  /** Of all windows, from each request in the chat to the next one of its thread, milliseconds. */
  readonly pauses: readonly number[];
  readonly traces: readonly Trace[];
  readonly process: readonly ProcessSample[];
  readonly completions: readonly CompletionFigures[];
  readonly alerts: readonly ReportAlert[];
  readonly settings: Pick<Settings, 'get'>;
  /** Connections of the 30 days up to the end of the period, by the way they went (`tier`). */
  readonly ways: Figures;
  /** Whether VS Code is set to use a proxy. */
  readonly hasProxy: boolean;
  /** Spent today and this month, US dollars. */
  readonly spent: { readonly dayUsd: number; readonly monthUsd: number };
  /** What each member of the team spent this month. Absent without a team. */
  readonly members?: readonly MemberSpending[] | 'unavailable';
  readonly model: (id: string) => ReportModel;
}
