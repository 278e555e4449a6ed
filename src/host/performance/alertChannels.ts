import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { Alert, AlertSeverity } from '../../core/alerts/alert.ts';
import type { AlertEngine } from '../../core/alerts/alertEngine.ts';
import { channelsFor } from '../../core/alerts/alertSettings.ts';
import { webhookCall } from '../../core/alerts/webhookBody.ts';
import type { Settings } from '../../core/settings.ts';
import type { OutputLog } from '../outputLog.ts';
import type { WebhookSecret } from './webhookSecret.ts';

export interface AlertChannelsParts {
  readonly engine: AlertEngine;
  readonly settings: Settings;
  readonly log: OutputLog;
  readonly clock: Clock;
  readonly secret: WebhookSecret;
  /** Opens the panel at the trace of an alert, or at the alerts. */
  readonly open: (alert: Alert) => Promise<void>;
}

const showLabel = 'Show';
const snoozeLabel = 'Snooze for an hour';
/** A receiver that takes longer is passed over: nothing waits for it. */
const webhookTimeoutMs = 10_000;

/** Tells of alerts where the user wants them told. */
export class AlertChannels implements Disposable {
  private readonly parts: AlertChannelsParts;
  private readonly resources = new ResourceManager('alertChannels');
  private readonly abort: AbortController;
  private item: vscode.StatusBarItem | undefined;
  /** Whether the webhook has been complained about since it last worked. */
  private hasToldOfWebhook = false;

  constructor(parts: AlertChannelsParts) {
    this.parts = parts;
    this.abort = this.resources.abortController();
    this.resources.add(parts.engine.onDidRaise((alert) => this.raised(alert)));
    this.resources.add(parts.engine.onDidEnd((alert) => this.ended(alert)));
    this.resources.defer(() => this.item?.dispose());
  }

  /** To be called where an alert was snoozed elsewhere. */
  refresh(): void {
    const shown = this.parts.engine
      .all()
      .filter((alert) => alert.endedAt === undefined && this.isTold(alert, 'statusBar'));
    if (shown.length === 0) {
      this.item?.hide();
      return;
    }
    this.item ??= createItem();
    const [first] = shown;
    const isError = shown.some(({ severity }) => severity === 'error');
    this.item.text = `$(${isError ? 'error' : 'warning'}) ${shown.length === 1 ? first?.title : `${shown.length} alerts`}`;
    this.item.tooltip = shown.map(({ title, detail }) => `${title}. ${detail}`).join('\n\n');
    this.item.backgroundColor = new vscode.ThemeColor(
      isError ? 'statusBarItem.errorBackground' : 'statusBarItem.warningBackground',
    );
    this.item.show();
  }

  dispose(): void {
    this.resources.dispose();
  }

  private raised(alert: Alert): void {
    this.refresh();
    if (this.isTold(alert, 'notification')) {
      this.notify(alert).catch((error: unknown) => this.parts.log.error('An alert', error));
    }
    if (this.isTold(alert, 'output')) {
      this.parts.log.warn(`${alert.title}. ${alert.detail}`);
    }
    this.post(alert);
  }

  private ended(alert: Alert): void {
    this.refresh();
    if (this.isTold(alert, 'output')) {
      this.parts.log.info(`Over: ${alert.title}.`);
    }
    this.post(alert);
  }

  private isTold(alert: Alert, channel: Parameters<typeof isIn>[1]): boolean {
    const { engine, settings } = this.parts;
    return (
      !engine.isSnoozed(alert) && isIn(channelsFor(settings, alert.rule, alert.severity), channel)
    );
  }

  private async notify(alert: Alert): Promise<void> {
    const message = `${alert.title}. ${alert.detail}`;
    const chosen = await showers[alert.severity](message, showLabel, snoozeLabel);
    if (chosen === showLabel) {
      await this.parts.open(alert);
    } else if (chosen === snoozeLabel) {
      this.parts.engine.snooze(alert.id);
      this.refresh();
    }
  }

  private post(alert: Alert): void {
    const address = this.parts.settings.get('alerts.webhook');
    if (address !== '' && this.isTold(alert, 'webhook')) {
      this.send(address, alert).then(
        () => {
          this.hasToldOfWebhook = false;
        },
        (error: unknown) => this.webhookFailed(error),
      );
    }
  }

  private async send(address: string, alert: Alert): Promise<void> {
    const secret = (await this.parts.secret.read()) ?? '';
    const { body, headers } = webhookCall(alert, secret, this.parts.clock.wallTime());
    const response = await fetch(allowedAddress(address), {
      method: 'POST',
      body,
      headers,
      redirect: 'error',
      signal: AbortSignal.any([this.abort.signal, AbortSignal.timeout(webhookTimeoutMs)]),
    });
    if (!response.ok) {
      throw new UserError(`The webhook for alerts answered with status ${response.status}.`);
    }
  }

  private webhookFailed(error: unknown): void {
    if (!this.hasToldOfWebhook && !this.resources.isDisposed) {
      this.hasToldOfWebhook = true;
      this.parts.log.error('Posting an alert to the webhook', error);
    }
  }
}

const showers: Readonly<
  Record<AlertSeverity, (message: string, ...items: string[]) => Thenable<string | undefined>>
> = {
  info: (message, ...items) => vscode.window.showInformationMessage(message, ...items),
  warning: (message, ...items) => vscode.window.showWarningMessage(message, ...items),
  error: (message, ...items) => vscode.window.showErrorMessage(message, ...items),
};

function createItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem(
    'slipstream.alerts',
    vscode.StatusBarAlignment.Right,
    50,
  );
  item.name = 'Slipstream alerts';
  item.command = 'slipstream.showPerformance';
  return item;
}

function isIn<Channel extends string>(channels: readonly Channel[], channel: Channel): boolean {
  return channels.includes(channel);
}

/** Throws `UserError` where an address would send alerts in the clear over a network. */
function allowedAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isOwnMachine = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isOwnMachine))) {
    throw new UserError('The webhook for alerts must be an https address.');
  }
  return url;
}
