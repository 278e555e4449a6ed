import type { ToolRule } from './approvals/approvalRules.ts';
import type { Surface } from './model/request.ts';
import type { BudgetLimits, SettingDefinition } from './settings.ts';

/** Text, without the white space around it. */
export function text(value: string): SettingDefinition<string> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'string' },
    expected: 'text',
    parse: (raw) => (typeof raw === 'string' ? raw.trim() : undefined),
  };
}

/** One of a few words. */
export function choice<T extends string>(value: T, choices: readonly T[]): SettingDefinition<T> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'string', enum: choices },
    expected: `one of ${choices.join(', ')}`,
    parse: (raw) => choices.find((candidate) => candidate === raw),
  };
}

/** A whole number within bounds, both included. */
export function wholeNumber(
  value: number,
  minimum: number,
  maximum: number,
): SettingDefinition<number> {
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

/** On or off. */
export function toggle(value: boolean): SettingDefinition<boolean> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'boolean' },
    expected: 'true or false',
    parse: (raw) => (typeof raw === 'boolean' ? raw : undefined),
  };
}

/** Names that are on or off. */
export function switches(
  value: Readonly<Record<string, boolean>>,
): SettingDefinition<Readonly<Record<string, boolean>>> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'object', additionalProperties: { type: 'boolean' } },
    expected: 'names, each with true or false',
    parse: (raw) => {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
        return undefined;
      }
      const parsed: Record<string, boolean> = {};
      for (const [name, isOn] of Object.entries(raw)) {
        if (typeof isOn !== 'boolean') {
          return undefined;
        }
        parsed[name] = isOn;
      }
      return parsed;
    },
  };
}

/** US dollars, 0 or more. */
export function amount(value: number): SettingDefinition<number> {
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'number', minimum: 0 },
    expected: 'an amount in US dollars, 0 for no limit',
    parse: (raw) => (isAmount(raw) ? raw : undefined),
  };
}

function isAmount(raw: unknown): raw is number {
  return typeof raw === 'number' && Number.isFinite(raw) && raw >= 0;
}

type Amounts<Needed extends string, Optional extends string> = Readonly<Record<Needed, number>> &
  Readonly<Partial<Record<Optional, number>>>;

/** Names, each with amounts in US dollars: those `needed`, and any of the `optional` ones. */
export function amounts<Needed extends string, Optional extends string>(
  expected: string,
  needed: readonly Needed[],
  optional: readonly Optional[],
): SettingDefinition<Readonly<Record<string, Amounts<Needed, Optional>>>> {
  const fields: readonly string[] = [...needed, ...optional];
  const isEntry = (raw: unknown): raw is Amounts<Needed, Optional> =>
    typeof raw === 'object' &&
    raw !== null &&
    needed.every((field) => Object.hasOwn(raw, field)) &&
    Object.entries(raw).every(([field, value]) => fields.includes(field) && isAmount(value));
  return {
    default: {},
    scope: 'machine',
    schema: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        ...(needed.length > 0 ? { required: needed } : {}),
        additionalProperties: false,
        properties: Object.fromEntries(
          fields.map((field) => [field, { type: 'number', minimum: 0 }]),
        ),
      },
    },
    expected,
    parse: (raw) => {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
        return undefined;
      }
      const parsed: Record<string, Amounts<Needed, Optional>> = {};
      for (const [name, entry] of Object.entries(raw)) {
        if (!isEntry(entry)) {
          return undefined;
        }
        parsed[name] = entry;
      }
      return parsed;
    },
  };
}

/** Limits by surface. A name that is none would be a limit that holds nothing. */
export function surfaceLimits(): SettingDefinition<Readonly<Record<string, BudgetLimits>>> {
  // The type makes sure that none is forgotten.
  const surfaces: { readonly [Name in Surface]: true } = {
    chat: true,
    completion: true,
    codeAction: true,
    summary: true,
    commitMessage: true,
    bulk: true,
  };
  const names = Object.keys(surfaces);
  const any = amounts(
    `surfaces (${names.join(', ')}), each with sessionUsd, dayUsd or monthUsd`,
    [],
    ['sessionUsd', 'dayUsd', 'monthUsd'],
  );
  return {
    ...any,
    schema: { ...any.schema, propertyNames: { enum: names } },
    parse: (raw) => {
      const parsed = any.parse(raw);
      return parsed && Object.keys(parsed).every((name) => names.includes(name))
        ? parsed
        : undefined;
    },
  };
}

/** Some of a few words. */
export function kinds<T extends string>(
  all: readonly T[],
  value: readonly T[],
): SettingDefinition<readonly T[]> {
  const isKind = (item: unknown): item is T => all.some((kind) => kind === item);
  return {
    default: value,
    scope: 'machine',
    schema: { type: 'array', items: { type: 'string', enum: all }, uniqueItems: true },
    expected: `a list of ${all.join(', ')}`,
    parse: (raw) => (Array.isArray(raw) && raw.every(isKind) ? raw : undefined),
  };
}

/** Any texts, in order. */
export function textList(): SettingDefinition<readonly string[]> {
  return {
    default: [],
    scope: 'machine',
    schema: { type: 'array', items: { type: 'string' } },
    expected: 'a list of texts',
    parse: (raw) =>
      Array.isArray(raw) && raw.every((item) => typeof item === 'string') ? raw : undefined,
  };
}

/** A rule for each of some tools, by the tool’s name. */
export function toolRules(): SettingDefinition<Readonly<Record<string, ToolRule>>> {
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
