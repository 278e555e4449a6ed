import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { OtlpTarget } from '../core/telemetry/otlpExporter.ts';
import { parseOtlpHeaders } from '../core/telemetry/otlpHeaders.ts';
import { endpointProblem } from './endpointAddress.ts';
import type { ActivationParts } from './foundation.ts';

type TargetParts = Pick<ActivationParts, 'context' | 'settings' | 'notifications'>;

/** The user's collector; undefined while none is set, or its address can't be used. */
export function otlpTarget({ context, settings }: TargetParts): OtlpTarget | undefined {
  const endpoint = settings.get('telemetry.otlpEndpoint');
  if (endpoint === '' || endpointProblem(endpoint) !== undefined) {
    return undefined;
  }
  return {
    endpoint,
    headers: async () =>
      parseOtlpHeaders((await context.secrets.get(secretName(endpoint))) ?? '') ?? {},
    // VS Code's own, which knows of proxies.
    fetch: globalThis.fetch,
  };
}

/** Says once why an address that the user has set is not used. */
export function tellOtlpProblem({ settings, notifications }: TargetParts): void {
  const endpoint = settings.get('telemetry.otlpEndpoint');
  const problem = endpoint === '' ? undefined : endpointProblem(endpoint);
  if (problem !== undefined) {
    notifications.warn(`The setting slipstream.telemetry.otlpEndpoint can't be used. ${problem}`);
  }
}

/** Asks for headers such as a key, and keeps them in the secret storage for this collector alone. */
export async function setOtlpHeaders({
  context,
  settings,
  notifications,
}: TargetParts): Promise<void> {
  const endpoint = settings.get('telemetry.otlpEndpoint');
  if (endpoint === '' || endpointProblem(endpoint) !== undefined) {
    throw new UserError('Set slipstream.telemetry.otlpEndpoint first: headers belong to it.');
  }
  const { host } = new URL(endpoint);
  const text = await vscode.window.showInputBox({
    title: `Headers for ${host}`,
    prompt: 'Sent with spans and figures, for example x-api-key=1234. Leave empty to send none.',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) =>
      parseOtlpHeaders(value) ? undefined : 'Write name=value, several with commas between them.',
  });
  if (text === undefined) {
    return;
  }
  if (text.trim() === '') {
    await context.secrets.delete(secretName(endpoint));
    notifications.info(`No headers are sent to ${host}.`);
  } else {
    await context.secrets.store(secretName(endpoint), text.trim());
    notifications.info(`The headers for ${host} are kept.`);
  }
}

/** By origin, so that they go nowhere else when the setting changes. */
function secretName(endpoint: string): string {
  return `slipstream.otlpHeaders:${new URL(endpoint).origin}`;
}
