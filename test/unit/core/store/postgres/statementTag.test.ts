import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tagged } from '../../../../../src/core/store/postgres/statementTag.ts';

describe('The tag of a statement', () => {
  it('names its operation and its trace', () => {
    assert.equal(
      tagged('SELECT 1', { operation: 'threads.list' }),
      "/*operation='threads.list'*/ SELECT 1",
    );
    assert.equal(
      tagged('SELECT 1', { operation: 'a b', traceparent: '00-1-2-01' }),
      "/*operation='a%20b',traceparent='00-1-2-01'*/ SELECT 1",
    );
  });

  it('never ends early, and can be read back', () => {
    const piece = fc.constantFrom("'", '*/', '/*', '\\', '\n', '%', '(', '!', '🙂', '\ud800', 'a');
    fc.assert(
      fc.property(fc.string({ unit: piece }), (operation) => {
        const sql = tagged('SELECT 1', { operation });
        const value = /^\/\*operation='([^'*/]*)'\*\/ SELECT 1$/.exec(sql)?.[1];
        assert.equal(decodeURIComponent(value ?? '?'), operation.replace(/\p{Surrogate}/gu, '?'));
      }),
    );
  });
});
