import type { Clock } from '../../base/clock.ts';

/** A sentence for the user: what the server does not accept, and what to do. */
export type HttpRefusal = string;

/** A server is left alone for so long before it is asked again, as its certificate may be new, ms. */
const refusedForMs = 300_000;

/** Why a server is left alone. A new address or token makes a new tier; a server is mended elsewhere. */
export class RefusalMemory {
  private readonly clock: Clock;
  private reason: HttpRefusal | undefined;
  private untilMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get current(): HttpRefusal | undefined {
    return this.clock.now() < this.untilMs ? this.reason : undefined;
  }

  note(reason: HttpRefusal): void {
    this.reason = reason;
    this.untilMs = this.clock.now() + refusedForMs;
  }
}

/** Why nothing can be read there; undefined where the status speaks of this request alone. */
export function readRefusal(status: number, host: string): HttpRefusal | undefined {
  if (status === 401 || status === 403) {
    return `The team’s HTTP cache at ${host} did not accept the token (${status}). Enter another one.`;
  }
  if (isRedirect(status)) {
    return `${host} sends requests for the team’s HTTP cache elsewhere (${status}), which is not followed. Enter the address that it leads to in “slipstream.team.cacheUrl”.`;
  }
  return undefined;
}

/** Why nothing can be written there; undefined where the status speaks of this request alone. */
export function writeRefusal(status: number, host: string): HttpRefusal | undefined {
  if (status === 405 || status === 501) {
    return `The team’s HTTP cache at ${host} takes no values (${status}); answers are only read from it.`;
  }
  if (status === 401 || status === 403) {
    return `With this token, answers are only read from the team’s HTTP cache at ${host} (${status}).`;
  }
  if (status === 409 || isRedirect(status)) {
    return `The team’s HTTP cache at ${host} cannot make folders for values (${status}); answers are only read from it.`;
  }
  return undefined;
}

export function certificateRefusal(host: string): HttpRefusal {
  return `The certificate of the team’s HTTP cache at ${host} was not accepted. It may have expired, or its authority must be trusted by this machine.`;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}
