import type { SettingKey } from '../settings.ts';
import type { ReportData } from './reportData.ts';

/** What brings the gain: a setting to look at, or a command to run. */
export type RecommendedAction =
  | { readonly kind: 'setting'; readonly key: SettingKey; readonly label: string }
  /** Of VS Code's own, by its whole name. */
  | { readonly kind: 'editorSetting'; readonly key: string; readonly label: string }
  /** The whole id of a command of Slipstream or VS Code, which is run without arguments. */
  | { readonly kind: 'command'; readonly command: string; readonly label: string };

/** What could be better, from what was measured. */
export interface Recommendation {
  readonly title: string;
  /** The figures that say so. */
  readonly evidence: string;
  /** What to expect of following it. */
  readonly gain: string;
  readonly action: RecommendedAction;
}

/** One thing to look for. Pure: the same figures give the same answer. */
export interface Rule {
  readonly id: string;
  /** Undefined where there is nothing to recommend. */
  readonly check: (data: ReportData) => Recommendation | undefined;
}

/** Fewer cases than this are chance, and no rule speaks on them. */
export const leastCases = 20;

/** "12 %". */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
