import type { Clock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { Alert, AlertRuleId, Finding } from './alert.ts';

/** Says what is out of the ordinary at this moment. */
export type Watch = () => readonly Finding[];

export interface AlertEngineParts {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly watches: readonly Watch[];
  readonly isEnabled: (rule: AlertRuleId) => boolean;
  /** The machine was asleep: what was seen before says nothing of now. */
  readonly onWake: () => void;
}

/** A sample of the process takes five seconds, and no alert is so urgent that ten matter. */
export const lookPeriodMs = 10_000;
/** A finding must be there this often in a row to be told, and be gone as often to be over. */
const looksToRaise = 2;
const looksToEnd = 6;
/** A look that is this late was not late: the machine slept. */
const sleepMs = 60_000;
/** How long a snoozed alert is silent. */
export const snoozeMs = 60 * 60_000;
const keptAlerts = 200;

interface State {
  finding: Finding;
  /** Looks in a row with it, or without it where it is in force. */
  looks: number;
  alert: Alert | undefined;
}

/** Decides which findings are told: with hysteresis, once each, and with a word when it is over. */
export class AlertEngine implements Disposable {
  private readonly parts: AlertEngineParts;
  private readonly resources = new ResourceManager('alerts');
  private readonly states = new Map<string, State>();
  private readonly snoozedUntil = new Map<string, number>();
  private readonly raises = this.resources.add(new Emitter<Alert>());
  private readonly ends = this.resources.add(new Emitter<Alert>());
  private past: Alert[] = [];
  private timer: Disposable | undefined;
  private lastLook: ReturnType<typeof timesOf>;

  constructor(parts: AlertEngineParts) {
    this.parts = parts;
    this.lastLook = timesOf(parts.clock);
    this.resources.defer(() => this.timer?.dispose());
    this.schedule();
  }

  get onDidRaise(): Event<Alert> {
    return this.raises.event;
  }

  /** Tells of alerts that are over. */
  get onDidEnd(): Event<Alert> {
    return this.ends.event;
  }

  /** Those in force first, then those that are over, the newest first. */
  all(): readonly Alert[] {
    const current = [...this.states.values()].flatMap(({ alert }) => alert ?? []);
    return [...current.toSorted((left, right) => right.since - left.since), ...this.past];
  }

  isSnoozed({ rule, subject }: Finding): boolean {
    return (this.snoozedUntil.get(keyOf({ rule, subject })) ?? 0) > this.parts.clock.wallTime();
  }

  snooze(alertId: string): void {
    const found = this.all().find(({ id }) => id === alertId);
    if (found) {
      this.snoozedUntil.set(keyOf(found), this.parts.clock.wallTime() + snoozeMs);
    }
  }

  clear(): void {
    this.past = [];
  }

  /** One look at everything. Runs by itself; public for tests of what it decides. */
  look(): void {
    const { clock, watches, isEnabled, onWake } = this.parts;
    const { lastLook } = this;
    this.lastLook = timesOf(clock);
    // On Linux the time of timers stands still while the machine sleeps, elsewhere it goes on.
    const sinceLastMs = Math.max(
      this.lastLook.nowMs - lastLook.nowMs,
      this.lastLook.wallTimeMs - lastLook.wallTimeMs,
    );
    if (sinceLastMs > sleepMs) {
      onWake();
      return;
    }
    const found = new Map<string, Finding>();
    for (const finding of watches.flatMap((watch) => watch())) {
      if (isEnabled(finding.rule)) {
        found.set(keyOf(finding), finding);
      }
    }
    for (const [key, finding] of found) {
      this.seen(key, finding);
    }
    for (const key of [...this.states.keys()].filter((known) => !found.has(known))) {
      this.missed(key);
    }
  }

  dispose(): void {
    this.resources.dispose();
    this.states.clear();
  }

  private schedule(): void {
    this.timer = this.parts.clock.setTimeout(() => {
      this.look();
      this.schedule();
    }, lookPeriodMs);
  }

  private seen(key: string, finding: Finding): void {
    const state = this.states.get(key) ?? { finding, looks: 0, alert: undefined };
    this.states.set(key, state);
    state.finding = finding;
    if (state.alert) {
      state.looks = 0;
      state.alert = { ...state.alert, ...finding };
      return;
    }
    state.looks += 1;
    if (state.looks >= looksToRaise) {
      const { clock, newId } = this.parts;
      state.looks = 0;
      state.alert = { ...finding, id: newId(), since: clock.wallTime() };
      this.raises.fire(state.alert);
    }
  }

  private missed(key: string): void {
    const state = this.states.get(key);
    if (!state?.alert) {
      this.states.delete(key);
      return;
    }
    state.looks += 1;
    if (state.looks >= looksToEnd) {
      const ended = { ...state.alert, endedAt: this.parts.clock.wallTime() };
      this.states.delete(key);
      this.past = [ended, ...this.past].slice(0, keptAlerts);
      this.ends.fire(ended);
    }
  }
}

/** Milliseconds, each since a start of its own. */
function timesOf(clock: Clock): { readonly nowMs: number; readonly wallTimeMs: number } {
  return { nowMs: clock.now(), wallTimeMs: clock.wallTime() };
}

function keyOf({ rule, subject }: Pick<Finding, 'rule' | 'subject'>): string {
  return `${rule}\n${subject}`;
}
