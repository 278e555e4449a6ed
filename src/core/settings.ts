import type { Disposable } from '../base/lifecycle.ts';
import { type AlertRules, alertRulesDefinition } from './alerts/alertSettings.ts';
import type { ToolRule } from './approvals/approvalRules.ts';
import { defaultSharedKinds, type SharedKind, sharedKinds } from './cache/sharedKinds.ts';
import type { Matching } from './edit/match.ts';
import type { Effort } from './model/request.ts';
import {
  amount,
  amounts,
  choice,
  kinds,
  surfaceLimits,
  switches,
  text,
  textList,
  toggle,
  toolRules,
  wholeNumber,
} from './settingKinds.ts';

/** Every setting, by its key below `slipstream.`. What each means for the user: package.json. */
export interface SettingValues {
  readonly endpoint: string;
  readonly endpointKind: 'auto' | 'anthropic' | 'compatible' | 'vscode';
  readonly model: string;
  readonly effort: 'default' | Effort;
  readonly maxOutputTokens: number;
  readonly 'agent.maxRoundsPerTurn': number;
  readonly 'approvals.tools': Readonly<Record<string, ToolRule>>;
  readonly 'approvals.allowCommands': readonly string[];
  readonly 'approvals.denyCommands': readonly string[];
  readonly commandTimeoutSeconds: number;
  readonly 'retry.maxWaitSeconds': number;
  readonly streamIdleTimeoutSeconds: number;
  /** US dollars; 0 for no limit. So are the next two. */
  readonly 'budget.sessionUsd': number;
  readonly 'budget.dayUsd': number;
  readonly 'budget.monthUsd': number;
  /** Share of a limit at which Slipstream warns and saves, percent. */
  readonly 'budget.warnAtPercent': number;
  /** Limits of single surfaces, by the surface's name. */
  readonly 'budget.surfaces': Readonly<Record<string, BudgetLimits>>;
  /** Models to choose from by itself; empty for all current ones. */
  readonly 'routing.models': readonly string[];
  /** Share of requests that try another model to learn how well it does, percent. */
  readonly 'routing.explorationPercent': number;
  /** By model id. Replaces the catalogue's. */
  readonly prices: Readonly<Record<string, PriceOverride>>;
  readonly 'cache.enabled': boolean;
  readonly 'cache.memoryMegabytes': number;
  readonly 'cache.diskMegabytes': number;
  /** Requests at the same time to one endpoint. */
  readonly 'schedule.maxConcurrentRequests': number;
  /** Further addresses that serve the same models, for when the first one fails or is slow. */
  readonly 'failover.endpoints': readonly string[];
  /** Where the provider computes; empty for its own choice. */
  readonly inferenceGeo: string;
  readonly speed: 'standard' | 'fast';
  readonly 'context.autoCompact': boolean;
  readonly 'promptCache.lifetime': 'auto' | '5m' | '1h';
  readonly 'prefetch.enabled': boolean;
  readonly 'threads.nameByModel': boolean;
  /** Whether anything is measured. Nothing of it leaves the machine by itself. */
  readonly 'telemetry.enabled': boolean;
  /** Whether prompts and answers are kept beside the figures; they stay on the machine. */
  readonly 'telemetry.captureContent': boolean;
  readonly 'checkpoints.maxMegabytes': number;
  readonly 'edit.matching': Matching;
  /** Base address of an OpenTelemetry collector; empty to send nothing anywhere. */
  readonly 'telemetry.otlpEndpoint': string;
  readonly 'completion.enabled': boolean;
  /** By language id, `*` for all others. */
  readonly 'completion.languages': Readonly<Record<string, boolean>>;
  /** Empty leaves it to Slipstream. */
  readonly 'completion.model': string;
  /** The least to wait after a key, milliseconds. */
  readonly 'completion.debounceMinMs': number;
  readonly 'completion.inCommentsAndStrings': boolean;
  /** Whether this machine completes by itself while there is no model. */
  readonly 'completion.local': boolean;
  /** Whether it does so as well while a model takes its time. */
  readonly 'completion.localWhileSlow': boolean;
  readonly 'alerts.enabled': boolean;
  /** By rule: whether it speaks, from where on, and where it is told. */
  readonly 'alerts.rules': AlertRules;
  /** Where alerts are posted to whose channels name it; empty for nowhere. */
  readonly 'alerts.webhook': string;
  /** Kinds of answers that come from the tiers that a team shares, and go there. */
  readonly 'team.sharedAnswers': readonly SharedKind[];
  /** The team's PostgreSQL, with the user's name and without a password; empty for none. */
  readonly 'team.database': string;
  /** A copy of it that may be read from; empty for none. */
  readonly 'team.databaseReplica': string;
  /** The most connections that one window opens to it. */
  readonly 'team.maxConnections': number;
  /** The team's Redis; empty for none. */
  readonly 'team.redis': string;
  /** The team's HTTP cache; empty for none. */
  readonly 'team.cacheUrl': string;
  readonly 'team.cacheReadOnly': boolean;
  /** What the whole team calls the project that is open; empty to tell it by its origin. */
  readonly 'team.project': string;
}

