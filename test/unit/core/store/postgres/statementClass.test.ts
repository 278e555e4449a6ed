import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  classOf,
  type StatementClass,
} from '../../../../../src/core/store/postgres/statementClass.ts';

const bigTables = new Set(['messages']);

function check(expected: StatementClass, ...statements: readonly string[]): void {
  for (const sql of statements) {
    assert.equal(classOf(sql, bigTables), expected, sql);
  }
}

describe('The class of a statement', () => {
  it('is reading for what only reads', () =>
    check(
      'read',
      'SELECT 1',
      'select * from threads where id = $1;',
      '  -- list\n (SELECT id FROM threads) UNION (VALUES (1))',
      'WITH x AS (SELECT 1) SELECT * FROM x',
      'WITH RECURSIVE x AS MATERIALIZED (SELECT 1 UNION ALL SELECT n + 1 FROM x) TABLE x',
      'VALUES (1), (2)',
      'TABLE threads',
      'SHOW server_version',
      'EXPLAIN DELETE FROM threads',
      'SELECT substring(title FOR 3), overlay(title PLACING $1 FROM 1 FOR 2) FROM threads',
      'SELECT count(*) FROM threads GROUP BY owner',
    ));

  it('is writing for what changes, locks or binds anything', () =>
    check(
      'write',
      'INSERT INTO threads VALUES (1)',
      'UPDATE threads SET title = $1',
      'DELETE FROM threads',
      'MERGE INTO threads USING x ON true WHEN MATCHED THEN DO NOTHING',
      'TRUNCATE threads',
      'CREATE TABLE x (id int)',
      'WITH gone AS (DELETE FROM threads RETURNING id) SELECT * FROM gone',
      'WITH x AS MATERIALIZED (\n/* note */ insert into threads VALUES (1) RETURNING *) TABLE x',
      'WITH x AS (SELECT 1) UPDATE threads SET title = $1',
      'SELECT * FROM threads FOR UPDATE',
      'SELECT * FROM threads FOR NO KEY UPDATE SKIP LOCKED',
      'SELECT * FROM threads FOR KEY SHARE',
      'SELECT * FROM threads for share',
      'SELECT * INTO copy FROM threads',
      "SELECT nextval('ids')",
      "SELECT pg_catalog.setval('ids', 1)",
      'SELECT "nextval"(\'ids\')',
      'SELECT pg_advisory_xact_lock(1)',
      'SELECT pg_try_advisory_lock (1)',
      "SELECT pg_notify('a', 'b')",
      "SELECT set_config('a', 'b', false)",
      'EXPLAIN (ANALYZE, BUFFERS) DELETE FROM threads',
      'SELECT 1; DELETE FROM threads',
      'BEGIN',
      'LISTEN changes',
      '',
      '/* nothing */',
    ));

  it('is analytics for what sums up big tables', () =>
    check(
      'analytics',
      'SELECT count(*) FROM messages',
      'SELECT owner FROM public.messages GROUP BY owner',
      'SELECT id, row_number() OVER (ORDER BY at) FROM messages',
      'SELECT sum(n) OVER w FROM messages WINDOW w AS (ORDER BY at)',
      'WITH m AS (SELECT * FROM "messages") SELECT json_agg(m) FROM m',
    ));

  it('does not take columns, texts and names for what they are called', () =>
    check(
      'read',
      "SELECT 'DELETE FROM threads; nextval(' FROM threads",
      "SELECT E'it\\'s FOR UPDATE' FROM threads",
      'SELECT $$ INSERT INTO x $$, $a$ FOR UPDATE $$ $a$ FROM threads',
      'SELECT "update", "insert into" FROM threads',
      'SELECT nextval, t.delete FROM threads t',
      '/* DELETE /* FOR UPDATE */ nextval( */ SELECT 1 -- FOR UPDATE',
      'SELECT id FROM messages WHERE count = 1 AND text = $1',
      "SELECT 'messages', count(*) FROM threads",
    ));

  it('is the same whatever is written in comments, texts, white space and capitals', () => {
    const noise = fc.constantFrom(
      ...[' ', '\n\t', ' /* FOR UPDATE; /* nested */ */ ', ' -- DELETE (\n', '\r\n'],
    );
    const literal = fc
      .string({ unit: fc.constantFrom('a', ' ', '"', ';', '$', '--', '/*', ') FOR UPDATE') })
      .map((text) => `'${text}'`);
    const samples = fc.constantFrom<readonly [StatementClass, readonly string[]]>(
      ['read', ['select', '@', 'from', 'threads']],
      ['read', ['(', 'values', '(', '@', ')', ')']],
      ['write', ['select', '@', 'from', 'threads', 'for', 'no', 'key', 'update']],
      ['write', ['with', 'x', 'as', '(', 'update', 't', 'set', 'a', '=', '@', ')', 'table', 'x']],
      ['write', ['select', 'setval', '(', '@', ',', '1', ')']],
      ['write', ['insert', 'into', 'threads', 'values', '(', '@', ')']],
      ['analytics', ['select', 'max', '(', 'at', ')', 'from', 'messages', 'where', 'a', '=', '@']],
    );
    fc.assert(
      fc.property(
        samples,
        fc.array(noise, { minLength: 20, maxLength: 20 }),
        literal,
        fc.boolean(),
        ([expected, words], gaps, text, isUpper) => {
          const sql = words
            .map((word, n) => {
              const shown = isUpper ? word.toUpperCase() : word;
              return `${gaps[n]}${word === '@' ? text : shown}`;
            })
            .join('');
          check(expected, sql, `${sql};`);
        },
      ),
    );
  });

  it('comes to an end for whatever is given', () => {
    const pieces = fc.constantFrom(
      ...[
        'select',
        "'",
        '"',
        '$',
        '$a$',
        '/*',
        '*/',
        '--',
        '\n',
        '(',
        ')',
        'E',
        '\\',
        '1',
        ';',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: pieces })), (sql) => {
        assert.ok(['read', 'write', 'analytics'].includes(classOf(sql, bigTables)));
      }),
    );
  });
});
