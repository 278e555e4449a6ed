import type { SettingDefinition, Settings } from '../settings.ts';
import {
  type AlertChannel,
  type AlertRuleId,
  type AlertRuleSettings,
  type AlertSeverity,
  alertRuleDefaults,
  alertRuleIds,
  channelsOf,
  isAlertRuleId,
} from './alert.ts';

const channels: readonly AlertChannel[] = [
  'panel',
  'statusBar',
  'notification',
  'output',
  'webhook',
];

/** What the user sets about alerts, by rule. */
export type AlertRules = Readonly<Record<string, AlertRuleSettings>>;

/** The setting of all rules. A name that is none would be a rule that does nothing. */
export const alertRulesDefinition: SettingDefinition<AlertRules> = {
  default: {},
  scope: 'machine',
  schema: {
    type: 'object',
    propertyNames: { enum: alertRuleIds },
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: {
        enabled: { type: 'boolean' },
        threshold: { type: 'number', minimum: 0 },
        channels: { type: 'array', items: { type: 'string', enum: channels } },
      },
    },
  },
  expected: `rules (${alertRuleIds.join(', ')}), each with enabled, threshold or channels`,
  parse: parseRules,
};

/** Whether a rule speaks at all. */
export function isRuleOn(settings: Pick<Settings, 'get'>, rule: AlertRuleId): boolean {
  return settings.get('alerts.enabled') && settings.get('alerts.rules')[rule]?.enabled !== false;
}

/** In the rule's own unit. */
export function thresholdOf(settings: Pick<Settings, 'get'>, rule: AlertRuleId): number {
  return settings.get('alerts.rules')[rule]?.threshold ?? alertRuleDefaults[rule].threshold;
}

/** Where an alert is told. The panel has it in any case. */
export function channelsFor(
  settings: Pick<Settings, 'get'>,
  rule: AlertRuleId,
  severity: AlertSeverity,
): readonly AlertChannel[] {
  return settings.get('alerts.rules')[rule]?.channels ?? channelsOf[severity];
}

function parseRules(raw: unknown): AlertRules | undefined {
  if (!isRecord(raw)) {
    return undefined;
  }
  const parsed: Record<string, AlertRuleSettings> = {};
  for (const [rule, value] of Object.entries(raw)) {
    if (!isAlertRuleId(rule) || !isRuleSettings(value)) {
      return undefined;
    }
    parsed[rule] = value;
  }
  return parsed;
}

const fieldChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  enabled: (value) => typeof value === 'boolean',
  threshold: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  channels: (value) =>
    Array.isArray(value) && value.every((item) => channels.some((channel) => channel === item)),
};

function isRuleSettings(value: unknown): value is AlertRuleSettings {
  return (
    isRecord(value) &&
    Object.entries(value).every(([field, one]) => fieldChecks[field]?.(one) === true)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
