import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Alert, AlertChannel, Finding } from '../../src/core/alerts/alert.ts';
import { AlertEngine, lookPeriodMs } from '../../src/core/alerts/alertEngine.ts';
import { AlertChannels } from '../../src/host/performance/alertChannels.ts';
import { WebhookSecret } from '../../src/host/performance/webhookSecret.ts';
import { VsCodeSettings } from '../../src/host/settings.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { eventually, KeptLog, MemorySecrets } from './support/assistantHarness.ts';

const secret = 'a secret between two';
const finding: Finding = {
  rule: 'errors',
  subject: 'requests',
  severity: 'warning',
  title: 'Many requests fail',
  detail: '8 of 20 failed.',
};

/** Keeps what the log is told, too. */
class AlertLog extends KeptLog {
  readonly lines: string[] = [];

  override info(message?: string): void {
    this.lines.push(String(message));
  }

  override warn(message?: string): void {
    this.lines.push(String(message));
  }
}

interface Posted {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

describe('Alerts in the editor', () => {
  let server: Server;
  let posted: Posted[];
  let status: number;
  let settings: VsCodeSettings;
  let clock: FakeClock;
  let findings: readonly Finding[];
  let engine: AlertEngine;
  let log: AlertLog;
  let channels: AlertChannels;

  beforeEach(async () => {
    posted = [];
    status = 204;
    server = createServer(async (request, response) => {
      const body = (await request.toArray()).join('');
      posted.push({ body, headers: request.headers });
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    settings = new VsCodeSettings(assert.fail);
    const { port } = server.address() as AddressInfo;
    await settings.update('alerts.webhook', `http://127.0.0.1:${port}/alerts`);
    clock = new FakeClock();
    findings = [];
    engine = new AlertEngine({
      clock,
      newId: () => 'alert-1',
      watches: [() => findings],
      isEnabled: () => true,
      onWake: () => undefined,
    });
    const secrets = new MemorySecrets();
    await secrets.store('slipstream.alertWebhookSecret', secret);
    log = new AlertLog();
    channels = new AlertChannels({
      engine,
      settings,
      log,
      clock,
      secret: new WebhookSecret(secrets),
      open: async () => undefined,
    });
  });

  afterEach(async () => {
    channels.dispose();
    engine.dispose();
    log.dispose();
    await settings.update('alerts.webhook', undefined);
    await settings.update('alerts.rules', undefined);
    settings.dispose();
    await new Promise((resolve) => server.close(resolve));
  });

  async function tellBy(...chosen: readonly AlertChannel[]): Promise<void> {
    await settings.update('alerts.rules', { errors: { channels: chosen } });
  }

  async function raise(): Promise<Alert> {
    findings = [finding];
    await clock.advance(2 * lookPeriodMs);
    const [alert] = engine.all();
    assert.ok(alert);
    return alert;
  }

  async function end(): Promise<void> {
    findings = [];
    await clock.advance(6 * lookPeriodMs);
  }

  it('go to the webhook signed, when they are raised and when they are over', async () => {
    await tellBy('webhook');
    await raise();
    await end();
    await eventually(() => posted.length === 2, 'both calls of the webhook');
    const states = posted.map(({ body }) => JSON.parse(body).state).sort();
    assert.deepEqual(states, ['ended', 'raised']);
    for (const { body, headers } of posted) {
      const signed = `${String(headers['x-slipstream-timestamp'])}.${body}`;
      const expected = createHmac('sha256', secret).update(signed).digest('hex');
      assert.equal(headers['x-slipstream-signature'], `sha256=${expected}`);
    }
    assert.deepEqual([log.lines, log.errors], [[], []]);
  });

  it('go to the log where the user wants them there, and nowhere else', async () => {
    await tellBy('output');
    await raise();
    await end();
    assert.deepEqual(log.lines, [
      'Many requests fail. 8 of 20 failed.',
      'Over: Many requests fail.',
    ]);
    assert.deepEqual(posted, []);
  });

  it('are silent while they are snoozed', async () => {
    await tellBy('output', 'webhook');
    const { id } = await raise();
    await eventually(() => posted.length === 1, 'the call of the webhook');
    engine.snooze(id);
    channels.refresh();
    await end();
    await raise();
    assert.equal(log.lines.length, 1);
    assert.equal(posted.length, 1);
  });

  it('tell once of a webhook that does not take them', async () => {
    status = 500;
    await tellBy('webhook');
    await raise();
    await eventually(() => log.errors.length === 1, 'the complaint');
    await end();
    await eventually(() => posted.length === 2, 'the second call');
    assert.equal(log.errors.length, 1);
    assert.match(log.errors[0] ?? '', /answered with status 500/);
  });

  it('are not sent in the clear over a network', async () => {
    await settings.update('alerts.webhook', 'http://alerts.example/hook');
    await tellBy('webhook');
    await raise();
    await eventually(() => log.errors.length === 1, 'the complaint');
    assert.match(log.errors[0] ?? '', /must be an https address/);
  });
});
