import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { defineInput } from '../../../../src/core/tools/input.ts';

const input = defineInput((s) =>
  s.object({
    path: s.name('A path.'),
    count: s.optional(s.wholeNumber({ min: 1, max: 10 }, 'A number.')),
    edits: s.optional(s.array(s.object({ text: s.text('Text.') }), 'Edits.')),
    force: s.optional(s.flag('A flag.')),
  }),
);

function check(given: unknown, expected: RegExp): void {
  assert.throws(
    () => input.parse(given),
    (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, expected);
      return true;
    },
  );
}

describe('defineInput', () => {
  it('passes what fits', () => {
    const given = { path: 'a', count: 10, edits: [{ text: '' }], force: false };
    assert.deepEqual(input.parse(given), given);
    assert.deepEqual(input.parse({ path: 'a' }), { path: 'a' });
  });

  it('names the field, what was expected and what came', () => {
    check({}, /path is missing: expected a string/);
    check({ path: 3 }, /path: expected a string; got 3/);
    check({ path: '' }, /path: expected something that is not empty; got ""/);
    check({ path: 'a', count: '5' }, /count: expected a whole number; got "5"/);
    check({ path: 'a', count: 0.5 }, /count: expected a whole number; got 0\.5/);
    check({ path: 'a', count: 0 }, /count: expected a whole number of at least 1; got 0/);
    check({ path: 'a', count: 11 }, /count: expected a whole number of at most 10; got 11/);
    check({ path: 'a', force: 'yes' }, /force: expected true or false; got "yes"/);
    check({ path: 'a', edits: [] }, /edits: expected something that is not empty/);
    check({ path: 'a', edits: [{ text: null }] }, /edits\[0\]\.text: expected a string; got null/);
  });

  it('names keys that there are not, and those there are', () => {
    check(
      { path: 'a', file: 'b' },
      /Unknown: "file" \(the parameters are path, count, edits, force\)/,
    );
    check({ path: 'a', edits: [{ text: '', line: 1 }] }, /Unknown: "line" \(not in edits\[0\]\)/);
  });

  it('refuses what is no object', () => {
    for (const given of [undefined, null, 'path', 3, ['path'], '{"path":"a"}']) {
      check(given, /Expected an object with path, count, edits, force; got /);
    }
  });

  it('shows no more of a wrong value than it takes to know it', () => {
    assert.throws(
      () => input.parse({ path: ['x'.repeat(100_000)] }),
      (error: Error) => error.message.length < 400,
    );
  });

  it('gives a schema that says what is checked, and no more', () => {
    assert.deepEqual(input.schema, {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, description: 'A path.' },
        count: { type: 'integer', minimum: 1, maximum: 10, description: 'A number.' },
        edits: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            properties: { text: { type: 'string', description: 'Text.' } },
            required: ['text'],
            additionalProperties: false,
          },
          description: 'Edits.',
        },
        force: { type: 'boolean', description: 'A flag.' },
      },
      required: ['path'],
      additionalProperties: false,
    });
  });
});
