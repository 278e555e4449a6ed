import { getCACertificates } from 'node:tls';
import type { Environment } from './environment.ts';
import type { VsCodeSettings } from './settings.ts';

/** Where a proxy may be named, besides VS Code's own setting. */
const proxyVariables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY'];

/**
 * VS Code's own `fetch` while a proxy is configured, in its settings or in the environment: it knows
 * how to go through one, and leaves it out for this machine. Undefined where no proxy is in the way.
 */
export function hostFetch(
  settings: Pick<VsCodeSettings, 'proxy'>,
  { variables }: Pick<Environment, 'variables'>,
): typeof globalThis.fetch | undefined {
  const { support, address } = settings.proxy();
  if (support === 'off') {
    return undefined;
  }
  const isConfigured = address !== '' || proxyVariables.some((name) => variables[name]);
  return isConfigured ? globalThis.fetch : undefined;
}

/** What the machine trusts besides Node's own list, such as the certificate of a company's proxy. */
export function systemAuthorities(
  settings: Pick<VsCodeSettings, 'trustsSystemCertificates'>,
): readonly string[] {
  return settings.trustsSystemCertificates() ? getCACertificates('system') : [];
}
