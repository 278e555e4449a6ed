import { createHmac } from 'node:crypto';
import type { Alert } from './alert.ts';

/** What a webhook is sent: figures and names, never content. */
export interface WebhookCall {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The JSON of one alert. With a secret it is signed: `x-slipstream-signature` is `sha256=` and the
 * HMAC-SHA-256 of time stamp, a full stop and body in hexadecimal, so that a receiver can tell that it
 * is ours, unchanged and not sent again later.
 */
export function webhookCall(alert: Alert, secret: string, nowMs: number): WebhookCall {
  const { id, rule, subject, severity, title, detail, since, endedAt } = alert;
  const body = JSON.stringify({
    id,
    state: endedAt === undefined ? 'raised' : 'ended',
    rule,
    subject,
    severity,
    title,
    detail,
    since: new Date(since).toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
  });
  const timestamp = String(Math.floor(nowMs / 1_000));
  const headers = { 'content-type': 'application/json', 'x-slipstream-timestamp': timestamp };
  if (secret === '') {
    return { body, headers };
  }
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { body, headers: { ...headers, 'x-slipstream-signature': `sha256=${signature}` } };
}
