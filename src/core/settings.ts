import type { Disposable } from '../base/lifecycle.ts';
import type { ToolRule } from './approvals/approvalRules.ts';
import type { Effort } from './model/request.ts';

/** Every setting, by its key below `slipstream.`. What each means for the user: package.json. */
export interface SettingValues {
  readonly endpoint: string;
  readonly endpointKind: 'auto' | 'anthropic' | 'compatible';
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
  endpointKind: choice('auto', ['auto', 'anthropic', 'compatible']),
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
};

export const settingKeys = Object.keys(settingDefinitions).filter(isSettingKey);

function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingDefinitions, key);
}

function text(value: string): SettingDefinition<string> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'string' },
    expected: 'text',
    parse: (raw) => (typeof raw === 'string' ? raw.trim() : undefined),
  };
}

function choice<T extends string>(value: T, choices: readonly T[]): SettingDefinition<T> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'string', enum: choices },
    expected: `one of ${choices.join(', ')}`,
    parse: (raw) => choices.find((candidate) => candidate === raw),
  };
}

function wholeNumber(value: number, minimum: number, maximum: number): SettingDefinition<number> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'integer', minimum, maximum },
    expected: `a whole number from ${minimum} to ${maximum}`,
    parse: (raw) =>
      typeof raw === 'number' && Number.isInteger(raw) && raw >= minimum && raw <= maximum
        ? raw
        : undefined,
  };
}

function textList(): SettingDefinition<readonly string[]> {
  return {
    default: [],
    scope: 'machine',
    schema: { type: 'array', items: { type: 'string' } },
    expected: 'a list of texts',
    parse: (raw) =>
      Array.isArray(raw) && raw.every((item) => typeof item === 'string') ? raw : undefined,
  };
}

function toolRules(): SettingDefinition<Readonly<Record<string, ToolRule>>> {
  const rules: readonly ToolRule[] = ['allow', 'ask', 'deny'];
  return {
    default: {},
    scope: 'machine',
    schema: { type: 'object', additionalProperties: { type: 'string', enum: rules } },
    expected: 'tool names, each with allow, ask or deny',
    parse: (raw) => {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
        return undefined;
      }
      const parsed: Record<string, ToolRule> = {};
      for (const [tool, value] of Object.entries(raw)) {
        const rule = rules.find((candidate) => candidate === value);
        if (!rule) {
          return undefined;
        }
        parsed[tool] = rule;
      }
      return parsed;
    },
  };
}
