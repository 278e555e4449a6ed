import { getCACertificates } from 'node:tls';
import { type ConnectionWay, isLoopback } from '../core/model/connection.ts';
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

/**
 * Whether the proxy stands in the way to an endpoint: not where it is named in `http.noProxy` or
 * `NO_PROXY`, as VS Code reads them. Undefined for this machine. For what is measured alone.
 */
export function wayTo(
  settings: Pick<VsCodeSettings, 'proxy'>,
  environment: Pick<Environment, 'variables'>,
  endpoint: string,
): ConnectionWay | undefined {
  if (!URL.canParse(endpoint) || isLoopback(endpoint)) {
    return undefined;
  }
  const { variables } = environment;
  const named = variables['NO_PROXY'] || variables['no_proxy'] || '';
  const exceptions = [...settings.proxy().exceptions, ...named.split(/[\s,]+/)];
  const isExcepted = exceptions.some((exception) => isNamedBy(exception, new URL(endpoint)));
  return !isExcepted && hostFetch(settings, environment) ? 'proxy' : 'direct';
}

/** An exception is a host with those below it, perhaps with a port, or `*` for all. */
function isNamedBy(exception: string, { hostname, port, protocol }: URL): boolean {
  const [, name = '', onlyPort] =
    /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(exception.toLowerCase()) ?? [];
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  const isHost = hostname === name || hostname.endsWith(`.${name}`);
  return name === '*' || (name !== '' && isHost && (onlyPort ?? ownPort) === ownPort);
}

/** What the machine trusts besides Node's own list, such as the certificate of a company's proxy. */
export function systemAuthorities(
  settings: Pick<VsCodeSettings, 'trustsSystemCertificates'>,
): readonly string[] {
  return settings.trustsSystemCertificates() ? getCACertificates('system') : [];
}
