import {
  anthropicEndpoint,
  type Connection,
  guessConnectionKind,
} from '../core/model/connection.ts';
import type { SettingValues } from '../core/settings.ts';
import { endpointProblem, normalizeEndpoint } from './endpointAddress.ts';

/** What a connection is worked out from. */
export interface ConnectionSources {
  /** The settings; empty where the user set no address. */
  readonly endpoint: string;
  readonly endpointKind: Exclude<SettingValues['endpointKind'], 'vscode'>;
  /** The environment. */
  readonly environmentUrl: string | undefined;
  readonly environmentKey: string | undefined;
}

/** Which server is meant, whether or not it can be used yet. */
export interface Target {
  readonly kind: 'anthropic' | 'compatible';
  readonly endpoint: string;
  /** A key from the environment that may be sent there. */
  readonly environmentKey: string | undefined;
  /** Why the address can't be used, for the user. */
  readonly problem?: string;
}

/**
 * The server that requests would go to: the setting's, else the environment's, else Anthropic's.
 * An address that can't be used is not replaced by the next one, because code would then go somewhere
 * nobody asked for.
 */
export function chooseTarget(sources: ConnectionSources): Target {
  const { endpoint, environmentUrl } = sources;
  const address = endpoint || environmentUrl || anthropicEndpoint;
  const problem = endpointProblem(address);
  if (problem !== undefined) {
    const origin = endpoint ? 'The setting slipstream.endpoint' : 'ANTHROPIC_BASE_URL';
    return {
      kind: 'anthropic',
      endpoint: anthropicEndpoint,
      environmentKey: undefined,
      problem: `${origin} can't be used, so Slipstream is offline. ${problem}`,
    };
  }
  const normal = normalizeEndpoint(address);
  const { endpointKind } = sources;
  const kind = endpointKind === 'auto' ? guessConnectionKind(normal) : endpointKind;
  // A key and an address from the environment belong together. Elsewhere a local server has no
  // business with it.
  const isForTarget = kind === 'anthropic' || endpoint === '';
  return {
    kind,
    endpoint: normal,
    environmentKey: isForTarget ? sources.environmentKey : undefined,
  };
}

/**
 * The servers that may stand in for the main one, in the order of the setting. None where the main one
 * can't be used: then nobody is asked. A key from the environment goes with them only to the server
 * that it goes to anyway, since it was given for that one alone.
 */
export function chooseStandIns(
  main: Target,
  addresses: readonly string[],
  endpointKind: ConnectionSources['endpointKind'],
): readonly Target[] {
  if (main.problem !== undefined) {
    return [];
  }
  const targets = new Map<string, Target>();
  for (const address of addresses) {
    const target = toStandIn(main, address, endpointKind);
    if (target.endpoint !== main.endpoint && !targets.has(target.endpoint)) {
      targets.set(target.endpoint, target);
    }
  }
  return [...targets.values()];
}

function toStandIn(
  main: Target,
  address: string,
  endpointKind: ConnectionSources['endpointKind'],
): Target {
  const endpoint = normalizeEndpoint(address);
  const problem = endpointProblem(address);
  if (problem !== undefined) {
    return {
      kind: 'anthropic',
      endpoint,
      environmentKey: undefined,
      problem: `“${address}” in the setting slipstream.failover.endpoints can't be used. ${problem}`,
    };
  }
  const isSameServer = new URL(endpoint).origin === new URL(main.endpoint).origin;
  return {
    kind: endpointKind === 'auto' ? guessConnectionKind(endpoint) : endpointKind,
    endpoint,
    environmentKey: isSameServer ? main.environmentKey : undefined,
  };
}

/** The connection to the target; offline where it can't be used or lacks the key it needs. */
export function connectTo(target: Target, storedKey: string | undefined): Connection {
  if (target.problem !== undefined) {
    return { kind: 'offline' };
  }
  const { kind, endpoint } = target;
  const apiKey = storedKey ?? target.environmentKey;
  if (apiKey !== undefined) {
    return { kind, endpoint, apiKey };
  }
  return kind === 'anthropic' ? { kind: 'offline' } : { kind, endpoint };
}
