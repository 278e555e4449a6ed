import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  alertRulesDefinition,
  channelsFor,
  isRuleOn,
  thresholdOf,
} from '../../../../src/core/alerts/alertSettings.ts';
import { webhookCall } from '../../../../src/core/alerts/webhookBody.ts';
import { type SettingValues, settingDefinitions } from '../../../../src/core/settings.ts';

function settings(given: Partial<SettingValues> = {}) {
  const get = <Key extends keyof SettingValues>(key: Key): SettingValues[Key] =>
    (given[key] ?? settingDefinitions[key].default) as SettingValues[Key];
  return { get };
}

describe('The settings of alerts', () => {
  const accepted: readonly unknown[] = [
    {},
    { latency: {} },
    { latency: { threshold: 3, channels: ['statusBar', 'webhook'], enabled: true } },
  ];
  const refused: readonly unknown[] = [
    { latencies: {} },
    { latency: { threshold: 'three' } },
    { latency: { threshold: -1 } },
    { latency: { channels: ['mail'] } },
    { latency: { volume: 3 } },
    [],
    null,
  ];

  it('are taken where every name and value is known, and refused otherwise', () => {
    for (const value of accepted) {
      assert.deepEqual(alertRulesDefinition.parse(value), value);
    }
    for (const value of refused) {
      assert.equal(alertRulesDefinition.parse(value), undefined, JSON.stringify(value));
    }
  });

  it('decide whether a rule speaks, from where on and where', () => {
    const usual = settings();
    assert.equal(isRuleOn(usual, 'latency'), true);
    assert.equal(thresholdOf(usual, 'latency'), 2);
    assert.deepEqual(channelsFor(usual, 'latency', 'warning'), ['panel', 'statusBar']);
    const own = settings({
      'alerts.rules': { latency: { enabled: false, threshold: 5, channels: ['webhook'] } },
    });
    assert.equal(isRuleOn(own, 'latency'), false);
    assert.equal(thresholdOf(own, 'latency'), 5);
    assert.deepEqual(channelsFor(own, 'latency', 'error'), ['webhook']);
    assert.equal(isRuleOn(settings({ 'alerts.enabled': false }), 'errors'), false);
  });
});

describe('An alert to a webhook', () => {
  const alert = {
    id: 'alert-1',
    rule: 'latency',
    subject: 'chat sonnet',
    severity: 'warning',
    title: 'Slow',
    detail: 'It is slow.',
    since: Date.UTC(2030, 0, 1),
  } as const;

  it('is JSON that tells whether it is raised or over', () => {
    const raised = JSON.parse(webhookCall(alert, '', 0).body);
    assert.equal(raised.state, 'raised');
    assert.equal(raised.since, '2030-01-01T00:00:00.000Z');
    const over = JSON.parse(webhookCall({ ...alert, endedAt: alert.since + 1 }, '', 0).body);
    assert.equal(over.state, 'ended');
  });

  it('is signed with time stamp and body where there is a secret', () => {
    const { body, headers } = webhookCall(alert, 'hush', 5_000);
    const expected = createHmac('sha256', 'hush').update(`5.${body}`).digest('hex');
    assert.equal(headers['x-slipstream-signature'], `sha256=${expected}`);
    assert.equal(headers['x-slipstream-timestamp'], '5');
    assert.equal(webhookCall(alert, '', 5_000).headers['x-slipstream-signature'], undefined);
  });
});
