import { BugError } from './errors.ts';

/**
 * A text that two values share if and only if they mean the same: whatever the order of an object's
 * keys, of a set or of a map, and in whichever Unicode form a text was typed. Fields that are
 * `undefined` count as absent, -0 as 0, NaN as itself. Values of different types never meet, because
 * each part begins with its type and texts with their length.
 *
 * Takes what is data: throws `BugError` for functions, symbols and instances of other classes.
 */
export function canonicalForm(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalText(value);
    case 'number':
      return `#${value};`;
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'object':
      return value === null ? 'n' : canonicalObject(value);
    default:
      throw new BugError(`A ${typeof value} has no canonical form.`);
  }
}

function canonicalText(text: string): string {
  const normal = text.normalize('NFC');
  return `s${normal.length}:${normal}`;
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) {
    // `Array.from` sees the holes that `map` leaves out.
    return `[${Array.from(value, canonicalForm).join('')}]`;
  }
  if (value instanceof Date) {
    return `d${value.getTime()};`;
  }
  if (value instanceof Set) {
    return `S(${Array.from(value, canonicalForm).sort().join('')})`;
  }
  if (value instanceof Map) {
    return `M(${sortedPairs([...value])})`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new BugError('An instance of a class has no canonical form.');
  }
  return `{${sortedPairs(Object.entries(value).filter(([, field]) => field !== undefined))}}`;
}

function sortedPairs(pairs: readonly (readonly [unknown, unknown])[]): string {
  return pairs
    .map(([key, value]) => canonicalForm(key) + canonicalForm(value))
    .sort()
    .join('');
}
