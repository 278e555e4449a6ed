import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as vscode from 'vscode';
import type { Disposable } from '../../src/base/lifecycle.ts';
import type { Alert, AlertChannel, Finding } from '../../src/core/alerts/alert.ts';
import { AlertEngine, lookPeriodMs } from '../../src/core/alerts/alertEngine.ts';
import { AlertChannels } from '../../src/host/performance/alertChannels.ts';
import { WebhookSecret } from '../../src/host/performance/webhookSecret.ts';
import { VsCodeSettings } from '../../src/host/settings.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { eventually, KeptLog, MemorySecrets } from './support/assistantHarness.ts';
import { replaced } from './support/stubs.ts';

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

  override info(message: string): void {
    this.lines.push(message);
  }

  override warn(message: string): void {
    this.lines.push(message);
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
  let opened: Alert[];

  beforeEach(async () => {
    posted = [];
    opened = [];
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
      open: async (alert) => {
        opened.push(alert);
      },
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

  it('stand in the status bar until they are over, with what it leads to', async () => {
    const [item, stub] = watchedItem();
    try {
      await tellBy('statusBar');
      await raise();
      const made = item();
      assert.ok(made);
      assert.deepEqual(made.shown, [true]);
      assert.equal(made.item.text, '$(warning) Many requests fail');
      assert.equal(made.item.tooltip, 'Many requests fail. 8 of 20 failed.');
      assert.equal(made.item.command, 'slipstream.showPerformance');
      assert.deepEqual(
        made.item.backgroundColor,
        new vscode.ThemeColor('statusBarItem.warningBackground'),
      );
      await end();
      assert.deepEqual(made.shown, [true, false]);
    } finally {
      stub.dispose();
    }
  });

  it('are shown as a notification of their severity, which opens the trace or is silenced', async () => {
    const told: string[] = [];
    let choice = 'Show';
    const stub = replaced(vscode.window, 'showWarningMessage', async (message: string) => {
      told.push(message);
      // The overload that is called has texts for buttons.
      return choice as never;
    });
    try {
      await tellBy('notification');
      const shown = await raise();
      await eventually(() => opened.length === 1, 'the trace to be opened');
      assert.deepEqual(told, ['Many requests fail. 8 of 20 failed.']);
      assert.equal(opened[0]?.id, shown.id);
      await end();
      choice = 'Snooze for an hour';
      const snoozed = await raise();
      await eventually(() => engine.isSnoozed(snoozed), 'the alert to be snoozed');
      await end();
      await raise();
      assert.equal(told.length, 2);
    } finally {
      stub.dispose();
    }
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

interface WatchedItem {
  readonly item: vscode.StatusBarItem;
  /** Whether it was shown or hidden, each time. */
  readonly shown: boolean[];
}

/** The status bar's own item of the next alert, and what is done with it. */
function watchedItem(): readonly [() => WatchedItem | undefined, Disposable] {
  let watched: WatchedItem | undefined;
  const create = vscode.window.createStatusBarItem.bind(vscode.window);
  const stub = replaced(vscode.window, 'createStatusBarItem', (...args: unknown[]) => {
    // One function has two signatures, and passes on what it got.
    const item = Reflect.apply(create, undefined, args) as vscode.StatusBarItem;
    const shown: boolean[] = [];
    const [show, hide] = [item.show.bind(item), item.hide.bind(item)];
    item.show = () => {
      shown.push(true);
      show();
    };
    item.hide = () => {
      shown.push(false);
      hide();
    };
    watched = { item, shown };
    return item;
  });
  return [() => watched, stub];
}