/** US dollars; absent for no limit. */
export interface BudgetLimits {
  readonly sessionUsd?: number;
  readonly dayUsd?: number;
  readonly monthUsd?: number;
}

/** US dollars for a million tokens. */
export interface PriceOverride {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

export type SettingKey = keyof SettingValues;

/**
 * `machine` values come from the user alone. `window` values may come from the workspace too, once
 * it is trusted.
 */
export type SettingScope = 'machine' | 'window';

/** One setting, as code and package.json must agree on it. */
export interface SettingDefinition<T> {
  readonly default: T;
  readonly scope: SettingScope;
  /** The JSON schema in package.json, less default, scope and descriptions. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What is accepted, for the sentence that tells of a value that is not. */
  readonly expected: string;
  /** The value as its type, or undefined where it is not of that type. */
  parse(value: unknown): T | undefined;
}

/** Reads settings. Implemented in `host`. */
export interface Settings {
  /** The value in force; the default where it is not set or can't be used. */
  get<Key extends SettingKey>(key: Key): SettingValues[Key];
  /** Tells that the setting may have another value now. */
  onDidChange(key: SettingKey, listener: () => void): Disposable;
}

/** The one table of settings. A unit test compares it with package.json. */
export const settingDefinitions: {
  readonly [Key in SettingKey]: SettingDefinition<SettingValues[Key]>;
} = {
  endpoint: text(''),
  endpointKind: choice('auto', ['auto', 'anthropic', 'compatible', 'vscode']),
  model: text(''),
  effort: choice('default', ['default', 'low', 'medium', 'high', 'xhigh', 'max']),
  // 128,000 is the most that any current model writes; 32,000 leaves room for long files.
  maxOutputTokens: wholeNumber(32_000, 1_024, 128_000),
  'agent.maxRoundsPerTurn': wholeNumber(50, 1, 1_000),
  'approvals.tools': toolRules(),
  'approvals.allowCommands': textList(),
  'approvals.denyCommands': textList(),
  // Builds and test runs differ from project to project, so a trusted workspace may set its own.
  commandTimeoutSeconds: { ...wholeNumber(120, 1, 86_400), scope: 'window' },
  'retry.maxWaitSeconds': wholeNumber(60, 0, 3_600),
  streamIdleTimeoutSeconds: wholeNumber(90, 5, 3_600),
  // A day of an agent on Sonnet costs a few dollars: these stop a runaway, not ordinary work.
  'budget.sessionUsd': amount(0),
  'budget.dayUsd': amount(25),
  'budget.monthUsd': amount(250),
  'budget.warnAtPercent': wholeNumber(80, 1, 100),
  'budget.surfaces': surfaceLimits(),
  'routing.models': textList(),
  'routing.explorationPercent': wholeNumber(3, 0, 20),
  prices: amounts(
    'model ids, each with input and output and, if you like, cacheRead and cacheWrite',
    ['input', 'output'],
    ['cacheRead', 'cacheWrite'],
  ),
  'cache.enabled': toggle(true),
  'cache.memoryMegabytes': wholeNumber(32, 1, 1_024),
  'cache.diskMegabytes': wholeNumber(200, 0, 10_240),
  // Node's own agent keeps as many connections free; interactive work is one or two at a time.
  'schedule.maxConcurrentRequests': wholeNumber(8, 1, 64),
  'failover.endpoints': textList(),
  inferenceGeo: text(''),
  speed: choice('standard', ['standard', 'fast']),
  'context.autoCompact': toggle(true),
  'promptCache.lifetime': choice('auto', ['auto', '5m', '1h']),
  'prefetch.enabled': toggle(true),
  'threads.nameByModel': toggle(true),
  'telemetry.enabled': toggle(true),
  'telemetry.captureContent': toggle(false),
  // Source text shrinks to a third (`test/bench/checkpoints.ts`): some 65,000 files of 10 kB.
  'checkpoints.maxMegabytes': wholeNumber(200, 10, 10_240),
  'edit.matching': choice('exact', ['exact', 'whitespaceTolerant']),
  'telemetry.otlpEndpoint': text(''),
  'completion.enabled': toggle(true),
  // What comes next in prose is seldom what a guess says.
  'completion.languages': switches({ markdown: false, plaintext: false }),
  'completion.model': text(''),
  'completion.debounceMinMs': wholeNumber(0, 0, 5_000),
  'completion.inCommentsAndStrings': toggle(true),
  'completion.local': toggle(true),
  'completion.localWhileSlow': toggle(false),
  'alerts.enabled': toggle(true),
  'alerts.rules': alertRulesDefinition,
  'alerts.webhook': text(''),
  'team.sharedAnswers': kinds(sharedKinds, defaultSharedKinds),
  'team.database': text(''),
  'team.databaseReplica': text(''),
  // Reads, writes and reports have connections of their own: with three each may have one.
  'team.maxConnections': wholeNumber(4, 3, 50),
  'team.redis': text(''),
  'team.cacheUrl': text(''),
  'team.cacheReadOnly': toggle(false),
  // A label: nothing is sent anywhere else for it. A project may bring it along for its whole team.
  'team.project': { ...text(''), scope: 'window' },
};

export const settingKeys = Object.keys(settingDefinitions).filter(isSettingKey);

function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingDefinitions, key);
}
