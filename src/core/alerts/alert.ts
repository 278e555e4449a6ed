/** What may be out of the ordinary. Each has one alert at a time for each thing it is about. */
export type AlertRuleId =
  | 'latency'
  | 'errors'
  | 'stalled'
  | 'loopDelay'
  | 'memory'
  | 'pools'
  | 'storage'
  | 'tokenRate'
  | 'budget'
  | 'promptCache'
  | 'edits'
  | 'team';

/** `info` is for the panel, `warning` for the status bar, `error` interrupts. */
export type AlertSeverity = 'info' | 'warning' | 'error';

export type AlertChannel = 'panel' | 'statusBar' | 'notification' | 'output' | 'webhook';

/** What a rule saw that is out of the ordinary. Figures and names, never content. */
export interface Finding {
  readonly rule: AlertRuleId;
  /** What it is about, such as a model; with the rule it names the alert. */
  readonly subject: string;
  readonly severity: AlertSeverity;
  readonly title: string;
  /** What happened against what, the likely cause, and what to do. */
  readonly detail: string;
  readonly traceId?: string;
}

/** A finding that has lasted long enough to be told. */
export interface Alert extends Finding {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When it was over; absent while it is in force. */
  readonly endedAt?: number;
}

/** What the user has set about one rule. */
export interface AlertRuleSettings {
  readonly enabled?: boolean;
  /** In the rule's own unit; see `alertRuleDefaults`. */
  readonly threshold?: number;
  readonly channels?: readonly AlertChannel[];
}

interface RuleDefault {
  readonly threshold: number;
  /** What the threshold is, for the settings. */
  readonly unit: string;
}

/** Where each rule speaks unless the user says otherwise. */
export const alertRuleDefaults: Readonly<Record<AlertRuleId, RuleDefault>> = {
  // The median of 12 values with the noise of networks is twice another by chance once in 16,000
  // times (a log-normal of sigma 0.5), so that a week of work raises no false alarm.
  latency: { threshold: 2, unit: 'times as slow as usual' },
  errors: { threshold: 25, unit: 'percent of the last requests' },
  // The panel shows the time anyway; a minute of silence is what users ask about.
  stalled: { threshold: 60, unit: 'seconds without progress' },
  // Typing is felt to lag from a tenth of a second on.
  loopDelay: { threshold: 200, unit: 'milliseconds of delay' },
  memory: { threshold: 500, unit: 'megabytes more than at the start' },
  pools: { threshold: 3, unit: 'looks in a row with callers waiting' },
  storage: { threshold: 2_000, unit: 'megabytes on disk' },
  tokenRate: { threshold: 500, unit: 'thousand tokens within five minutes' },
  budget: { threshold: 80, unit: 'percent of a limit' },
  promptCache: { threshold: 30, unit: 'percent read from the provider’s cache' },
  edits: { threshold: 40, unit: 'percent of the last edits' },
  // Nobody without the key can make a single one by chance.
  team: { threshold: 1, unit: 'shared answers that are not the team’s' },
};

export const alertRuleIds = Object.keys(alertRuleDefaults).filter(isAlertRuleId);

export function isAlertRuleId(id: string): id is AlertRuleId {
  return Object.hasOwn(alertRuleDefaults, id);
}

/** Where an alert of a severity is told unless the user says otherwise. */
export const channelsOf: Readonly<Record<AlertSeverity, readonly AlertChannel[]>> = {
  info: ['panel'],
  warning: ['panel', 'statusBar'],
  error: ['panel', 'statusBar', 'notification'],
};
