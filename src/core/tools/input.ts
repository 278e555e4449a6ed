import * as zod from 'zod/mini';
import { cutText } from '../../base/cutText.ts';
import { UserError } from '../../base/errors.ts';

/** What input schemas are built with. Only this file and the tools' schemas know the library. */
export type SchemaBuilder = typeof builder;

/** The input of a tool: as the model is told of it, and as it is checked. */
export interface ToolInput<T> {
  /** JSON Schema with top-level `type: "object"`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Throws `UserError` that says which field is wrong, what was expected and what came. */
  parse(input: unknown): T;
}

/** A tool's input from its schema. Keys that the schema does not name are refused. */
export function defineInput<T extends zod.ZodMiniObject>(
  build: (builder: SchemaBuilder) => T,
): ToolInput<zod.infer<T>> {
  const schema = build(builder);
  return {
    schema: toToolSchema(schema),
    parse: (input) => {
      const result = zod.safeParse(schema, input);
      if (result.success) {
        return result.data;
      }
      throw new UserError(explain(result.error.issues, input, Object.keys(schema.shape)));
    },
  };
}

const builder = {
  object: zod.strictObject,
  optional: zod.optional,
  array: <T extends zod.ZodMiniType>(item: T, description: string) =>
    zod.array(item).check(zod.minLength(1), zod.describe(description)),
  /** Any string, the empty one included. */
  text: (description: string) => zod.string().check(zod.describe(description)),
  /** A string of at least one character. */
  name: (description: string) => zod.string().check(zod.minLength(1), zod.describe(description)),
  wholeNumber: (limits: { readonly min: number; readonly max?: number }, description: string) =>
    zod
      .int()
      .check(
        zod.gte(limits.min),
        zod.lte(limits.max ?? Number.MAX_SAFE_INTEGER),
        zod.describe(description),
      ),
  flag: (description: string) => zod.boolean().check(zod.describe(description)),
};

/** Without what says nothing to a model and costs tokens in every request. */
function toToolSchema(schema: zod.ZodMiniObject): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...rest } = zod.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
    },
  });
  return rest;
}

/** At most this many faults are told at once: a model mends the first few and the rest follow. */
const maxFaults = 5;

function explain(
  issues: readonly zod.core.$ZodIssue[],
  input: unknown,
  parameters: readonly string[],
): string {
  const faults = issues.slice(0, maxFaults).map((issue) => explainIssue(issue, input, parameters));
  return `The input is not valid. ${faults.join(' ')} Nothing was done; send the call again with these mended.`;
}

function explainIssue(
  issue: zod.core.$ZodIssue,
  input: unknown,
  parameters: readonly string[],
): string {
  const field = fieldName(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    const place = field === '' ? `the parameters are ${parameters.join(', ')}` : `not in ${field}`;
    return `Unknown: ${keys} (${place}).`;
  }
  const value = valueAt(input, issue.path);
  if (field === '') {
    return `Expected an object with ${parameters.join(', ')}; got ${show(value)}.`;
  }
  return value === undefined
    ? `${field} is missing: expected ${expectation(issue)}.`
    : `${field}: expected ${expectation(issue)}; got ${show(value)}.`;
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
};

function expectation(issue: zod.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return kindNames[issue.expected] ?? issue.expected;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `a whole number of at least ${issue.minimum}`
        : `something that is not empty`;
    case 'too_big':
      return `a whole number of at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') {
      return `${name}[${key}]`;
    }
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
}

/** Enough to recognise the value by, not enough to fill the history with it. */
const maxShownCharacters = 60;

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxShownCharacters ? `${cutText(text, maxShownCharacters)}…` : text;
}
